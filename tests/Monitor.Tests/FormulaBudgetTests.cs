using System.Net;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>Formulas of the catalogue are computed at each release, so their work is bounded when put.</summary>
[Lane(Lane.Functional)]
public sealed class FormulaBudgetTests : IAsyncLifetime
{
    private Running _monitor = null!;

    public async ValueTask InitializeAsync() => _monitor = await MonitorService.StartAsync(
        ("Wir:Monitor:FormulaOperations", "3"), ("Wir:Monitor:ComputedPerArea", "1"));

    public ValueTask DisposeAsync() => _monitor.DisposeAsync();

    [Fact]
    public async Task A_formula_over_too_many_cells_is_refused_and_one_that_grows_stays_as_it_was()
    {
        (await PutAsync("Z01", null)).Is(HttpStatusCode.Created);
        await _monitor.PublishAsync("Z01", MethodTests.One(10));

        var refused = (await PutAsync("Z02", "Z01 + Z01 + Z01 + Z01 + Z01")).Is(HttpStatusCode.UnprocessableEntity);

        Assert.Equal(("WIR-MON-0009", "/formula", 4, 3), (refused.Code, refused.Pointers.Single(),
            (int)refused.Json["asked"]!, (int)refused.Json["limit"]!));
        (await _monitor.Anonymous.GetAsync("/indicators/Z02")).Is(HttpStatusCode.NotFound);

        (await PutAsync("Z02", "Z01 * 2")).Is(HttpStatusCode.Created);
        Assert.Equal([20], await MethodTests.ValuesAsync(_monitor.Anonymous, "Z02"));
        var change = await MethodTests.ChangeAsync(
            _monitor, "Z02", node => node["formula"] = "Z01 + Z01 + Z01 + Z01 + Z01", Land());
        Assert.Equal("WIR-MON-0009", change.Is(HttpStatusCode.UnprocessableEntity).Code);

        // Four areas are more cells than it may compute: the release goes on, the formula stays behind.
        await _monitor.PublishAsync("Z01", Editing.Header + string.Concat(
            new[] { "06635011", "06635012", "06635013" }.Select(area => $"{area};2022;total;total;5;;;\n")));
        Assert.Equal(4, (await MethodTests.ValuesAsync(_monitor.Anonymous, "Z01")).Length);
        Assert.Equal([20], await MethodTests.ValuesAsync(_monitor.Anonymous, "Z02"));
    }

    [Fact]
    public async Task An_area_owns_a_limited_number_of_indicators_with_a_formula()
    {
        (await PutAsync("Z05", null)).Is(HttpStatusCode.Created);
        (await PutAsync("Z03", "Z05 * 2")).Is(HttpStatusCode.Created);

        var refused = (await PutAsync("Z04", "Z05 * 3")).Is(HttpStatusCode.UnprocessableEntity);

        Assert.Equal(("WIR-MON-0009", "/formula"), (refused.Code, refused.Pointers.Single()));
        // What is computed already can be changed, and what is measured is not counted.
        (await MethodTests.ChangeAsync(_monitor, "Z03", node => node["formula"] = "Z05 * 4", Land()))
            .Is(HttpStatusCode.OK);
        (await PutAsync("Z04", null)).Is(HttpStatusCode.Created);
    }

    private Caller Land() => _monitor.District("client:land", "06");

    private Task<Answer> PutAsync(string code, string? formula) => Land().PutAsync(
        $"/indicators/{code}", IndicatorTests.Description(code, "count", formula), ("If-None-Match", "*"));
}

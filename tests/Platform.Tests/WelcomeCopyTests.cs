using System.Net;
using System.Text.Json.Nodes;

namespace Wir.Platform.Tests;

/// <summary>What happens to an entry of the register happens to the welcome package's copy of it, by events alone.</summary>
[Lane(Lane.Platform)]
public sealed class WelcomeCopyTests(WholePlatform platform)
{
    private const string Korbach = "06635015";

    private readonly string _mark = $"{Guid.CreateVersion7():N}"[20..];

    [Fact]
    public async Task A_person_who_is_erased_from_the_register_is_gone_from_the_copy_and_everything_beside_it()
    {
        var (person, mail) = ($"Wendelin Copyfort{_mark}", $"wendelin-{_mark}@gone.example");
        using var approver = platform.Door("municipalityApprover");
        var (id, name) = await RegisterAsync($"Ansprechpartner ist {person}, {mail}.");
        Assert.Contains(mail, await CopyAsync(id), StringComparison.Ordinal);

        var report = (await approver.PostAsync("/api/registry/v1/privacy/erase", new { name = person, email = mail })).Is(HttpStatusCode.OK).Json;

        Assert.Equal(1, report.GetProperty("entries").GetInt32());
        await Eventually.TrueAsync(async () => (await EverywhereAsync(mail)).Count == 0, "no table of the welcome package holds the address", TimeSpan.FromSeconds(30));
        Assert.Empty(await EverywhereAsync(person));
        Assert.Contains(name, await CopyAsync(id), StringComparison.Ordinal);
        Assert.DoesNotContain(mail, await ListAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_that_is_withdrawn_leaves_no_word_of_itself_in_the_copy()
    {
        using var editor = platform.Door("municipality");
        var (id, name) = await RegisterAsync("Bald nicht mehr da.");
        Assert.Contains(name, await ListAsync(), StringComparison.Ordinal);

        var tag = (await editor.GetAsync($"/api/registry/v1/associations/{id}")).Is(HttpStatusCode.OK).ETag;
        (await editor.SendAsync(HttpMethod.Delete, $"/api/registry/v1/associations/{id}?reason=dissolved", ifMatch: tag)).Is(HttpStatusCode.NoContent);

        await Eventually.TrueAsync(async () => (await EverywhereAsync(name)).Count == 0, "no table of the welcome package holds the name", TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(name, await ListAsync(), StringComparison.Ordinal);
    }

    private async Task<(Guid Id, string Name)> RegisterAsync(string description)
    {
        using var editor = platform.Door("municipality");
        var name = $"Abschriftverein {_mark}";
        var entry = new JsonObject
        {
            ["kind"] = "initiative", ["name"] = name, ["area"] = Korbach, ["languages"] = new JsonArray("de"),
            ["texts"] = new JsonObject { ["de"] = new JsonObject { ["summary"] = "Zum Abschreiben.", ["description"] = description } },
        };
        var id = (await editor.PostAsync("/api/registry/v1/associations", entry)).Is(HttpStatusCode.Created).Json.GetProperty("id").GetGuid();
        await Eventually.TrueAsync(async () => await CopyAsync(id) is not null, "the welcome package has its copy", TimeSpan.FromSeconds(30));
        return (id, name);
    }

    /// <summary>The stored copy; null when there is none.</summary>
    private async Task<string?> CopyAsync(Guid id) =>
        (await QueryAsync($"select snapshot::text from welcomepackage.association where id = '{id}' and snapshot is not null")).SingleOrDefault();

    /// <summary>Every association of Korbach that the welcome package tells anybody.</summary>
    private async Task<string> ListAsync()
    {
        using var anybody = platform.Door();
        var all = "";
        for (var next = $"/api/welcome/v1/associations?area={Korbach}&limit=200"; next is not null;)
        {
            var page = (await anybody.GetAsync(next)).Is(HttpStatusCode.OK);
            all += page.Text;
            next = page.Json.GetProperty("links").TryGetProperty("next", out var link) ? link.GetString() : null;
        }

        return all;
    }

    private async Task<IReadOnlyList<string>> EverywhereAsync(string text)
    {
        var found = new List<string>();
        foreach (var table in await QueryAsync("select table_name from information_schema.tables where table_schema = 'welcomepackage' and table_type = 'BASE TABLE'"))
        {
            found.AddRange(await QueryAsync($"select '{table}: ' || t::text from welcomepackage.{table} t where strpos(t::text, '{text}') > 0"));
        }

        return found;
    }

    private async Task<IReadOnlyList<string>> QueryAsync(string sql)
    {
        await using var connection = await platform.ConnectAsync("welcomepackagedb");
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }
}

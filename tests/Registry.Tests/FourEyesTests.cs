using System.Text.Json.Nodes;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

/// <summary>What docs/adr/0056 says of the register.</summary>
[Lane(Lane.Functional)]
public sealed class FourEyesTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Fact]
    public async Task Who_may_write_only_waits_for_an_approver_with_new_entries_changes_and_moves()
    {
        var path = (await registry.Office.PostAsync("/associations", Sample.Association("Vier Augen Verein")))
            .Location!;
        var district = registry.As("client:mover", [Scopes.RegistryWrite], "06635");

        var changed = await registry.Writer.PatchAsync(path, new JsonObject { ["name"] = "Allein umbenannt" }, 1);
        var moved = await district.PatchAsync(path, new JsonObject { ["area"] = RegistryFixture.Frankenberg }, 1);
        var away = await registry.Office.PatchAsync(path, new JsonObject { ["area"] = RegistryFixture.Frankenberg }, 1);

        Assert.Equal((202, 202, 403), (changed.Status, moved.Status, away.Status));
        var entry = (await registry.Anonymous.GetAsync(path)).Json;
        Assert.Equal(("Vier Augen Verein", RegistryFixture.Korbach), ((string)entry["name"]!, (string)entry["area"]!));
        // Of both municipalities neither decides on the move, and whoever asked for it does not.
        var both = registry.As("client:mover", [Scopes.RegistryWrite, Scopes.RegistryApprove], "06635");
        Assert.Equal((403, "WIR-COM-0009"), CodeOf(await ApproveAsync(registry.Office)));
        Assert.Equal((403, "WIR-COM-0009"), CodeOf(await ApproveAsync(registry.OtherOffice)));
        Assert.Equal((403, "WIR-COM-0023"), CodeOf(await ApproveAsync(both)));
        Assert.Equal(200, (await ApproveAsync(registry.District)).Status);

        Task<Answer> ApproveAsync(Client by) => by.PostAsync(
            $"/submissions/{(Guid)moved.Json["id"]!}/review", new JsonObject { ["decision"] = "approve" });
    }

    [Fact]
    public async Task An_office_with_both_rights_enters_at_once_and_is_named_in_the_history()
    {
        var created = await registry.Office.PostAsync("/associations", Sample.Association("Amtlich eingetragen"));

        var changed = await registry.Office.PatchAsync(created.Location!,
            new JsonObject { ["name"] = "Amtlich umbenannt" }, 1);

        Assert.Equal((201, 200), (created.Status, changed.Status));
        Assert.Equal(["client:office", "client:office"], await ActorsAsync((Guid)created.Json["id"]!));
    }

    [Fact]
    public async Task One_person_withdraws_and_is_named_in_the_history()
    {
        var created = await registry.Office.PostAsync("/associations", Sample.Association("Allein zurückgezogen"));

        var withdrawn = await registry.Writer.SendAsync(HttpMethod.Delete, $"{created.Location}?reason=request", null,
            ("If-Match", "\"1\""));

        Assert.Equal((204, 410), (withdrawn.Status, (await registry.Anonymous.GetAsync(created.Location!)).Status));
        Assert.Equal(["client:office", "client:writer"], await ActorsAsync((Guid)created.Json["id"]!));
    }

    private Task<List<string>> ActorsAsync(Guid id) => registry.QueryAsync(
        $"select actor from registry.association_version where association_id = '{id}' order by version");

    private static (int, string?) CodeOf(Answer answer) => (answer.Status, answer.Code);
}

using Microsoft.Extensions.DependencyInjection;
using Wir.Contracts;
using Wir.TestKit;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Data.Migrations;
using Wir.WelcomePackage.Messaging;
using Xunit;

namespace Wir.WelcomePackage.Tests;

[Lane(Lane.Functional)]
public sealed class AssociationTests(Welcome welcome) : IClassFixture<Welcome>
{
    [Fact]
    public async Task The_copy_converges_whatever_order_events_arrive_in()
    {
        var random = new Random(20260501);
        for (var round = 0; round < 20; round++)
        {
            var id = Guid.CreateVersion7();
            var last = random.Next(3, 7);
            var withdrawn = random.Next(2) == 0;
            var history = Enumerable.Range(1, last).SelectMany(sequence => Enumerable.Repeat(sequence, random.Next(1, 3))).OrderBy(_ => random.Next()).ToArray();
            foreach (var sequence in history) await TellAsync(id, sequence, isWithdrawal: withdrawn && sequence == last);

            var mine = (await ListAsync()).SingleOrDefault(one => one.Id == id);
            Assert.Equal(withdrawn ? null : $"Verein {last}", mine.Name);
        }
    }

    [Fact]
    public async Task Associations_of_a_district_include_those_of_its_municipalities_and_the_answer_is_marked_stale_without_the_register()
    {
        var id = Guid.CreateVersion7();
        await TellAsync(id, 1, false);

        var answer = await welcome.Anonymous.GetAsync("/associations?area=06635&limit=200");
        var elsewhere = await welcome.Anonymous.GetAsync("/associations?area=06699&limit=200");

        Assert.Contains(answer.Json["data"]!.AsArray(), one => (string)one!["id"]! == id.ToString());
        Assert.Empty(elsewhere.Json["data"]!.AsArray());
        Assert.True((bool)answer.Json["meta"]!["stale"]!);
    }

    [Fact]
    public async Task Contacts_of_an_earlier_producers_event_are_not_kept_and_readers_follow_the_link_to_the_entry()
    {
        var id = Guid.CreateVersion7();
        await TellAsync(id, 1, false, contact: "jemand@contacts.example");
        var old = Guid.CreateVersion7();
        await TellAsync(old, 1, false);
        await welcome.ScalarAsync<int>($$"""
            update welcomepackage.association set snapshot = snapshot || '{"contacts":[{"email":"jemand@contacts.example"}]}'
            where id = '{{old}}'
            """);

        foreach (var _ in Enumerable.Range(0, 2)) await welcome.ScalarAsync<int>(EventsWithoutContacts.Copies);
        var package = await welcome.Office.PostAsync("/packages", new { area = "06635015", language = "ar", channel = "office" });
        var code = (string)package.Expect(System.Net.HttpStatusCode.Created).Json["code"]!;
        var booklet = (await welcome.Anonymous.GetAsync($"/packages/{code}/booklet")).Expect(System.Net.HttpStatusCode.OK).Text;
        var list = (await welcome.Anonymous.GetAsync("/associations?area=06635015&limit=200")).Json["data"]!.AsArray();

        Assert.Equal(0L, await welcome.ScalarAsync<long>("""
            select count(*) from welcomepackage.association where snapshot ? 'contacts' or snapshot::text like '%contacts.example%'
            """));
        var shown = list.Single(one => (string)one!["id"]! == id.ToString())!;
        Assert.Empty(shown["contacts"]!.AsArray());
        Assert.Equal($"/api/registry/v1/associations/{id}", (string)shown["entry"]!);
        Assert.Contains($"<a href=\"https://wir.example/ar/associations/{id}\">", booklet, StringComparison.Ordinal);
        Assert.DoesNotContain("contacts.example", booklet, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contacts_in_a_copy_that_an_old_program_kept_are_gone_after_the_night()
    {
        var id = Guid.CreateVersion7();
        await TellAsync(id, 1, false);
        await welcome.ScalarAsync<int>($$"""
            update welcomepackage.association
            set snapshot = snapshot || '{"contacts":[{"email":"alt@rollout.example"}]}' where id = '{{id}}'
            """);

        Assert.Equal(1, await welcome.RunJobAsync("forget-contacts"));

        Assert.Equal(0L, await welcome.ScalarAsync<long>(
            "select count(*) from welcomepackage.association where snapshot ? 'contacts'"));
        Assert.Equal(0, await welcome.RunJobAsync("forget-contacts"));
    }

    private async Task<IReadOnlyList<(Guid Id, string? Name)>> ListAsync()
    {
        var all = new List<(Guid, string?)>();
        for (string? path = "/associations?area=06635015&limit=7"; path is not null;)
        {
            var answer = (await welcome.Anonymous.GetAsync(path)).Expect(System.Net.HttpStatusCode.OK).Json;
            all.AddRange(answer["data"]!.AsArray().Select(one => (Guid.Parse((string)one!["id"]!), (string?)one["name"])));
            path = ((string?)answer["links"]!["next"])?[WelcomeApp.Prefix.Length..];
        }

        return all;
    }

    private async Task TellAsync(Guid id, int sequence, bool isWithdrawal, string? contact = null)
    {
        await using var scope = welcome.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<WelcomeDb>();
        var envelope = new EventEnvelope
        {
            Id = Guid.CreateVersion7(), Type = "test", AggregateType = "association", AggregateId = id, Sequence = sequence, OccurredAt = DateTimeOffset.UtcNow, Data = default,
        };
        if (isWithdrawal)
        {
            await new WhenAssociationWithdrawn(db).HandleAsync(new(new AssociationWithdrawn { AssociationId = id, Area = "06635015", Reason = "dissolved" }, envelope), default);
            return;
        }

        var snapshot = new AssociationSnapshot
        {
            Id = id, Number = "WF-1-1", Version = sequence, Kind = "registered-association", Name = $"Verein {sequence}", Area = "06635015", UpdatedAt = DateTimeOffset.UtcNow,
#pragma warning disable CS0618 // As an earlier producer sent it.
            Contacts = contact is null ? [] : [new(new Dictionary<string, string>(), contact, null)],
#pragma warning restore CS0618
        };
        await new WhenAssociationPublished(db).HandleAsync(new(new AssociationPublished { AssociationId = id, Area = "06635015", Snapshot = snapshot }, envelope), default);
    }
}

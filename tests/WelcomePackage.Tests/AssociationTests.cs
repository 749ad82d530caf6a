using Microsoft.Extensions.DependencyInjection;
using Wir.Contracts;
using Wir.TestKit;
using Wir.WelcomePackage.Data;
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

    private async Task TellAsync(Guid id, int sequence, bool isWithdrawal)
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
        };
        await new WhenAssociationPublished(db).HandleAsync(new(new AssociationPublished { AssociationId = id, Area = "06635015", Snapshot = snapshot }, envelope), default);
    }
}

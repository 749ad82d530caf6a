using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Wir.Gateway.Tests;

/// <summary>The conventions of <c>Idempotency-Key</c>, on a real route over two instances.</summary>
public sealed class IdempotencyTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const string Clients = "/api/clients/v1/clients";

    [Fact]
    public async Task Fifty_posts_at_once_over_two_instances_make_one_thing()
    {
        var address = new Uri($"http://127.0.0.1:{GatewayFixture.FreePort()}");
        await fixture.StartAsync(address);
        var key = Guid.CreateVersion7().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => PostAsync(Body("fifty"), key, i % 2 == 0 ? fixture.Address : address)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        Assert.Single(answers.Select(answer => (string)answer.Json["client"]!["id"]!).Distinct());
        Assert.Single(answers.Select(answer => answer.Header("Location")).Distinct());
        Assert.Single(answers, answer => answer.Header("Idempotent-Replayed") is null);
        Assert.Equal(1L, await ScalarAsync("select count(*) from gateway.api_client where name = 'fifty'"));
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        var key = Guid.CreateVersion7().ToString();
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(Body("first-body"), key)).Status);

        var answer = await PostAsync(Body("other-body"), key);

        Assert.Equal(((HttpStatusCode)422, "WIR-COM-0025"), (answer.Status, answer.Code));
        Assert.Equal(0L, await ScalarAsync("select count(*) from gateway.api_client where name = 'other-body'"));
    }

    [Fact]
    public async Task A_refused_post_is_not_remembered_and_its_repetition_may_succeed()
    {
        var key = Guid.CreateVersion7().ToString();
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(Body("taken"), null)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(Body("taken"), key)).Status);
        Assert.Equal(0L, await ScalarAsync("select count(*) from gateway.idempotency_key k where k.status is null"));

        Assert.Equal(HttpStatusCode.Created, (await PostAsync(Body("not-taken"), key)).Status);
    }

    [Theory]
    [InlineData("/api/clients/v1/clients/")]
    [InlineData("/api/Clients/v1/CLIENTS")]
    public async Task The_route_is_the_same_however_its_path_is_written(string path)
    {
        var key = Guid.CreateVersion7().ToString();
        var name = $"spelt-{Guid.CreateVersion7():n}";
        var first = await PostAsync(Body(name), key);

        var second = await fixture.SendAsync(HttpMethod.Post, path, fixture.ApiKeyOf("operator"), Body(name), ("Idempotency-Key", key));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.Status, second.Status));
        Assert.Equal("true", second.Header("Idempotent-Replayed"));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("with space in it")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        var answer = await PostAsync(Body("no-key"), key);

        Assert.Equal((HttpStatusCode.BadRequest, "WIR-COM-0026"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task After_a_day_the_key_is_free_again()
    {
        var key = Guid.CreateVersion7().ToString();
        var first = await PostAsync(Body("day-one"), key);
        fixture.Clock.Ahead = TimeSpan.FromHours(25);

        var second = await PostAsync(Body("day-two"), key);

        fixture.Clock.Ahead = TimeSpan.Zero;
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.Status, second.Status));
        Assert.NotEqual(first.Header("Location"), second.Header("Location"));
    }

    [Fact]
    public async Task Who_waits_longer_than_ten_seconds_is_told_to_come_back()
    {
        // Another process's request that does not end: the same key claimed in a transaction that stays open.
        var key = Guid.CreateVersion7().ToString();
        await using var connection = await Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var made = await PostAsync(Body("slow-owner"), key);
        Assert.Equal(HttpStatusCode.Created, made.Status);
        await using var hold = new NpgsqlCommand("select 1 from gateway.idempotency_key for update", connection, transaction);
        await hold.ExecuteScalarAsync();
        fixture.Clock.Ahead = TimeSpan.FromHours(25);

        var answer = await PostAsync(Body("slow-owner-2"), key);

        fixture.Clock.Ahead = TimeSpan.Zero;
        Assert.Equal((HttpStatusCode.Conflict, "WIR-COM-0013", "1"), (answer.Status, answer.Code, answer.Header("Retry-After")));
    }

    private NpgsqlDataSource Source => fixture.Gateway.Services.GetRequiredService<NpgsqlDataSource>();

    private static string Body(string name) => $$"""{"name":"{{name}}","scopes":["read:internal"],"areas":["06635"]}""";

    private async Task<Answer> PostAsync(string body, string? key, Uri? address = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address ?? fixture.Address, Clients))
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Api-Key", fixture.ApiKeyOf("operator"));
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        using var message = await fixture.Client.SendAsync(request);
        return await Answer.OfAsync(message);
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}

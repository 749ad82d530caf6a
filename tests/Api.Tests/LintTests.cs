namespace Wir.Api.Tests;

/// <summary>The descriptions follow the rules of OpenAPI, as Spectral knows them.</summary>
[Lane(Lane.Functional)]
public sealed class LintTests
{
    [Fact]
    public async Task Spectral_finds_no_error_in_any_description()
    {
        var directory = await NodeTools.DirectoryAsync();
        var rules = Path.Combine(directory, "spectral.yaml");
        await File.WriteAllTextAsync(rules, "extends: spectral:oas\n");

        var (exitCode, output) = await NodeTools.RunAsync(
            directory, Path.Combine(directory, "node_modules/.bin/spectral"), ["lint", "--ruleset", rules, "--fail-severity", "error", "--display-only-failures", .. Documents.Programs.Keys.Select(Documents.FileOf)]);

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Spectral_would_find_one()
    {
        var directory = await NodeTools.DirectoryAsync();
        var rules = Path.Combine(directory, "spectral.yaml");
        await File.WriteAllTextAsync(rules, "extends: spectral:oas\n");
        var file = Path.Combine(directory, "wrong.json");
        await File.WriteAllTextAsync(file, """{ "openapi": "3.1.1", "info": { "title": "x", "version": "1" }, "paths": { "/a/{id}": { "get": { "responses": { "200": { "description": "x" } } } } } }""");

        var (exitCode, output) = await NodeTools.RunAsync(directory, Path.Combine(directory, "node_modules/.bin/spectral"), "lint", "--ruleset", rules, "--fail-severity", "error", file);

        Assert.True(exitCode == 1, output);
        Assert.Contains("path-params", output, StringComparison.Ordinal);
    }
}

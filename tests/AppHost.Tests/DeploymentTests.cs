using System.Text.RegularExpressions;
using Wir.TestKit;
using Wir.TestKit.Servers;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary>What stands in <c>deploy/</c> says the same as the app model: names, variables, users, who waits for whom.</summary>
[Lane(Lane.Functional)]
public sealed partial class DeploymentTests(PublishedModel model) : IClassFixture<PublishedModel>
{
    private static readonly string[] s_services = ["registry", "welcomepackage", "monitor", "gateway"];

    /// <summary>Given where it runs and not by the model; the rest has to be the same.</summary>
    private static readonly string[] s_own =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "Wir__Seed", "Wir__KeysFile", "Wir__Mail__Folder", "Wir__Mail__SmtpHost", "Wir__Mail__SmtpUser", "Wir__Mail__SmtpPassword"];

    [Fact]
    public async Task Compose_is_what_the_app_model_publishes() =>
        Assert.Equal(await model.ComposeAsync(), Read("compose.yaml"));

    [Fact]
    public async Task The_manifest_has_the_servers_as_containers_with_kept_data_and_generated_passwords()
    {
        var servers = await model.ManifestAsync("container.v0");
        var passwords = (await model.ManifestAsync("parameter.v0"))
            .Where(p => p.Key.EndsWith("password", StringComparison.Ordinal))
            .Select(p => p.Value.GetProperty("inputs").GetProperty("value"))
            .ToList();

        Assert.Equal(["postgres", "rabbitmq"], servers.Keys.Order());
        Assert.All(servers.Values, s => Assert.Single(s.GetProperty("volumes").EnumerateArray()));
        Assert.Contains("-management", servers["rabbitmq"].GetProperty("image").GetString(), StringComparison.Ordinal);
        Assert.Equal(6, passwords.Count);
        Assert.All(passwords, p => Assert.True(p.GetProperty("secret").GetBoolean()));
        Assert.All(passwords, p => Assert.True(
            p.GetProperty("default").GetProperty("generate").GetProperty("minLength").GetInt32() >= 22));
    }

    [Fact]
    public void Compose_starts_no_service_before_all_migrations_are_through_and_opens_one_port()
    {
        var compose = ReadCompose();

        Assert.All(s_services, s => Assert.All(s_services, m => Assert.Contains($"{m}migrate: {{ condition: service_completed_successfully }}", compose[s].Text, StringComparison.Ordinal)));
        Assert.Equal(["gateway"], compose.Where(c => c.Value.Text.Contains("ports:", StringComparison.Ordinal)).Select(c => c.Key));
        Assert.All(compose.Keys.Except(["postgres", "rabbitmq"]), c => Assert.Contains("<<: *program", compose[c].Text, StringComparison.Ordinal));
        Assert.DoesNotMatch("(?i)password: *[a-z0-9]", Read("compose.yaml"));
    }

    [Fact]
    public async Task Kubernetes_has_the_programs_of_the_model_with_their_variables()
    {
        var programs = await model.ProgramsAsync();
        var containers = ReadKubernetes("migrations.yaml").Concat(ReadKubernetes("programs.yaml")).ToDictionary();

        Assert.Equal(programs.Keys.Order(), containers.Keys.Order());
        foreach (var (name, variables) in programs)
        {
            Assert.Equal(Wanted(variables.Keys), Wanted(containers[name].Variables.Keys));
            SameUsers(variables, containers[name].Variables);
            Assert.Contains("runAsNonRoot: true", containers[name].Text, StringComparison.Ordinal);
            Assert.Contains("readOnlyRootFilesystem: true", containers[name].Text, StringComparison.Ordinal);
            Assert.Contains("limits:", containers[name].Text, StringComparison.Ordinal);
        }

        var deployed = Read("kubernetes/programs.yaml");
        var network = Read("kubernetes/network.yaml");
        foreach (var program in s_services.Append("portal"))
        {
            Assert.Equal(3, Regex.Count(deployed, $"^  name: {program}$", RegexOptions.Multiline));
            Assert.Contains($"matchLabels: {{ app: {program} }}", network, StringComparison.Ordinal);
        }

        Assert.Equal(5, Regex.Count(deployed, "kind: PodDisruptionBudget"));
        Assert.Equal(5, Regex.Count(deployed, "readinessProbe:"));
        // What the two steps of an installation select by.
        Assert.Equal(5, Regex.Count(deployed, "^  labels: { wir: program }$", RegexOptions.Multiline));
        Assert.Equal(4, Regex.Count(Read("kubernetes/migrations.yaml"), "^  labels: { wir: migration }$", RegexOptions.Multiline));
    }

    [Fact]
    public void Programs_listen_at_the_same_ports_everywhere_and_are_found_where_they_listen()
    {
        var compose = ReadCompose();
        var containers = ReadKubernetes("programs.yaml");

        foreach (var program in s_services.Append("portal"))
        {
            foreach (var variables in new[] { compose[program].Variables, containers[program].Variables.ToDictionary(v => v.Key, v => v.Value.Replace("value: ", "", StringComparison.Ordinal)) })
            {
                Assert.Equal("http://*:8080", variables["ASPNETCORE_URLS"].Trim('"'));
                Assert.Equal("9464", variables["Wir__InternalPort"].Trim('"'));
                Assert.All(variables.Where(v => v.Key.StartsWith("services__", StringComparison.Ordinal)), v => Assert.Equal($"http://{v.Key.Split("__")[1]}:8080", v.Value.Trim('"')));
            }

            Assert.Contains("- { name: http, containerPort: 8080 }", containers[program].Text, StringComparison.Ordinal);
            Assert.Contains("- { name: internal, containerPort: 9464 }", containers[program].Text, StringComparison.Ordinal);
            Assert.Equal(3, Regex.Count(containers[program].Text, "path: /health/(live|ready), port: internal"));
        }
    }

    [Fact]
    public void What_an_operator_fills_in_is_listed_once()
    {
        var listed = Regex.Matches(Read(".env.example"), "^([A-Z_]+)=", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToHashSet();
        var optional = new HashSet<string> { "WIR_KEYS_FILE", "WIR_BIND" };

        Assert.Subset(listed.Union(optional).ToHashSet(), Regex.Matches(Read("compose.yaml"), @"\$\{([A-Z_]+)").Select(m => m.Groups[1].Value).ToHashSet());
        Assert.Subset(listed, Regex.Matches(Read("kubernetes/migrations.yaml") + Read("kubernetes/programs.yaml"), "key: ([A-Z_]+)").Select(m => m.Groups[1].Value).ToHashSet());
    }

    [Fact]
    public void Images_are_those_that_the_projects_publish()
    {
        var projects = new[] { "services/Registry/Registry", "services/WelcomePackage/WelcomePackage", "services/Monitor/Monitor", "gateway/Gateway", "portal/Portal" };
        var published = projects.Select(p => $"wir/{Path.GetFileName(p).ToLowerInvariant()}").Order().ToList();
        var properties = File.ReadAllText(Repository.PathOf("Directory.Build.props"));

        Assert.All(projects, p => Assert.True(File.Exists(Repository.PathOf($"{p}.csproj"))));
        Assert.Contains("<ContainerRepository>wir/$(MSBuildProjectName.ToLowerInvariant())</ContainerRepository>", properties, StringComparison.Ordinal);
        Assert.Equal(published, Regex.Matches(Read("compose.yaml"), "image: (wir/[a-z]+)").Select(m => m.Groups[1].Value).Distinct().Order());
        Assert.Equal(published, Regex.Matches(Read("kubernetes/kustomization.yaml"), "name: (wir/[a-z]+)").Select(m => m.Groups[1].Value).Order());
    }

    [Fact]
    public void Systemd_starts_the_programs_of_the_model_after_their_migrations()
    {
        var target = Read("systemd/wir.target");

        Assert.All(s_services, s => Assert.Contains($"wir-migrate@{s}.service", target, StringComparison.Ordinal));
        Assert.All(s_services.Append("portal"), s => Assert.Contains($"wir@{s}.service", target, StringComparison.Ordinal));
        Assert.Contains("After=network-online.target wir-migrate@%i.service", Read("systemd/wir@.service"), StringComparison.Ordinal);
    }

    [Fact]
    public void Alerts_ask_only_for_metrics_that_are_documented()
    {
        var documented = File.ReadAllText(Repository.PathOf("docs/operations/metrics.md"));
        var asked = Metric().Matches(Read("prometheus/rules.yaml")).Select(m => m.Value).Distinct().ToList();

        Assert.True(asked.Count >= 5);
        Assert.All(asked, metric => Assert.Contains(Regex.Replace(metric, "_(count|bucket|sum)$", ""), documented, StringComparison.Ordinal));
    }

    private static string Read(string file) => File.ReadAllText(Repository.PathOf($"deploy/{file}"));

    private static List<string> Wanted(IEnumerable<string> variables) =>
        [.. variables.Where(v => VariableOfModel().IsMatch(v) && !s_own.Contains(v)).Order(StringComparer.Ordinal)];

    /// <summary>Whom a program connects as. Owners have other names there; a service's own name is the same everywhere.</summary>
    private static void SameUsers(Dictionary<string, string> model, Dictionary<string, string> deployed)
    {
        foreach (var name in s_services.Where(s => model.Values.Any(v => v.Contains($"Username={s};", StringComparison.Ordinal))))
        {
            Assert.Contains(deployed.Values, v => v.Contains($"Username={name};", StringComparison.Ordinal));
            Assert.Contains(deployed.Values, v => v.Contains($"amqp://{name}:", StringComparison.Ordinal));
            Assert.DoesNotContain(deployed.Values, v => v.Contains("Username=postgres", StringComparison.Ordinal) || v.Contains("amqp://wir:", StringComparison.Ordinal));
        }
    }

    /// <summary>The services of the file: two blanks deep; their variables: six deep below <c>environment:</c>.</summary>
    private static Dictionary<string, (string Text, Dictionary<string, string> Variables)> ReadCompose() =>
        Regex.Split(Regex.Match(Read("compose.yaml"), @"^services:\n(.*?)^\w", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value, "^  (?=[a-z]+:$)", RegexOptions.Multiline)
            .Where(part => part.Contains(':', StringComparison.Ordinal) && char.IsAsciiLetterLower(part[0]))
            .ToDictionary(part => part[..part.IndexOf(':', StringComparison.Ordinal)], part => (part, ComposeVariable().Matches(part).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value)));

    private static Dictionary<string, (string Text, Dictionary<string, string> Variables)> ReadKubernetes(string file) =>
        Read("kubernetes/" + file).Split("\n---\n").Where(part => part.Contains("containers:", StringComparison.Ordinal)).ToDictionary(
            part => ContainerName().Match(part).Groups[1].Value,
            part => (part, KubernetesVariable().Matches(part).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value)));

    [GeneratedRegex("^(ConnectionStrings__|Wir__|services__)")]
    private static partial Regex VariableOfModel();

    [GeneratedRegex("^      ([A-Za-z_0-9]+): (.*)$", RegexOptions.Multiline)]
    private static partial Regex ComposeVariable();

    [GeneratedRegex("^        - name: ([a-z]+)$", RegexOptions.Multiline)]
    private static partial Regex ContainerName();

    [GeneratedRegex("^            - name: ([A-Za-z_0-9]+)\n +(.*)$", RegexOptions.Multiline)]
    private static partial Regex KubernetesVariable();

    [GeneratedRegex("(wir|http|dotnet)_[a-z_]+")]
    private static partial Regex Metric();
}

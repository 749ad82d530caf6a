#pragma warning disable ASPIREPIPELINES001, ASPIREPIPELINES004 // Aspire's pipeline is marked as experimental.
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wir.AppHost.Running;

namespace Wir.AppHost.Publishing;

/// <summary>
/// <c>aspire publish</c> writes <c>compose.yaml</c>: the model's programs with their variables, and what Compose needs around
/// them. <c>deploy/compose.yaml</c> is this file.
/// </summary>
internal static partial class ComposeFile
{
    private const string Head = """
        # The platform on one machine with a container engine: docker compose --env-file .env up -d
        # Images: see docs/operations/install.md. Secrets come from .env; nothing here has a default password.
        # Written from the app model: dotnet aspire publish --output-path deploy

        x-program: &program
          restart: unless-stopped
          read_only: true
          tmpfs: [/tmp]
          cap_drop: [ALL]
          security_opt: ["no-new-privileges:true"]
          stop_grace_period: 30s

        services:
          postgres:
            image: postgres:17
            restart: unless-stopped
            environment:
              POSTGRES_USER: postgres
              POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}
            volumes:
              - postgres:/var/lib/postgresql/data
            healthcheck:
              test: ["CMD", "pg_isready", "-U", "postgres"]
              interval: 5s
            networks: [inside]

          rabbitmq:
            image: rabbitmq:4-management
            restart: unless-stopped
            hostname: rabbitmq
            environment:
              RABBITMQ_DEFAULT_USER: wir
              RABBITMQ_DEFAULT_PASS: ${RABBITMQ_PASSWORD:?}
            volumes:
              - rabbitmq:/var/lib/rabbitmq
            healthcheck:
              test: ["CMD", "rabbitmq-diagnostics", "-q", "check_port_connectivity"]
              interval: 10s
              start_period: 30s
            networks: [inside]

        """;

    private const string Tail = """

        volumes:
          postgres:
          rabbitmq:
          mail:

        networks:
          # Whoever is only inside reaches nothing outside; mail and telemetry go through what the operator puts there.
          inside:
          outside:

        """;

    /// <summary>What the operator decides, in place of the model's value or beside the model's variables.</summary>
    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["Wir__Seed"] = "${WIR_SEED:-}",
        ["Wir__KeysFile"] = "${WIR_KEYS_FILE:-}",
        ["Wir__PublicUrl"] = "${WIR_PUBLIC_URL:?}",
    };

    private static readonly string[] s_mail =
        ["Wir__Mail__SmtpHost: ${SMTP_HOST:-}", "Wir__Mail__SmtpUser: ${SMTP_USER:-}", "Wir__Mail__SmtpPassword: ${SMTP_PASSWORD:-}"];

    public static void AddComposeFile(this IDistributedApplicationBuilder builder) =>
        builder.Pipeline.AddStep("compose-file", WriteAsync, requiredBy: WellKnownPipelineSteps.Publish);

    private static async Task WriteAsync(PipelineStepContext context)
    {
        var directory = context.Services.GetRequiredService<IPipelineOutputService>().GetOutputDirectory();
        Directory.CreateDirectory(directory);
        var text = new StringBuilder(Head);
        foreach (var project in context.Model.Resources.OfType<ProjectResource>())
        {
            text.AppendLine().Append(await ServiceAsync(context.Model, project, context.Logger, context.CancellationToken));
        }

        await File.WriteAllTextAsync(Path.Combine(directory, "compose.yaml"), text.Append(Tail).ToString(), context.CancellationToken);
    }

    private static async Task<StringBuilder> ServiceAsync(DistributedApplicationModel model, ProjectResource project, ILogger logger, CancellationToken cancellation)
    {
        var isJob = model.IsJob(project);
        var image = Path.GetFileNameWithoutExtension(project.GetProjectMetadata().ProjectPath).ToLowerInvariant();
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"  {project.Name}:\n    <<: *program\n");
        if (isJob) text.Append("    restart: \"no\"\n");
        text.Append(CultureInfo.InvariantCulture, $"    image: wir/{image}:${{WIR_VERSION:-latest}}\n");
        if (isJob) text.Append("    command: [\"migrate\"]\n");
        text.Append("    environment:\n");
        foreach (var line in await VariablesAsync(project, isJob, logger, cancellation)) text.Append(CultureInfo.InvariantCulture, $"      {line}\n");
        if (isJob) text.Append("    volumes:\n      - ../seed:/seed:ro\n");
        if (project.Name == "registry") text.Append("    volumes:\n      - mail:/mail\n");
        var isDoor = project.Annotations.OfType<EndpointAnnotation>().Any(e => e.IsExternal);
        if (isDoor) text.Append("    ports:\n      - \"${WIR_BIND:-127.0.0.1}:8080:8080\"\n");
        text.Append("    depends_on:\n");
        foreach (var wait in Waits(project)) text.Append(CultureInfo.InvariantCulture, $"      {wait}\n");
        return text.Append(isDoor ? "    networks: [inside, outside]\n" : "    networks: [inside]\n");
    }

    private static async Task<List<string>> VariablesAsync(ProjectResource project, bool isJob, ILogger logger, CancellationToken cancellation)
    {
        var variables = await ExecutionConfigurationBuilder.Create(project).WithEnvironmentVariablesConfig()
            .BuildAsync(new DistributedApplicationExecutionContext(DistributedApplicationOperation.Publish), logger, cancellation);
        if (variables.Exception is { } fault) throw new InvalidOperationException($"{project.Name}: a variable has no value.", fault);
        // Aspire has names of its own for some of them.
        var lines = variables.EnvironmentVariables
            .Where(v => v.Key is not "HTTP_PORTS" && !v.Key.EndsWith("_HTTP", StringComparison.Ordinal) && !v.Key.StartsWith("OTEL_DOTNET_", StringComparison.Ordinal))
            .Select(v => $"{v.Key}: {s_settings.GetValueOrDefault(v.Key) ?? Resolve(v.Value, project)}").ToList();
        lines.Add($"OTEL_SERVICE_NAME: {project.Name}");
        if (!isJob) lines.AddRange(["ASPNETCORE_URLS: http://*:8080", "OTEL_EXPORTER_OTLP_ENDPOINT: ${OTEL_EXPORTER_OTLP_ENDPOINT:-}"]);
        if (project.Name == "registry") lines.AddRange(s_mail);
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>The manifest's expressions as Compose writes them: <c>{registry.bindings.http.url}</c> is <c>http://registry:8080</c>.</summary>
    private static string Resolve(string value, ProjectResource project)
    {
        var resolved = value.Replace("{postgres.connectionString}", "Host=postgres;Port=5432;Username=postgres;Password={postgres-password.value}", StringComparison.Ordinal);
        resolved = Expression().Replace(resolved, match => (match.Groups[1].Value, match.Groups[2].Value) switch
        {
            ("rabbitmquser", "value") => "wir",
            (var parameter, "value") => $"${{{parameter.Replace("-password", "", StringComparison.Ordinal).Replace("-uri-encoded", "", StringComparison.Ordinal).Replace("password", "", StringComparison.Ordinal).ToUpperInvariant()}_PASSWORD:?}}",
            (var name, "bindings.http.url") => $"http://{name}:8080",
            (var name, "bindings.tcp.host" or "bindings.management.host") => name,
            ("postgres", "bindings.tcp.port") => "5432",
            ("rabbitmq", "bindings.tcp.port") => "5672",
            ("rabbitmq", "bindings.management.port") => "15672",
            (_, "bindings.internal.targetPort") => "\"9464\"",
            _ => throw new InvalidOperationException($"{project.Name}: Compose has no form for {match.Value}."),
        });
        return resolved.Length == 0 ? "\"\"" : resolved;
    }

    private static IEnumerable<string> Waits(ProjectResource project) =>
        project.Annotations.OfType<WaitAnnotation>()
            .Select(w => (Name: (w.Resource as IResourceWithParent)?.Parent.Name ?? w.Resource.Name, w.WaitType))
            .DistinctBy(w => w.Name)
            // A container's health stands for its start; a service that waits for migrations has the servers by that.
            .Where(w => !project.Annotations.OfType<WaitAnnotation>().Any(o => o.WaitType == WaitType.WaitForCompletion) || w.Name is not ("postgres" or "rabbitmq"))
            .Select(w => $"{w.Name}: {{ condition: {(w.WaitType, w.Name) switch
            {
                (WaitType.WaitForCompletion, _) => "service_completed_successfully",
                (_, "postgres" or "rabbitmq") => "service_healthy",
                _ => "service_started",
            }} }}");

    [GeneratedRegex("\\{([a-z-]+)\\.([a-zA-Z.]+)\\}")]
    private static partial Regex Expression();
}

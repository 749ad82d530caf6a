using System.Globalization;
using Microsoft.Extensions.Configuration;
using Wir.AppHost.Servers;

namespace Wir.AppHost;

/// <summary>What this run of the host was asked for.</summary>
internal sealed class HostOptions
{
    private readonly IDistributedApplicationBuilder _builder;

    private HostOptions(IDistributedApplicationBuilder builder)
    {
        _builder = builder;
        Instance = Instance.Open(builder.Configuration["data"] ?? InRepository(".wir"));
        Port = int.Parse(Instance.Setting("port", builder.Configuration["port"], "8080"), CultureInfo.InvariantCulture);
        PublicUrl = builder.Configuration["public-url"] ?? $"http://127.0.0.1:{Port}";
    }

    public Instance Instance { get; }

    /// <summary>Of the gateway, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Where people reach the gateway, as it is written in mails and QR codes.</summary>
    public string PublicUrl { get; }

    /// <summary>The servers run as containers of Aspire's; deployments always have them so.</summary>
    public bool Containers => !IsLocal || _builder.Configuration["servers"] is "containers";

    /// <summary>The start data's directory; empty for an empty instance.</summary>
    public string Seed => _builder.Configuration["empty"] is "true" ? "" : IsLocal ? InRepository("seed") : "/seed";

    /// <summary>Where the register tells offices of new work: invented ones, whose mail stays in the instance's folder.</summary>
    public IReadOnlyList<(string Area, string Mail)> MadeUpOffices => IsLocal && Seed.Length > 0
        ? [("06635", "wir@waldeck-frankenberg.example"), ("06635015", "vereine@korbach.example"), ("06635011", "vereine@frankenberg.example")]
        : [];

    /// <summary>Where the development keys are written; a deployment has none unless somebody asks for them.</summary>
    public string KeysFile => IsLocal ? Instance.PathOf("keys.json") : "";

    /// <summary>Where mail is left until an SMTP server is named.</summary>
    public string MailFolder => IsLocal ? Instance.PathOf("mail") : "/mail";

    private bool IsLocal => _builder.ExecutionContext.IsRunMode;

    public bool DevLogin => _builder.Configuration["dev-login"] is "true";

    public bool HasDashboard => IsDashboardWanted(_builder.Configuration);

    /// <summary>Where telemetry goes instead of the dashboard.</summary>
    public string? Collector => _builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"];

    public int Replicas(string name) => _builder.Configuration.GetValue($"replicas:{name}", 1);

    /// <summary>The built program of a project: gathered and compiled ahead in one folder, or where the build left it.</summary>
    public string Program(string project)
    {
        var configuration = typeof(HostOptions).Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyConfigurationAttribute), false)
            .Cast<System.Reflection.AssemblyConfigurationAttribute>().Single().Configuration.ToLowerInvariant();
        var folder = _builder.Configuration["programs"] ?? InRepository($"artifacts/bin/{project}/{configuration}");
        return Path.Combine(folder, $"Wir.{project}.dll");
    }

    public string InRepository(string path) => Path.GetFullPath(Path.Combine(_builder.AppHostDirectory, "..", path));

    /// <summary>Options that Aspire needs before there is a builder.</summary>
    public static DistributedApplicationOptions ForAspire(string[] args) => new()
    {
        Args = args,
        // Everything is on loopback, without TLS.
        AllowUnsecuredTransport = true,
        TrustDeveloperCertificate = false,
        DisableDashboard = !IsDashboardWanted(new ConfigurationBuilder().AddCommandLine(args).Build()),
    };

    public static HostOptions Of(IDistributedApplicationBuilder builder) => new(builder);

    private static bool IsDashboardWanted(IConfiguration configuration) => configuration["dashboard"] is not "false";

    /// <summary>Makes this process the instance's only host, and gives Aspire the instance's own addresses.</summary>
    /// <exception cref="InvalidOperationException">The instance already runs, or the port is taken.</exception>
    public async Task<IDisposable?> ClaimAsync()
    {
        if (!IsLocal) return null;
        var claim = await Instance.ClaimAsync();
        if (!Ports.IsFree(Port))
        {
            claim.Dispose();
            throw new InvalidOperationException($"Port {Port} on 127.0.0.1 is taken by another program. Choose another one: --port N");
        }

        var aspire = _builder.Configuration;
        aspire["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Instance.Port("dashboard")}";
        aspire["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = $"http://127.0.0.1:{Instance.Port("dashboard.otlp")}";
        aspire["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = $"http://127.0.0.1:{Instance.Port("dashboard.resources")}";
        aspire["AppHost:BrowserToken"] = Instance.Password("dashboard");
        // While something starts or stops, its checks fail; the status says so.
        aspire["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "None";
        // The version is that of the repository; asking for a newer one starts a process and waits for the network.
        aspire["ASPIRE_VERSION_CHECK_DISABLED"] = "true";
        // A stop waits until the children are gone.
        aspire["DcpPublisher:WaitForResourceCleanup"] = "true";
        return claim;
    }
}

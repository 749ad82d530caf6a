namespace Wir.AppHost.Local;

/// <summary>One replica of a project: its built program, with the variables that Aspire would give it.</summary>
internal sealed class ProjectProcess(ProjectResource project, int replica, Instance instance) : IRunnable
{
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(5) };

    public string? Address => project.HasEndpoint ? Url(project, replica) : null;

    public TimeSpan StartDeadline => project.StartDeadline;

    public Task<ProcessSpec> PrepareAsync(CancellationToken cancellation)
    {
        var program = FindProgram();
        if (project.FixedPort is { } port && !Ports.IsFree(port))
        {
            throw new InvalidOperationException($"Port {port} on 127.0.0.1 is taken by another program. Choose another one: --port N");
        }

        var folder = Path.GetDirectoryName(project.ProjectPath)!;
        return Task.FromResult(new ProcessSpec("dotnet", [program, .. project.Arguments])
        {
            // wwwroot and the like lie in the project's folder, unless only the built programs are here.
            WorkingDirectory = Directory.Exists(folder) ? folder : Path.GetDirectoryName(program),
            Environment = EnvironmentVariables(),
        });
    }

    public async Task<bool> IsHealthyAsync(CancellationToken cancellation)
    {
        if (project.HealthPath is null)
        {
            return true;
        }

        using var response = await s_http.GetAsync(new Uri(Address + project.HealthPath), cancellation);
        return response.IsSuccessStatusCode;
    }

    public Dictionary<string, string?> EnvironmentVariables()
    {
        var variables = new Dictionary<string, string?>
        {
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            // Several small processes share one machine: what they do not need, they give back.
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_GCConserveMemory"] = "5",
            // 64 MB before the young are collected. The workstation collector's own few megabytes make it run hundreds of times a second under load.
            ["DOTNET_GCgen0size"] = "0x4000000",
            // All start at once on one machine. Mapping every compiled method twice (a hardening) and counting for later optimisation are
            // each near a tenth of that; deployments keep both.
            ["DOTNET_EnableWriteXorExecute"] = "0",
            ["DOTNET_TieredPGO"] = "0",
            ["OTEL_SERVICE_NAME"] = project.Name,
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={project.Name}-{replica}-{Guid.CreateVersion7():n}",
        };
        if (Address is { } address)
        {
            variables["ASPNETCORE_URLS"] = address;
        }

        foreach (var (name, variable) in project.FurtherEndpoints)
        {
            variables[variable] = $"{instance.Port($"{project.Name}.{name}{(replica == 0 ? "" : $".{replica}")}")}";
        }

        foreach (var (resource, name) in project.Connections)
        {
            var (connectionString, pieces) = resource.Connection(instance);
            variables[$"ConnectionStrings__{name}"] = connectionString;
            foreach (var (piece, value) in pieces)
            {
                variables[$"{name.ToUpperInvariant()}_{piece}"] = value;
            }
        }

        foreach (var service in project.Services)
        {
            variables[$"{service.Name.ToUpperInvariant()}_HTTP"] = Url(service, 0);
            for (var n = 0; n < service.Replicas; n++)
            {
                variables[$"services__{service.Name}__http__{n}"] = Url(service, n);
            }
        }

        foreach (var (name, value) in project.Environment)
        {
            variables[name] = value(instance);
        }

        // OTEL_EXPORTER_OTLP_* reach the children with the rest of this process' environment.
        return variables;
    }

    private string Url(ProjectResource service, int n) =>
        $"http://127.0.0.1:{(n == 0 ? service.FixedPort : null) ?? instance.Port(n == 0 ? service.Name : $"{service.Name}.{n}")}";

    /// <summary>In the artifacts' layout, PROJECT/CONFIGURATION/Wir.PROJECT.dll, beside this program's own folder.</summary>
    private string FindProgram()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var name = Path.GetFileNameWithoutExtension(project.ProjectPath);
        var program = Path.Combine(own.Parent!.Parent!.FullName, name, own.Name, $"Wir.{name}.dll");
        return File.Exists(program)
            ? program
            : throw new InvalidOperationException($"{project.Name} is not built: {program} is missing.");
    }
}

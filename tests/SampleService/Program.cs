// A program to run in tests of AppHost/Local: healthy until told otherwise.
using System.Collections;

if (args is ["migrate", ..])
{
    Console.WriteLine("migrated");
    return int.Parse(Environment.GetEnvironmentVariable("Sample__ExitCode") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
}

var builder = WebApplication.CreateSlimBuilder(args);
var app = builder.Build();
var healthy = builder.Configuration["Sample:Healthy"] != "false";

app.MapGet("/health/ready", () => healthy ? Results.Ok() : Results.StatusCode(503));
app.MapGet("/environment", () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value));
app.MapPost("/crash", () => Environment.FailFast("told to crash"));
app.MapPost("/health", (bool value) => healthy = value);
app.Lifetime.ApplicationStopping.Register(() => Console.WriteLine("stopped in order"));
app.Run();
return 0;

// Servers that several test processes share: TestServers FILE PID writes their addresses to the file, and lives as long as the process.
using System.Globalization;
using System.Text.Json;
using Wir.TestKit.Servers;

var parent = int.Parse(args[1], CultureInfo.InvariantCulture);
var start = ChildProcess.StartTicks(parent);
using var servers = new ThrowAwayServers();
var (postgres, rabbitMq) = (servers.StartPostgresAsync(), servers.StartRabbitMqAsync());
var addresses = new ServerAddresses((await postgres).ConnectionString(), (await rabbitMq).AmqpUri, (await rabbitMq).ManagementUri);
await File.WriteAllTextAsync(args[0] + ".new", JsonSerializer.Serialize(addresses, JsonSerializerOptions.Web));
File.Move(args[0] + ".new", args[0]);
while (start is not null && ChildProcess.StartTicks(parent) == start) await Task.Delay(500);

using Wir.Messaging;
using Wir.Monitor;
using Wir.Monitor.Data;
using Wir.Monitor.Messaging;
using Wir.Monitor.Seed;

var app = MonitorApp.Build(args);
return args is [RebuildCounters.Command]
    ? await RebuildCounters.RunAsync(app)
    : await app.RunServiceAsync<MonitorDb>(args, MonitorSeed.LoadAsync);

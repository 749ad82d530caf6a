using Wir.Messaging;
using Wir.Monitor;
using Wir.Monitor.Data;
using Wir.Monitor.Seed;

return await MonitorApp.Build(args).RunServiceAsync<MonitorDb>(args, MonitorSeed.LoadAsync);

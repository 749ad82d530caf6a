using Wir.Messaging;
using Wir.Registry;
using Wir.Registry.Data;
using Wir.Registry.Seed;
using Wir.ServiceDefaults;

var app = WebApplication.CreateBuilder(args).AddRegistry().Build();
app.UseServiceDefaults().MapRegistry();
return await app.RunServiceAsync<RegistryDb>(args, StartData.LoadAsync);

using Wir.Gateway;
using Wir.Gateway.Clients;
using Wir.Gateway.Data;
using Wir.Messaging;

return await GatewayApp.Build(args).RunServiceAsync<GatewayDb>(args, DevelopmentKeys.SeedAsync, seedsEachTime: true);

using Wir.Messaging;
using Wir.WelcomePackage;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Seed;

return await WelcomeApp.Build(args).RunServiceAsync<WelcomeDb>(args, WelcomeSeed.LoadAsync);

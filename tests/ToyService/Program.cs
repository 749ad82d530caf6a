using Wir.Messaging;
using Wir.ToyService;

return args switch
{
    ["toy", .. var rest] => await ToyApps.BuildToy(rest, new Dictionary<string, string?>()).RunServiceAsync<ToyDb>(rest),
    ["copy", .. var rest] => await ToyApps.BuildCopy(rest, new Dictionary<string, string?>()).RunServiceAsync<CopyDb>(rest),
    ["work", .. var rest] => await ToyApps.BuildWork(rest, new Dictionary<string, string?>()).RunServiceAsync<WorkDb>(rest),
    _ => 2,
};

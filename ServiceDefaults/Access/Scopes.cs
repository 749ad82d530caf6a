namespace Wir.ServiceDefaults.Access;

/// <summary>The scopes a principal can hold.</summary>
public static class Scopes
{
    public const string RegistryWrite = "registry:write";
    public const string RegistryApprove = "registry:approve";
    public const string WelcomeWrite = "welcome:write";
    public const string WelcomeTranslate = "welcome:translate";
    public const string WelcomePublish = "welcome:publish";
    public const string WelcomeIssue = "welcome:issue";
    public const string MonitorWrite = "monitor:write";
    public const string MonitorApprove = "monitor:approve";

    /// <summary>Numbers and queues of one's own areas only: one package in a rare language is a person.</summary>
    public const string ReadInternal = "read:internal";

    /// <summary>All events of a service, for the services that listen to it. No office's key has it.</summary>
    public const string ReadEvents = "read:events";

    /// <summary>Clients and keys of one's own areas, with no more than one's own rights.</summary>
    public const string ClientsManage = "clients:manage";

    public const string PlatformAdmin = "platform:admin";

    public static IReadOnlyList<string> All { get; } =
    [
        RegistryWrite, RegistryApprove, WelcomeWrite, WelcomeTranslate, WelcomePublish, WelcomeIssue,
        MonitorWrite, MonitorApprove, ReadInternal, ReadEvents, ClientsManage, PlatformAdmin,
    ];

    /// <summary>Those that count for the whole platform, whatever the areas.</summary>
    public static IReadOnlyList<string> OfThePlatform { get; } = [ReadEvents, PlatformAdmin];

    /// <summary>Those that count for the caller's areas.</summary>
    public static IReadOnlyList<string> OfAreas { get; } = [.. All.Except(OfThePlatform)];
}

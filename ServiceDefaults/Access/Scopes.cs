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
    public const string ReadInternal = "read:internal";
    public const string PlatformAdmin = "platform:admin";

    public static IReadOnlyList<string> All { get; } =
    [
        RegistryWrite, RegistryApprove, WelcomeWrite, WelcomeTranslate, WelcomePublish, WelcomeIssue,
        MonitorWrite, MonitorApprove, ReadInternal, PlatformAdmin,
    ];
}

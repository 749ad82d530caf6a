namespace Wir.DevLogin;

/// <summary>One of the roles that development has; the same as the development keys that are not a service's.</summary>
internal sealed record Role(string Name, string De, string En, string[] Scopes, string[] Areas);

internal static class Roles
{
    private const string Land = "06";
    private const string District = "06635";
    private const string Korbach = "06635015";
    private const string Frankenberg = "06635011";

    private static readonly string[] s_municipality = ["registry:write", "registry:approve", "welcome:write", "welcome:issue", "monitor:write", "read:internal"];

    private static readonly string[] s_approver =
        ["registry:approve", "welcome:publish", "monitor:approve", "read:internal"];

    public static IReadOnlyList<Role> All { get; } =
    [
        new("landEditor", "Redaktion des Landes", "the Land's editors", ["welcome:write", "welcome:translate"], [Land]),
        new("landApprover", "Freigabe des Landes", "the Land's approval", ["welcome:publish"], [Land]),
        new("districtAdmin", "Koordination des Landkreises", "the district's coordination",
            [
                "registry:write", "registry:approve", "welcome:write", "welcome:translate", "welcome:publish",
                "welcome:issue", "monitor:write", "monitor:approve", "read:internal", "clients:manage",
            ], [District]),
        new("districtApprover", "Landkreis, Freigabe", "the district, approval", s_approver, [District]),
        new("municipality", "Stadt Korbach", "town of Korbach", s_municipality, [Korbach]),
        new("municipalityApprover", "Stadt Korbach, Freigabe", "town of Korbach, approval", s_approver, [Korbach]),
        new("otherMunicipality", "Stadt Frankenberg (Eder)", "town of Frankenberg (Eder)", s_municipality, [Frankenberg]),
        new("translator", "Übersetzung", "translation", ["welcome:translate"], [Land]),
        new("reader", "Lesend", "reading", ["read:internal"], [District]),
        new("operator", "Betrieb", "operation", ["platform:admin"], []),
    ];

    public static Role? Find(string? name) => All.FirstOrDefault(role => role.Name == name);
}

namespace Wir.DevLogin;

/// <summary>One of the roles that development has; the same as the development keys.</summary>
internal sealed record Role(string Name, string De, string En, string[] Scopes, string[] Areas);

internal static class Roles
{
    private const string District = "06635";
    private const string Korbach = "06635015";
    private const string Frankenberg = "06635011";

    private static readonly string[] s_municipality = ["registry:write", "registry:approve", "welcome:write", "welcome:issue", "monitor:write", "read:internal"];

    public static IReadOnlyList<Role> All { get; } =
    [
        new("districtAdmin", "Koordination des Landkreises", "the district's coordination",
            ["registry:write", "registry:approve", "welcome:write", "welcome:translate", "welcome:publish", "welcome:issue", "monitor:write", "monitor:approve", "read:internal"], [District]),
        new("municipality", "Stadt Korbach", "town of Korbach", s_municipality, [Korbach]),
        new("municipalityApprover", "Stadt Korbach, Freigabe", "town of Korbach, approval", ["registry:approve", "welcome:publish", "monitor:approve", "read:internal"], [Korbach]),
        new("otherMunicipality", "Stadt Frankenberg (Eder)", "town of Frankenberg (Eder)", s_municipality, [Frankenberg]),
        new("translator", "Übersetzung", "translation", ["welcome:translate"], [District]),
        new("reader", "Lesend", "reading", ["read:internal"], [District]),
        new("operator", "Betrieb", "operation", ["platform:admin"], []),
    ];

    public static Role? Find(string? name) => All.FirstOrDefault(role => role.Name == name);
}

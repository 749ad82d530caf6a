namespace Wir.ServiceDefaults.Access;

public static partial class AccessTable
{
    private static AccessRule[] Welcome =>
    [
    ];
}

using System.Data.Common;

namespace Wir.ServiceDefaults.Errors;

/// <summary>Tells a database that is away, full or overloaded from a fault in how it is used.</summary>
internal static class DatabaseFailure
{
    // SQLSTATE, PostgreSQL's appendix A: out of disk, memory or connections; ended or starting; its system fails; a standby.
    private static readonly string[] s_states = ["53", "57P", "58", "25006"];

    /// <summary>True when the same request may succeed later, without anybody having changed it.</summary>
    public static bool IsOne(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is DbException database && IsOne(database)) return true;
        }

        return false;
    }

    private static bool IsOne(DbException exception) => exception.IsTransient
        || s_states.Any(state => exception.SqlState?.StartsWith(state, StringComparison.Ordinal) is true);
}

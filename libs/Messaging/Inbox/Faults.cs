using System.Text;
using Npgsql;

namespace Wir.Messaging.Inbox;

/// <summary>Tells faults of the database from faults of the message: the first ones are waited out, they cost no try.</summary>
internal static class Faults
{
    private const int MaxLength = 1000;

    /// <summary>What is stored and shown about a fault: its innermost reason, cut to a length that a message header bears.</summary>
    public static string Describe(Exception exception)
    {
        var cause = exception.GetBaseException();
        var text = $"{cause.GetType().Name}: {cause.Message}";
        if (text.Length > MaxLength) text = text[..MaxLength];
        // PostgreSQL stores neither NUL nor half a character; a note that cannot be written down would bring the event back for ever.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
    }

    public static bool IsDatabaseAway(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is PostgresException postgres) return postgres.SqlState is "57P01" or "57P02" or "57P03" or "53300" or "53400" or "25006";
            // A statement that takes too long is the message's fault, as long as the failure can be written down.
            if (e is NpgsqlException npgsql) return npgsql is { IsTransient: true, InnerException: not TimeoutException };
        }

        return false;
    }
}

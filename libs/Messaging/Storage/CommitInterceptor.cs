using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Wir.Messaging.Storage;

/// <summary>Asks <see cref="ServiceDb.BeforeCommit"/> before a commit, and gives the <see cref="CommitSignal"/> after it.</summary>
internal sealed class CommitInterceptor(CommitSignal signal) : DbTransactionInterceptor, IDbCommandInterceptor
{
    private const string AsyncOnly = "This context is guarded: it commits asynchronously, and writes in a transaction.";

    public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
        eventData.Context is ServiceDb { BeforeCommit: not null } ? throw new NotSupportedException(AsyncOnly) : result;

    public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is ServiceDb { BeforeCommit: { } guard } db) await guard(db, cancellationToken);
        return result;
    }

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Raise(eventData);

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Raise(eventData);
        return Task.CompletedTask;
    }

    public InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        RequireTransaction(command, eventData);
        return result;
    }

    public ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        RequireTransaction(command, eventData);
        return ValueTask.FromResult(result);
    }

    /// <summary>A statement without a transaction commits by itself, past the guard.</summary>
    private static void RequireTransaction(DbCommand command, CommandEventData eventData)
    {
        if (command.Transaction is null && eventData.Context is ServiceDb { BeforeCommit: not null }) throw new NotSupportedException(AsyncOnly);
    }

    private void Raise(TransactionEndEventData eventData)
    {
        if (eventData.Context is not ServiceDb { HasUnsignalledRows: true } db) return;
        db.HasUnsignalledRows = false;
        signal.Raise();
    }
}

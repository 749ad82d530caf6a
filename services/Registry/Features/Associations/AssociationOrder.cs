using System.Globalization;
using System.Linq.Expressions;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Associations;

/// <summary>Where a page of the list ended.</summary>
/// <param name="Id">The last entry.</param>
/// <param name="Key">What it was sorted by; null in the order of entry.</param>
internal sealed record Position(Guid Id, string? Key = null);

/// <summary>
/// An order of the list; equal values stand in the order of entry. Without one, entries stand in the order in which they were entered, which
/// nothing ever changes: a walk in it sees each entry exactly once, whatever is written meanwhile.
/// </summary>
internal abstract class AssociationOrder
{
    private static readonly Dictionary<string, AssociationOrder> s_known = new()
    {
        ["name"] = Text(entry => entry.Name),
        ["kind"] = Text(entry => entry.Kind),
        ["area"] = Text(entry => entry.Area),
        ["postalCode"] = Text(entry => entry.PostalCode ?? ""),
        ["place"] = Text(entry => entry.Place ?? ""),
        ["createdAt"] = Instant(entry => entry.CreatedAt),
        ["updatedAt"] = Instant(entry => entry.UpdatedAt),
        ["confirmedAt"] = Instant(entry => entry.ConfirmedAt ?? DateTimeOffset.UnixEpoch),
    };

    /// <summary><c>name</c>, or <c>-name</c> for the other way round; null = the order of entry.</summary>
    public static Outcome<Chosen> Of(string? sort)
    {
        if (string.IsNullOrEmpty(sort)) return new Chosen(null, false);
        var (name, down) = sort[0] == '-' ? (sort[1..], true) : (sort, false);
        if (s_known.TryGetValue(name, out var order)) return new Chosen(order, down);
        var hint = Nearest.Hint(name, s_known.Keys);
        return Query.Invalid("sort", new(
            $"Erlaubt ist {string.Join(", ", s_known.Keys)}, mit - davor absteigend.{hint.De}", $"Allowed is {string.Join(", ", s_known.Keys)}, with - before it for descending.{hint.En}"));
    }

    protected abstract IQueryable<Association> Apply(IQueryable<Association> entries, bool down, Position? after);

    protected abstract string KeyOf(Association entry);

    private static Order<string> Text(Expression<Func<Association, string>> key) =>
        new(key, text => text, text => text.Contains('\0', StringComparison.Ordinal) ? (false, "") : (true, text));

    private static Order<DateTimeOffset> Instant(Expression<Func<Association, DateTimeOffset>> key) =>
        new(key, instant => instant.ToString("O", CultureInfo.InvariantCulture), text =>
            (DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant), instant.ToUniversalTime()));

    /// <param name="Order">Null = the order of entry.</param>
    /// <param name="Down">From the last to the first.</param>
    internal sealed record Chosen(AssociationOrder? Order, bool Down)
    {
        /// <summary>The entries after a position, sorted.</summary>
        public IQueryable<Association> Apply(IQueryable<Association> entries, Position? after)
        {
            if (Order is not null) return Order.Apply(entries, Down, after);
            if (after is not null) entries = entries.Where(entry => entry.Id > after.Id);
            return entries.OrderBy(entry => entry.Id);
        }

        public Position PositionOf(Association entry) => new(entry.Id, Order?.KeyOf(entry));
    }

    private sealed class Order<T>(Expression<Func<Association, T>> key, Func<T, string> write, Func<string, (bool Ok, T Value)> read) : AssociationOrder
    {
        private readonly Func<Association, T> _key = key.Compile();

        protected override string KeyOf(Association entry) => write(_key(entry));

        protected override IQueryable<Association> Apply(IQueryable<Association> entries, bool down, Position? after)
        {
            if (after is not null) entries = entries.Where(Beyond(down, ValueOf(after), after.Id));
            return down ? entries.OrderByDescending(key).ThenByDescending(entry => entry.Id) : entries.OrderBy(key).ThenBy(entry => entry.Id);
        }

        private T ValueOf(Position after) => after.Key is { } text && read(text) is { Ok: true, Value: var value }
            ? value
            : throw new ProblemException(Query.Invalid("cursor", new("Unbrauchbar.", "Cannot be used.")));

        /// <summary>key ≥ value and (key &gt; value or id &gt; last): the first half lets the database start in the index.</summary>
        private Expression<Func<Association, bool>> Beyond(bool down, T value, Guid last)
        {
            var (entry, box) = (key.Parameters[0], Expression.Constant(new Box(value, last)));
            var (atLeast, beyond) = down ? (ExpressionType.LessThanOrEqual, ExpressionType.LessThan) : (ExpressionType.GreaterThanOrEqual, ExpressionType.GreaterThan);
            var wanted = Expression.Property(box, nameof(Box.Value));
            var id = Expression.MakeBinary(beyond, Expression.Property(entry, nameof(Association.Id)), Expression.Property(box, nameof(Box.Last)));
            return Expression.Lambda<Func<Association, bool>>(
                Expression.AndAlso(Compare(atLeast, wanted), Expression.OrElse(Compare(beyond, wanted), id)), entry);
        }

        private BinaryExpression Compare(ExpressionType how, Expression wanted) => typeof(T) == typeof(string)
            ? Expression.MakeBinary(how, Expression.Call(typeof(string), nameof(string.Compare), null, key.Body, wanted), Expression.Constant(0))
            : Expression.MakeBinary(how, key.Body, wanted);

        /// <summary>Values in a box become parameters of the statement, not part of its text.</summary>
        private sealed record Box(T Value, Guid Last);
    }
}

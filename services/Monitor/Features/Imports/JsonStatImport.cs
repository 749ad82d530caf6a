using System.Text.Json;
using Wir.Monitor.Domain;

namespace Wir.Monitor.Features.Imports;

/// <summary>Reads a JSON-stat 2.0 dataset. The "line" of a fault is the number of the cell, from 1.</summary>
internal sealed class JsonStatImport(Observations observations)
{
    private readonly ImportFaults _faults = observations.Faults;

    public void Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            ReadDataset(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or IndexOutOfRangeException or OverflowException or ArgumentException)
        {
            _faults.Add(1, "", FaultCodes.Unreadable, "Das ist kein JSON-stat-2.0-Datensatz.", "This is no JSON-stat 2.0 dataset.");
        }
    }

    private void ReadDataset(JsonElement dataset)
    {
        if (dataset.GetProperty("class").GetString() != "dataset" || !dataset.GetProperty("version").ValueEquals("2.0")) throw new FormatException();
        var ids = dataset.GetProperty("id").EnumerateArray().Select(id => id.GetString()!).ToArray();
        var sizes = dataset.GetProperty("size").EnumerateArray().Select(size => size.GetInt32()).ToArray();
        var categories = ids.Select((id, i) => CategoriesOf(dataset.GetProperty("dimension").GetProperty(id).GetProperty("category"), sizes[i])).ToArray();
        var roles = ids.Select(RoleOf).ToArray();
        if (!CheckDimensions(ids, sizes, roles)) return;
        var total = sizes.Aggregate(1L, (product, size) => checked(product * size));
        if (total > Numbers.Cube.MaxCells) throw new FormatException();
        var extension = dataset.TryGetProperty("extension", out var found) ? found : default;
        var (values, status) = (dataset.GetProperty("value"), dataset.TryGetProperty("status", out var marks) ? marks : default);
        for (var cell = 0; cell < total; cell++)
        {
            ReadCell(cell, sizes, categories, roles, At(values, cell), At(status, cell), At(Member(extension, "numerator"), cell), At(Member(extension, "denominator"), cell));
        }
    }

    private void ReadCell(int cell, int[] sizes, string[][] categories, int[] roles, JsonElement value, JsonElement status, JsonElement numerator, JsonElement denominator)
    {
        // A cell of which nothing is said is not delivered.
        if (IsNothing(value) && IsNothing(status)) return;
        var row = observations.Next(cell + 1);
        var rest = cell;
        var given = 0u;
        for (var i = sizes.Length - 1; i >= 0; i--)
        {
            if (roles[i] >= 0)
            {
                row.Dimension(roles[i], categories[i][rest % sizes[i]]);
                given |= 1u << roles[i];
            }

            rest /= sizes[i];
        }

        for (var dimension = 0; dimension < observations.Dimensions.Count; dimension++)
        {
            if ((given & (1u << dimension)) == 0) row.Dimension(dimension, "total");
        }

        var fields = new Fields { Value = Number(value), Numerator = Number(numerator), Denominator = Number(denominator) };
        if (!IsNothing(status))
        {
            if (Statuses.Parse(status.GetString()!) is { } known) fields.Status = known;
            else
            {
                _faults.Add(cell + 1, "status", FaultCodes.Status, $"Der Status „{ImportFaults.Shown(status.GetString())}“ ist unbekannt.", $"The status “{ImportFaults.Shown(status.GetString())}” is not known.");
                fields.Broken = true;
            }
        }

        row.Done(fields, delete: false);
    }

    private bool CheckDimensions(string[] ids, int[] sizes, int[] roles)
    {
        var before = _faults.Count;
        for (var i = 0; i < ids.Length; i++)
        {
            // A dimension of one category that is not ours (a metric, say) tells nothing.
            if (roles[i] < 0 && sizes[i] != 1) _faults.Add(1, ids[i], FaultCodes.Column, "Diese Dimension gibt es hier nicht.", "There is no such dimension here.");
        }

        for (var dimension = 0; dimension < observations.Dimensions.Count; dimension++)
        {
            if (!roles.Contains(dimension) && !observations.HasTotal(dimension))
            {
                _faults.Add(1, observations.Dimensions[dimension], FaultCodes.Column, "Die Dimension fehlt.", "The dimension is missing.");
            }
        }

        return _faults.Count == before;
    }

    private int RoleOf(string id)
    {
        for (var i = 0; i < observations.Dimensions.Count; i++)
        {
            if (observations.Dimensions[i] == id) return i;
        }

        return id is "year" or "period" or "time" ? 1 : -1;
    }

    private static string[] CategoriesOf(JsonElement category, int size)
    {
        var codes = new string[size];
        if (!category.TryGetProperty("index", out var index))
        {
            codes[0] = category.GetProperty("label").EnumerateObject().Single().Name;
            return codes;
        }

        if (index.ValueKind == JsonValueKind.Array)
        {
            var at = 0;
            foreach (var code in index.EnumerateArray()) codes[at++] = code.GetString()!;
        }
        else
        {
            foreach (var code in index.EnumerateObject()) codes[code.Value.GetInt32()] = code.Name;
        }

        return codes.Contains(null) ? throw new FormatException() : codes;
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    private static JsonElement At(JsonElement list, int cell) => list.ValueKind switch
    {
        JsonValueKind.Array => list[cell],
        JsonValueKind.Object => list.TryGetProperty(cell.ToString(System.Globalization.CultureInfo.InvariantCulture), out var one) ? one : default,
        JsonValueKind.String => list,
        _ => default,
    };

    private static bool IsNothing(JsonElement element) => element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    private static double Number(JsonElement element) => IsNothing(element) ? double.NaN : element.GetDouble();
}

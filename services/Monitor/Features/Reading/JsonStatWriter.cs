using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Wir.Monitor.Domain;

namespace Wir.Monitor.Features.Reading;

/// <summary>JSON-stat 2.0, class dataset.</summary>
internal static class JsonStatWriter
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static async ValueTask WriteAsync(PipeWriter output, Table table, CancellationToken ct)
    {
        using (var json = new Utf8JsonWriter(output, s_options))
        {
            json.WriteStartObject();
            json.WriteString("version", "2.0");
            json.WriteString("class", "dataset");
            json.WriteString("href", table.Permalink);
            json.WriteString("label", table.Text(table.About.Name));
            json.WriteString("source", table.Text(table.About.Source));
            if (table.AsOf is { } updated) json.WriteString("updated", updated.UtcDateTime);
            if (table.About.Demo) Array(json, "note", [table.Language == "en" ? "Demonstration: made-up numbers." : "Demonstration: erfundene Zahlen."]);
            Dimensions(json, table);
            if (table.IsDelta) Changed(json, table);
            else
            {
                json.WriteStartArray("value");
                foreach (var index in table.Indexes()) Number(json, table.Cube.Values[index]);
                json.WriteEndArray();
                Status(json, table);
            }

            Extension(json, table);
            json.WriteEndObject();
            json.Flush();
        }

        await output.FlushAsync(ct);
    }

    private static void Dimensions(Utf8JsonWriter json, Table table)
    {
        var dimensions = table.Cube.Dimensions;
        Array(json, "id", dimensions.Select(dimension => dimension.Id));
        json.WriteStartArray("size");
        foreach (var chosen in table.Positions) json.WriteNumberValue(chosen.Length);
        json.WriteEndArray();
        json.WriteStartObject("role");
        if (dimensions.Any(dimension => dimension.Id is "year" or "period")) Array(json, "time", dimensions.Select(dimension => dimension.Id).Where(id => id is "year" or "period"));
        if (table.Cube.Dimension("area") is not null) Array(json, "geo", ["area"]);
        json.WriteEndObject();
        json.WriteStartObject("dimension");
        for (var i = 0; i < dimensions.Count; i++)
        {
            var codes = table.Positions[i].Select(position => dimensions[i].Codes[position]).ToArray();
            json.WriteStartObject(dimensions[i].Id);
            json.WriteString("label", table.About.Dimensions.FirstOrDefault(one => one.Id == dimensions[i].Id) is { } about ? table.Text(about.Name) : dimensions[i].Id);
            json.WriteStartObject("category");
            Array(json, "index", codes);
            json.WriteStartObject("label");
            foreach (var code in codes) json.WriteString(code, table.Label(dimensions[i].Id, code));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>By index, and only where it is not normal.</summary>
    private static void Status(Utf8JsonWriter json, Table table)
    {
        var at = 0;
        var started = false;
        foreach (var index in table.Indexes())
        {
            if (table.Cube.Status[index] != (byte)ObservationStatus.Normal)
            {
                if (!started) json.WriteStartObject("status");
                started = true;
                json.WriteString(At(at), Statuses.Code((ObservationStatus)table.Cube.Status[index]));
            }

            at++;
        }

        if (started) json.WriteEndObject();
    }

    private static void Changed(Utf8JsonWriter json, Table table)
    {
        var shown = table.Indexes().Select((index, at) => (index, at)).Where(pair => table.IsShown(pair.index)).ToArray();
        json.WriteStartObject("value");
        foreach (var (index, at) in shown)
        {
            json.WritePropertyName(At(at));
            Number(json, table.Cube.Values[index]);
        }

        json.WriteEndObject();
        json.WriteStartObject("status");
        foreach (var (index, at) in shown) json.WriteString(At(at), Statuses.Code((ObservationStatus)table.Cube.Status[index]));
        json.WriteEndObject();
    }

    private static void Extension(Utf8JsonWriter json, Table table)
    {
        json.WriteStartObject("extension");
        json.WriteString("indicator", table.About.Code);
        if (table.Vintage is { } vintage) json.WriteNumber("vintage", vintage);
        if (table.AsOf is { } asOf) json.WriteString("asOf", asOf.UtcDateTime);
        json.WriteBoolean("demo", table.About.Demo);
        json.WriteString("unit", table.About.Unit);
        json.WriteString("unitLabel", table.Text(table.About.UnitName));
        json.WriteString("direction", table.About.Direction);
        json.WriteString("licence", table.Text(table.About.Licence));
        json.WriteString("territory", table.Territory);
        if (table.Comparison is { } comparison)
        {
            json.WriteStartObject("comparison");
            foreach (var (area, role) in comparison.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(area, role);
            json.WriteEndObject();
        }

        json.WriteStartArray("breaks");
        foreach (var one in table.Breaks)
        {
            json.WriteStartObject();
            json.WriteString("period", one.Period);
            json.WriteString("note", table.Text(one.Note));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("status");
        foreach (var (code, symbol, name) in Statuses.All)
        {
            json.WriteStartObject(code);
            json.WriteString("label", table.Text(name));
            json.WriteString("symbol", symbol);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (table.WithCounts && table.Cube.Numerators is { } numerators)
        {
            Numbers(json, "numerator", table, index => numerators[index]);
            Numbers(json, "denominator", table, index => table.Cube.Denominators![index]);
        }

        if (table.WithInterval)
        {
            Numbers(json, "lower", table, index => table.Interval(index)?.Lower ?? double.NaN);
            Numbers(json, "upper", table, index => table.Interval(index)?.Upper ?? double.NaN);
            json.WriteStartArray("small");
            foreach (var index in table.Indexes()) json.WriteBooleanValue(table.IsSmall(index) is true);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, string name, Table table, Func<int, double> number)
    {
        json.WriteStartArray(name);
        foreach (var index in table.Indexes()) Number(json, number(index));
        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, double value)
    {
        if (double.IsNaN(value)) json.WriteNullValue();
        else json.WriteNumberValue(value);
    }

    private static void Array(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static string At(int at) => at.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

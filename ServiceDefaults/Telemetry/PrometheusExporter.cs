using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Wir.ServiceDefaults.Telemetry;

/// <summary>Writes what the meters have measured in Prometheus' text format, version 0.0.4, whenever somebody asks.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _one = new();
    private string _text = "";

    public Func<int, bool>? Collect { get; set; }

    /// <summary>Reads all meters now.</summary>
    public string Scrape()
    {
        lock (_one)
        {
            Collect?.Invoke(Timeout.Infinite);
            return _text;
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var text = new StringBuilder();
        foreach (var metric in batch)
        {
            Write(text, metric);
        }

        _text = text.ToString();
        return ExportResult.Success;
    }

    /// <summary><c>http.server.request.duration</c> in <c>s</c> is <c>http_server_request_duration_seconds</c>; counters end in <c>_total</c>.</summary>
    internal static string NameOf(string name, string unit, bool counter)
    {
        var suffix = unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", _ => "" };
        var text = new StringBuilder(name.Length + 16);
        foreach (var character in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(character) || character is ':' ? character : '_');
        }

        if (suffix.Length > 0 && !name.EndsWith(suffix[1..], StringComparison.Ordinal)) text.Append(suffix);
        return text.Append(counter ? "_total" : "").ToString();
    }

    private static void Write(StringBuilder text, Metric metric)
    {
        var counter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        var histogram = metric.MetricType is MetricType.Histogram;
        if (metric.MetricType is MetricType.ExponentialHistogram) return;
        var name = NameOf(metric.Name, metric.Unit, counter);
        text.Append("# HELP ").Append(name).Append(' ').Append(metric.Description.ReplaceLineEndings(" ").Replace(@"\", @"\\", StringComparison.Ordinal)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(histogram ? "histogram" : counter ? "counter" : "gauge").Append('\n');
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            if (histogram) WriteHistogram(text, name, point);
            else WriteSample(text, name, point.Tags, null, ValueOf(metric.MetricType, point));
        }
    }

    private static double ValueOf(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
        MetricType.LongGauge => point.GetGaugeLastValueLong(),
        _ => point.GetGaugeLastValueDouble(),
    };

    private static void WriteHistogram(StringBuilder text, string name, in MetricPoint point)
    {
        var below = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            below += bucket.BucketCount;
            var bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : Number(bucket.ExplicitBound);
            WriteSample(text, name + "_bucket", point.Tags, bound, below);
        }

        WriteSample(text, name + "_sum", point.Tags, null, point.GetHistogramSum());
        WriteSample(text, name + "_count", point.Tags, null, point.GetHistogramCount());
    }

    private static void WriteSample(StringBuilder text, string name, ReadOnlyTagCollection tags, string? bound, double value)
    {
        text.Append(name);
        var separator = '{';
        foreach (var tag in tags)
        {
            WriteLabel(text, ref separator, NameOf(tag.Key, "", counter: false), Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "");
        }

        if (bound is not null) WriteLabel(text, ref separator, "le", bound);
        text.Append(separator is ',' ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static void WriteLabel(StringBuilder text, ref char separator, string name, string value)
    {
        text.Append(separator).Append(name).Append("=\"")
            .Append(value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
            .Append('"');
        separator = ',';
    }

    private static string Number(double value) => double.IsNaN(value) ? "NaN"
        : double.IsInfinity(value) ? (value > 0 ? "+Inf" : "-Inf") : value.ToString("R", CultureInfo.InvariantCulture);
}

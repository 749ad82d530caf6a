using System.Diagnostics.Metrics;
using Wir.Messaging;

namespace Wir.Reliability.Tests;

/// <summary>Reads one gauge of a service that runs in this process, as an exporter does.</summary>
internal sealed class GaugeReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private double? _last;

    public GaugeReader(string name, string service)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MessagingTelemetry.Name && instrument.Name == name) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "service" && tag.Value as string == service) _last = value;
            }
        });
        _listener.Start();
    }

    public double Highest { get; private set; }

    /// <summary>Null while there is no reading.</summary>
    public double? Read()
    {
        _last = null;
        _listener.RecordObservableInstruments();
        Highest = Math.Max(Highest, _last ?? 0);
        return _last;
    }

    public void Dispose() => _listener.Dispose();
}

using System.IO.Compression;

namespace Wir.Monitor.Features.Reading;

/// <summary>
/// Finished answers, ready to be sent: writing and compressing a cube takes far longer than sending it. A key names vintages, which never
/// change, so nothing here can be out of date; which vintage counts is asked of the database before.
/// </summary>
internal sealed class AnswerCache
{
    /// <summary>Bytes in memory.</summary>
    private const long Budget = 24L * 1024 * 1024;
    private const int Largest = 2 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, byte[] Bytes)>> _kept = [];
    private readonly LinkedList<(string Key, byte[] Bytes)> _recent = new();
    private long _bytes;

    public byte[]? Find(string key)
    {
        lock (_lock)
        {
            if (!_kept.TryGetValue(key, out var node)) return null;
            if (node != _recent.First)
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
            }

            return node.Value.Bytes;
        }
    }

    public void Keep(string key, byte[] bytes)
    {
        if (bytes.Length > Largest) return;
        lock (_lock)
        {
            if (_kept.ContainsKey(key)) return;
            _kept[key] = _recent.AddFirst((key, bytes));
            _bytes += Footprint(key, bytes);
            while (_bytes > Budget)
            {
                var (oldest, content) = _recent.Last!.Value;
                _recent.RemoveLast();
                _kept.Remove(oldest);
                _bytes -= Footprint(oldest, content);
            }
        }
    }

    /// <summary>As the client takes it. It happens once per answer, so it may take its time.</summary>
    public static byte[] Encode(ReadOnlyMemory<byte> content, string? coding)
    {
        if (coding is null) return content.ToArray();
        using var encoded = new MemoryStream(content.Length / 2);
        using (Stream stream = coding == "br" ? new BrotliStream(encoded, new BrotliCompressionOptions { Quality = 6 }, leaveOpen: true) : new GZipStream(encoded, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            stream.Write(content.Span);
        }

        return encoded.ToArray();
    }

    private static long Footprint(string key, byte[] bytes) => bytes.Length + (2L * key.Length) + 200;
}

using System.Text;

namespace Wir.AppHost.Running;

/// <summary>The output of one resource: <c>name.log</c>, and one older <c>name.log.1</c> when it grows beyond its bound.</summary>
internal sealed class LogFile(string path, long bound = 10 * 1024 * 1024) : IDisposable
{
    private readonly Lock _gate = new();
    private FileStream? _stream;

    public string Path => path;

    /// <summary>Writes each line until the source ends.</summary>
    public async Task CopyAsync(StreamReader source)
    {
        while (await source.ReadLineAsync() is { } line)
        {
            Write(line);
        }
    }

    public void Write(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (_gate)
        {
            try
            {
                if (_stream is { } full && full.Length + bytes.Length > bound)
                {
                    full.Dispose();
                    File.Move(path, path + ".1", overwrite: true);
                    _stream = null;
                }

                _stream ??= Open();
                _stream.Write(bytes);
                _stream.Flush();
            }
            catch (IOException)
            {
                // A full disk must not end the platform; the line is lost.
            }
        }
    }

    /// <summary>The last lines, for a message about a failure.</summary>
    public IReadOnlyList<string> Tail(int lines = 20)
    {
        lock (_gate)
        {
            return File.Exists(path) ? File.ReadLines(path).TakeLast(lines).ToList() : [];
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stream?.Dispose();
            _stream = null;
        }
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }
}

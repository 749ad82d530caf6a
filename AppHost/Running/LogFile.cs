using System.Text;

namespace Wir.AppHost.Running;

/// <summary>The output of one resource: <c>name.log</c>, and one older <c>name.log.1</c> when it grows beyond its bound.</summary>
internal sealed class LogFile(string path, long bound = 10 * 1024 * 1024) : IDisposable
{
    private FileStream? _stream;

    public void Write(string line)
    {
        var bytes = Encoding.UTF8.GetBytes($"{line}\n");
        try
        {
            if (_stream?.Length + bytes.Length > bound)
            {
                Dispose();
                File.Move(path, $"{path}.1", overwrite: true);
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

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, UnixCreateMode = ownerOnly,
        });
    }
}

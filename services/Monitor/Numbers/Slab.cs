using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Wir.Monitor.Numbers;

/// <summary>A cube as bytes: what stands in the database, one value per vintage.</summary>
internal static class Slab
{
    private const byte Format = 1;

    public static byte[] Pack(Cube cube)
    {
        using var packed = new MemoryStream();
        packed.WriteByte(Format);
        using (var zip = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true)) Write(zip, cube);
        return packed.ToArray();
    }

    public static Cube Unpack(byte[] bytes)
    {
        if (bytes[0] != Format) throw new InvalidDataException($"Slab format {bytes[0]} is not known to this release.");
        using var zip = new DeflateStream(new MemoryStream(bytes, 1, bytes.Length - 1), CompressionMode.Decompress);
        using var reader = new BinaryReader(zip);
        var dimensions = new CubeDimension[reader.ReadByte()];
        for (var i = 0; i < dimensions.Length; i++)
        {
            var id = reader.ReadString();
            var codes = new string[reader.ReadInt32()];
            for (var j = 0; j < codes.Length; j++) codes[j] = reader.ReadString();
            dimensions[i] = new CubeDimension(id, codes);
        }

        var cube = new Cube(dimensions, reader.ReadBoolean());
        zip.ReadExactly(cube.Status);
        zip.ReadExactly(MemoryMarshal.AsBytes(cube.Values.AsSpan()));
        if (cube.Numerators is not null)
        {
            zip.ReadExactly(MemoryMarshal.AsBytes(cube.Numerators.AsSpan()));
            zip.ReadExactly(MemoryMarshal.AsBytes(cube.Denominators.AsSpan()));
        }

        return cube;
    }

    /// <summary>Equal content, equal hash; the packing does not matter.</summary>
    public static byte[] Hash(Cube cube)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var dimension in cube.Dimensions) hash.AppendData(System.Text.Encoding.UTF8.GetBytes(dimension.Id + "\n" + string.Join('\n', dimension.Codes) + "\n\n"));
        hash.AppendData(cube.Status);
        hash.AppendData(MemoryMarshal.AsBytes(cube.Values.AsSpan()));
        if (cube.Numerators is not null)
        {
            hash.AppendData(MemoryMarshal.AsBytes(cube.Numerators.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(cube.Denominators.AsSpan()));
        }

        return hash.GetHashAndReset();
    }

    private static void Write(Stream stream, Cube cube)
    {
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write((byte)cube.Dimensions.Count);
            foreach (var dimension in cube.Dimensions)
            {
                writer.Write(dimension.Id);
                writer.Write(dimension.Count);
                foreach (var code in dimension.Codes) writer.Write(code);
            }

            writer.Write(cube.Numerators is not null);
        }

        stream.Write(cube.Status);
        stream.Write(MemoryMarshal.AsBytes(cube.Values.AsSpan()));
        if (cube.Numerators is null) return;
        stream.Write(MemoryMarshal.AsBytes(cube.Numerators.AsSpan()));
        stream.Write(MemoryMarshal.AsBytes(cube.Denominators.AsSpan()));
    }
}

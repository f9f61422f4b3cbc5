using System.Buffers.Binary;

namespace Weir.Wire;

/// <summary>The checksum of gzip (RFC 1952) and of Amazon's event streams: CRC-32, reflected, of polynomial EDB88320; eight bytes at a time. Pure.</summary>
public static class Crc32
{
    private const int Slices = 8;

    private static readonly uint[][] Tables = MakeTables();

    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var (t0, t1, t2, t3) = (Tables[0], Tables[1], Tables[2], Tables[3]);
        var (t4, t5, t6, t7) = (Tables[4], Tables[5], Tables[6], Tables[7]);
        while (bytes.Length >= Slices)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc =
                t7[(byte)low]
                ^ t6[(byte)(low >> 8)]
                ^ t5[(byte)(low >> 16)]
                ^ t4[low >> 24]
                ^ t3[(byte)high]
                ^ t2[(byte)(high >> 8)]
                ^ t1[(byte)(high >> 16)]
                ^ t0[high >> 24];
            bytes = bytes[Slices..];
        }

        foreach (var b in bytes)
        {
            crc = t0[(byte)(crc ^ b)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[Slices][];
        for (var slice = 0; slice < Slices; slice++)
        {
            tables[slice] = new uint[256];
            for (var i = 0u; i < 256; i++)
            {
                tables[slice][i] = slice == 0 ? Byte(i) : Next(tables[slice - 1][i]);
            }
        }

        return tables;

        uint Next(uint crc) => tables[0][(byte)crc] ^ (crc >> 8);
    }

    private static uint Byte(uint crc)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return crc;
    }
}

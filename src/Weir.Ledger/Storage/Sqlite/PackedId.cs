using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>
/// Ids of requests and messages in half their room: a known beginning as a number, and what follows as the digits that it is made of.
/// The same id always makes the same bytes, so that packed ids are compared as they are. The form is laid down in docs/formats/ledger.md.
/// </summary>
internal static class PackedId
{
    private const int AlphabetBits = 2;
    private const int Plain = 0;
    private const int Hex = 1;
    private const int Base62 = 2;
    private const int Uuid = 3;
    private const int Group = 10; // characters of base 62 in eight bytes
    private const int MostDigits = 127;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> AllDigits = SearchValues.Create(Digits);

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    // Stored by number: may only grow.
    private static readonly string[] Beginnings =
    [
        "",
        "req_",
        "req_01",
        "req_011C",
        "msg_",
        "msg_01",
        "msg_vrtx_01",
        "msg_bdrk_01",
        "chatcmpl-",
        "resp_",
        "gen-",
        "cmpl-",
        "batch_",
        "msg_weir_req_",
        "chatcmpl-weir-req_",
        "resp_weir_req_",
        "req_weir_req_",
        "weir-req_",
    ];

    /// <summary>The bytes of an id; none for null. At most three more than its UTF-8.</summary>
    public static byte[]? Pack(string? id)
    {
        if (id is null)
        {
            return null;
        }

        var beginning = 0;
        for (var i = 1; i < Beginnings.Length; i++)
        {
            if (
                Beginnings[i].Length > Beginnings[beginning].Length
                && id.StartsWith(Beginnings[i], StringComparison.Ordinal)
            )
            {
                beginning = i;
            }
        }

        var rest = id.AsSpan(Beginnings[beginning].Length);
        return IsUuid(rest) ? PackUuid(beginning, rest)
            : rest.Length is 0 or > MostDigits ? PackPlain(beginning, rest)
            : rest.Length % 2 == 0 && !rest.ContainsAnyExcept(HexDigits) ? PackHex(beginning, rest)
            : !rest.ContainsAnyExcept(AllDigits) ? PackBase62(beginning, rest)
            : PackPlain(beginning, rest);
    }

    /// <summary>The id of some bytes; null for none.</summary>
    /// <exception cref="InvalidDataException">They are no packed id.</exception>
    public static string? Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed.IsEmpty)
        {
            return null;
        }

        var (beginning, alphabet) = (packed[0] >> AlphabetBits, packed[0] & ((1 << AlphabetBits) - 1));
        if (beginning >= Beginnings.Length)
        {
            throw Unreadable();
        }

        var rest = packed[1..];
        return Beginnings[beginning]
            + alphabet switch
            {
                Plain => Encoding.UTF8.GetString(rest),
                Hex => Convert.ToHexStringLower(rest),
                Base62 => UnpackBase62(rest),
                _ => rest.Length == 16 ? new Guid(rest, bigEndian: true).ToString() : throw Unreadable(),
            };
    }

    private static byte Head(int beginning, int alphabet) => (byte)((beginning << AlphabetBits) | alphabet);

    private static byte[] PackPlain(int beginning, ReadOnlySpan<char> rest)
    {
        var bytes = new byte[1 + Encoding.UTF8.GetByteCount(rest)];
        bytes[0] = Head(beginning, Plain);
        Encoding.UTF8.GetBytes(rest, bytes.AsSpan(1));
        return bytes;
    }

    private static byte[] PackHex(int beginning, ReadOnlySpan<char> rest)
    {
        var bytes = new byte[1 + (rest.Length / 2)];
        bytes[0] = Head(beginning, Hex);
        Convert.FromHexString(rest, bytes.AsSpan(1), out _, out _);
        return bytes;
    }

    private static bool IsUuid(ReadOnlySpan<char> text) =>
        text.Length == 36
        && Guid.TryParseExact(text, "D", out var id)
        && text.Equals(id.ToString(), StringComparison.Ordinal);

    private static byte[] PackUuid(int beginning, ReadOnlySpan<char> text)
    {
        var bytes = new byte[17];
        bytes[0] = Head(beginning, Uuid);
        Guid.ParseExact(text, "D").TryWriteBytes(bytes.AsSpan(1), bigEndian: true, out _);
        return bytes;
    }

    // How many characters, then ten of them in eight bytes each, the last few in as many bytes as they need.
    private static byte[] PackBase62(int beginning, ReadOnlySpan<char> rest)
    {
        Span<byte> bytes = stackalloc byte[2 + ((MostDigits / Group) + 1) * sizeof(ulong)];
        (bytes[0], bytes[1]) = (Head(beginning, Base62), (byte)rest.Length);
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        var at = 2;
        while (!rest.IsEmpty)
        {
            var taken = Math.Min(Group, rest.Length);
            var value = 0UL;
            foreach (var c in rest[..taken])
            {
                value = (value * 62) + (ulong)Digits.IndexOf(c, StringComparison.Ordinal);
            }

            BinaryPrimitives.WriteUInt64LittleEndian(number, value);
            var size = BytesOf(taken);
            number[..size].CopyTo(bytes[at..]);
            at += size;
            rest = rest[taken..];
        }

        return bytes[..at].ToArray();
    }

    private static string UnpackBase62(ReadOnlySpan<byte> packed)
    {
        var count = packed.IsEmpty ? 0 : packed[0];
        if (count is 0 or > MostDigits)
        {
            throw Unreadable();
        }

        packed = packed[1..];
        Span<char> text = stackalloc char[count];
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        for (var at = 0; at < count; )
        {
            var taken = Math.Min(Group, count - at);
            var size = BytesOf(taken);
            if (packed.Length < size)
            {
                throw Unreadable();
            }

            number.Clear();
            packed[..size].CopyTo(number);
            packed = packed[size..];
            var value = BinaryPrimitives.ReadUInt64LittleEndian(number);
            for (var i = taken - 1; i >= 0; i--)
            {
                (value, var digit) = Math.DivRem(value, 62);
                text[at + i] = Digits[(int)digit];
            }

            at += taken;
        }

        return new string(text);
    }

    private static int BytesOf(int characters) => (int)Math.Ceiling(characters * Math.Log2(62) / 8);

    private static InvalidDataException Unreadable() => new("A stored id cannot be read.");
}

using System.Text;

namespace Weir.Ledger.Ingest;

/// <summary>
/// Texts that come again and again (models, keys, providers), each made once. A table with one place for each hash: a text
/// that is not in its place is made and takes it. Not thread-safe.
/// </summary>
internal sealed class TextPool
{
    private const int Places = 4_096;
    private const int Longest = 128; // bytes

    private readonly (byte[]? Bytes, string Text)[] table = new (byte[]?, string)[Places];

    /// <summary>The text of UTF-8 bytes; what is malformed is replaced, as <see cref="Encoding.UTF8"/> does.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Longest)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var hash = default(HashCode);
        hash.AddBytes(utf8);
        ref var place = ref table[hash.ToHashCode() & (Places - 1)];
        if (place.Bytes is null || !utf8.SequenceEqual(place.Bytes))
        {
            place = (utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        }

        return place.Text;
    }
}

using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Weir.Identity.Secrets;

/// <summary>The ring of master keys: the newest seals, all of them open. Immutable and thread-safe.</summary>
internal sealed class MasterKeys
{
    /// <summary>How many keys a ring holds at most.</summary>
    public const int Most = 16;

    /// <summary>How long a ring's text is at most, in characters.</summary>
    public const int LongestText = 16 * 1024;

    private readonly ImmutableArray<MasterKey> all;

    /// <param name="all">Newest first; at least one.</param>
    public MasterKeys(ImmutableArray<MasterKey> all)
    {
        ArgumentOutOfRangeException.ThrowIfZero(all.Length);
        this.all = all;
    }

    /// <summary>The key that seals.</summary>
    public MasterKey Newest => all[0];

    /// <summary>Newest first.</summary>
    public ImmutableArray<MasterKey> All => all;

    /// <summary>The key of that id; null when it is not in the ring.</summary>
    public MasterKey? Find(ReadOnlySpan<byte> id)
    {
        foreach (var key in all)
        {
            if (key.Id.SequenceEqual(id))
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>
    /// Reads a ring's text: keys in base 64, newest first, between line ends, spaces or commas; a line that begins with
    /// <c>#</c> is a comment. The fault names the place and never shows what stands there.
    /// </summary>
    public static (MasterKeys? Keys, string? Fault) Parse(string text)
    {
        if (text.Length > LongestText)
        {
            return (null, "there is more than a key ring can hold");
        }

        var keys = ImmutableArray.CreateBuilder<MasterKey>();
        var bytes = new byte[MasterKey.Length];
        foreach (var line in text.Split('\n'))
        {
            if (line.TrimStart().StartsWith('#'))
            {
                continue;
            }

            foreach (var word in line.Split([',', ' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
            {
                if (keys.Count == Most)
                {
                    return (null, string.Create(CultureInfo.InvariantCulture, $"there are more than {Most} keys"));
                }

                if (!TryDecode(word, bytes))
                {
                    return (
                        null,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"key {keys.Count + 1} is not {MasterKey.Length} bytes in base 64"
                        )
                    );
                }

                var key = new MasterKey(bytes);
                if (!keys.Any(known => known.Id.SequenceEqual(key.Id)))
                {
                    keys.Add(key);
                }
            }
        }

        return keys.Count == 0 ? (null, "there is no key") : (new MasterKeys(keys.ToImmutable()), null);
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public string ToText()
    {
        var text = new StringBuilder(
            "# Weir's master keys, newest first. Whoever has one opens every secret it sealed.\n"
        );
        foreach (var key in all)
        {
            text.Append(key.ToBase64()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The names, never the keys.</summary>
    public override string ToString() => string.Join(", ", all.Select(key => key.Name));

    private static bool TryDecode(string word, Span<byte> bytes) =>
        Base64.IsValid(word, out var length)
        && length == bytes.Length
        && Convert.TryFromBase64String(word, bytes, out var written)
        && written == bytes.Length;
}

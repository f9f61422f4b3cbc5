using System.Text;
using System.Text.Unicode;

namespace Weir.Wire;

/// <summary>
/// Strings for the few names (models, modes, error types) that come again and again, found by their bytes, so that a
/// request does not pay for a new one. Bounded: 512 slots, each holding what was asked for last; long names are not kept.
/// Thread-safe without locks: a slot is swapped as a whole.
/// </summary>
public sealed class NameCache
{
    private const int Slots = 512;
    private const int LongestKept = 96;

    private readonly Entry?[] entries = new Entry?[Slots];

    /// <summary>The one for the process: names are no secrets and belong to no workspace.</summary>
    public static NameCache Shared { get; } = new();

    /// <summary>The string that the UTF-8 bytes spell; null when they are not valid UTF-8 or spell nothing.</summary>
    public string? Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return null;
        }

        ref var slot = ref entries[Hash(utf8) % Slots];
        var entry = Volatile.Read(ref slot);
        if (entry is not null && utf8.SequenceEqual(entry.Bytes))
        {
            return entry.Text;
        }

        if (!Utf8.IsValid(utf8))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(utf8);
        if (utf8.Length <= LongestKept)
        {
            Volatile.Write(ref slot, new Entry(utf8.ToArray(), text));
        }

        return text;
    }

    /// <summary>As <see cref="Get"/>, for the inside of a JSON string; null also for one above <paramref name="maxBytes"/>.</summary>
    public string? GetJson(ReadOnlySpan<byte> raw, bool escaped, int maxBytes = 256) =>
        escaped ? JsonText.ToText(raw, escaped, maxBytes)
        : raw.Length > maxBytes ? null
        : Get(raw);

    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * 16777619u;
        }

        return hash ^ (hash >> 15);
    }

    private sealed record Entry(byte[] Bytes, string Text);
}

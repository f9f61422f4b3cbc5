using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>
/// The texts that open a door, at one moment: found by the first half of their hash, then compared whole in fixed time.
/// Immutable, thread-safe; verification allocates nothing.
/// </summary>
internal sealed class KeySnapshot
{
    private readonly FrozenDictionary<UInt128, Entry> entries;

    private KeySnapshot(FrozenDictionary<UInt128, Entry> entries) => this.entries = entries;

    public static KeySnapshot Of(IEnumerable<LivingText> texts)
    {
        var principals = new Dictionary<string, Principal>(StringComparer.Ordinal);
        var byHash = new Dictionary<UInt128, Entry>();
        foreach (var text in texts)
        {
            if (!principals.TryGetValue(text.Key.Id, out var principal))
            {
                principal = text.Key.ToPrincipal();
                principals.Add(text.Key.Id, principal);
            }

            var endsAt = Math.Min(text.EndsAt ?? long.MaxValue, text.Key.ExpiresAt ?? long.MaxValue);
            byHash.Add(Half(text.Hash), new Entry(text.Hash, endsAt, principal));
        }

        return new KeySnapshot(byHash.ToFrozenDictionary());
    }

    public bool TryVerify(ReadOnlySpan<byte> hash, long nowMs, [NotNullWhen(true)] out Principal? principal)
    {
        principal = null;
        if (
            !entries.TryGetValue(Half(hash), out var entry)
            || !CryptographicOperations.FixedTimeEquals(hash, entry.Hash)
            || nowMs >= entry.EndsAtMs
        )
        {
            return false;
        }

        principal = entry.Principal;
        return true;
    }

    private static UInt128 Half(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt128LittleEndian(hash);

    private sealed class Entry(byte[] hash, long endsAtMs, Principal principal)
    {
        public byte[] Hash { get; } = hash;

        public long EndsAtMs { get; } = endsAtMs;

        public Principal Principal { get; } = principal;
    }
}

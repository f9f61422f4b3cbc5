using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Weir.Identity.Storage;

namespace Weir.Identity.Sessions;

/// <summary>
/// The sessions in memory, found by the first half of their token's hash and compared whole in fixed time. What is here is what
/// is stored. Thread-safe; finding never waits.
/// </summary>
internal sealed class SessionBoard
{
    private readonly ConcurrentDictionary<UInt128, LiveSession> byToken = new();

    public void Add(SessionRow row) => byToken[IdentitySnapshot.Half(row.Token)] = new LiveSession(row);

    public LiveSession? Find(ReadOnlySpan<byte> hash) =>
        byToken.TryGetValue(IdentitySnapshot.Half(hash), out var session)
        && CryptographicOperations.FixedTimeEquals(hash, session.Row.Token)
            ? session
            : null;

    public ImmutableArray<LiveSession> All => [.. byToken.Values];

    public void Remove(Func<LiveSession, bool> which)
    {
        foreach (var (key, session) in byToken)
        {
            if (which(session))
            {
                byToken.TryRemove(new KeyValuePair<UInt128, LiveSession>(key, session));
            }
        }
    }
}

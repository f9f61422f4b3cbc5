using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Server.Doors;

/// <summary>
/// Who tries keys, or tokens of sessions, which count as keys here. An address that brings more wrong keys in a minute than it
/// may is shut out, for a minute at first and twice as long each time that it goes on, up to an hour. One wrong key that comes
/// again and again is no guessing, and a key that was right is let in whatever others try from its address. Keys are kept as
/// hashes that are worth nothing elsewhere. Bounded and thread-safe.
/// </summary>
/// <param name="clock">Where the time comes from.</param>
/// <param name="mostAddresses">How many addresses are remembered at once; beyond them newcomers share places.</param>
internal sealed class GuessTable(TimeProvider clock, int mostAddresses = 8192)
{
    private const int Shared = 256;
    private const int MostGood = 4096;
    private const int MostDoublings = 6;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly byte[] salt = RandomNumberGenerator.GetBytes(32);
    private readonly long start = clock.GetTimestamp();
    private readonly Dictionary<string, Tries> tries = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, TimeSpan> good = [];

    /// <summary>How many addresses it remembers.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return tries.Count;
            }
        }
    }

    /// <summary>How long an address must wait before it may try a key; zero when it may now.</summary>
    public TimeSpan MustWait(string address, string key)
    {
        lock (gate)
        {
            var now = clock.GetElapsedTime(start);
            return
                tries.Count > 0
                && tries.TryGetValue(Place(address, now), out var known)
                && known.ShutUntil > now
                && !good.ContainsKey(Hash(key))
                ? known.ShutUntil - now
                : TimeSpan.Zero;
        }
    }

    /// <summary>A key was right.</summary>
    public void Right(string key)
    {
        lock (gate)
        {
            if (good.Count >= MostGood)
            {
                // Few servers have as many keys; whoever is forgotten is let in as before unless others guess from its address.
                good.Remove(good.MinBy(pair => pair.Value).Key);
            }

            good[Hash(key)] = clock.GetElapsedTime(start);
        }
    }

    /// <summary>A key was wrong.</summary>
    /// <param name="address">Whence it came.</param>
    /// <param name="key">The key.</param>
    /// <param name="perMinute">How many different wrong keys an address may bring in a minute.</param>
    public void Wrong(string address, string key, int perMinute)
    {
        lock (gate)
        {
            var now = clock.GetElapsedTime(start);
            var hash = Hash(key);
            good.Remove(hash);
            var place = Place(address, now);
            if (!tries.TryGetValue(place, out var known))
            {
                tries.Add(place, known = new Tries());
            }

            if (known.IsForgotten(now))
            {
                known.Shut = 0;
            }

            if (now - known.Since >= Window)
            {
                known.Since = now;
                known.Keys.Clear();
            }

            known.Last = now;
            if (known.Keys.Add(hash) && known.Keys.Count > perMinute)
            {
                known.Keys.Clear();
                known.ShutUntil = now + TimeSpan.FromTicks(Math.Min(Longest.Ticks, Window.Ticks << known.Shut));
                known.Shut = Math.Min(known.Shut + 1, MostDoublings);
            }
        }
    }

    private string Place(string address, TimeSpan now)
    {
        if (tries.ContainsKey(address) || tries.Count < mostAddresses)
        {
            return address;
        }

        foreach (var (name, known) in tries)
        {
            if (known.IsForgotten(now))
            {
                tries.Remove(name);
            }
        }

        return tries.Count < mostAddresses
            ? address
            // A name that no address has.
            : "\0" + (uint)string.GetHashCode(address, StringComparison.Ordinal) % Shared;
    }

    private ulong Hash(string key)
    {
        var text = Encoding.UTF8.GetBytes(key);
        return BinaryPrimitives.ReadUInt64LittleEndian(HMACSHA256.HashData(salt, text));
    }

    private sealed class Tries
    {
        /// <summary>The different wrong keys since <see cref="Since"/>.</summary>
        public HashSet<ulong> Keys { get; } = [];

        public TimeSpan Since { get; set; }

        public TimeSpan Last { get; set; }

        public TimeSpan ShutUntil { get; set; }

        /// <summary>How often it was shut out.</summary>
        public int Shut { get; set; }

        public bool IsForgotten(TimeSpan now) => now - Last >= Longest && now - ShutUntil >= Longest;
    }
}

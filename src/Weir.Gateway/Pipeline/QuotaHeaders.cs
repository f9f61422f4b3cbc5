using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Weir.Foundation;
using Weir.Gateway.Upstreams;
using Weir.Wire.Limits;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Notes the quotas that providers tell in the heads of their answers. On a request's way it only looks whether there are any,
/// and whether they are others than before; they are read a second later, the newest ones of each account alone. An account is
/// known by a hash of the credential that went up, never by the credential. Thread-safe.
/// </summary>
internal sealed class QuotaHeaders : IDisposable
{
    private const int MostAccounts = 1000;
    private const ulong HashStart = 14695981039346656037;
    private const ulong HashStep = 1099511628211;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Provider, ulong Account, WorkspaceId Workspace), Newest> accounts =
        new();
    private readonly Action<WorkspaceId, IReadOnlyList<LimitReading>> told;
    private readonly TimeProvider clock;
    private readonly ITimer timer;
    private int isDue;

    /// <param name="told">Is given what was read, at most once a second.</param>
    /// <param name="clock">Where the time comes from.</param>
    public QuotaHeaders(Action<WorkspaceId, IReadOnlyList<LimitReading>> told, TimeProvider clock)
    {
        this.told = told;
        this.clock = clock;
        timer = clock.CreateTimer(
            static state => ((QuotaHeaders)state!).Flush(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>Notes an answer's head. Allocates nothing for one that tells no quota, nor for one that tells what was told before.</summary>
    public void Note(Exchange exchange, ProviderModel provider, HttpRequestMessage request, HttpResponseMessage answer)
    {
        var headers = answer.Headers.NonValidated;
        var hash = HashStart;
        foreach (var (name, values) in headers)
        {
            if (IsQuota(name))
            {
                hash = Hash(Hash(hash, name), values.ToString());
            }
        }

        if (hash == HashStart || provider.Kind == ProviderKind.Simulator)
        {
            return;
        }

        var place = (provider.Name, AccountOf(request), exchange.Caller.Principal.Workspace);
        if (accounts.TryGetValue(place, out var known) && known.Hash == hash)
        {
            return;
        }

        if (known is null && accounts.Count >= MostAccounts)
        {
            accounts.Clear();
        }

        accounts[place] = new Newest(
            hash,
            Copy(headers),
            clock.GetUtcNow(),
            exchange.Attribution.Client ?? provider.Name
        );
        if (Interlocked.Exchange(ref isDue, 1) == 0)
        {
            timer.Change(Pace, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Reads what was noted since the last time.</summary>
    public void Flush()
    {
        Volatile.Write(ref isDue, 0);
        foreach (var (place, newest) in accounts)
        {
            if (newest.TryTake(out var headers))
            {
                var readings = RateLimitHeaders.Read(
                    name => headers.GetValueOrDefault(name),
                    newest.At,
                    newest.Client,
                    place.Account == 0
                        ? null
                        : place.Account.ToString("x16", System.Globalization.CultureInfo.InvariantCulture)
                );
                if (readings.Count > 0)
                {
                    told(place.Workspace, readings);
                }
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => timer.Dispose();

    private static bool IsQuota(string name) =>
        (name[0] | 0x20) switch
        {
            'a' => name.StartsWith("anthropic-ratelimit-", StringComparison.OrdinalIgnoreCase),
            'x' => name.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("x-codex-", StringComparison.OrdinalIgnoreCase),
            'r' => name.StartsWith("retry-after", StringComparison.OrdinalIgnoreCase),
            _ => false,
        };

    private static ulong Hash(ulong hash, string text)
    {
        foreach (var c in text)
        {
            hash = (hash ^ c) * HashStep;
        }

        return (hash ^ '\n') * HashStep;
    }

    private static ImmutableDictionary<string, string> Copy(HttpHeadersNonValidated headers)
    {
        var copy = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in headers)
        {
            if (IsQuota(name))
            {
                copy[name] = values.ToString();
            }
        }

        return copy.ToImmutable();
    }

    // Enough to tell accounts apart; nothing leads back from it to the credential.
    private static ulong AccountOf(HttpRequestMessage request)
    {
        var sent = request.Headers.NonValidated;
        if (
            !sent.TryGetValues("authorization", out var credential)
            && !sent.TryGetValues("x-api-key", out credential)
            && !sent.TryGetValues("x-goog-api-key", out credential)
            && !sent.TryGetValues("api-key", out credential)
        )
        {
            return 0;
        }

        var text = credential.ToString();
        Span<byte> bytes =
            text.Length <= 512 ? stackalloc byte[1536] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], digest);
        return BitConverter.ToUInt64(digest);
    }

    private sealed class Newest(
        ulong hash,
        ImmutableDictionary<string, string> headers,
        DateTimeOffset at,
        string client
    )
    {
        private ImmutableDictionary<string, string>? untold = headers;

        public ulong Hash { get; } = hash;

        public DateTimeOffset At { get; } = at;

        public string Client { get; } = client;

        public bool TryTake(
            [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ImmutableDictionary<string, string>? taken
        )
        {
            taken = Interlocked.Exchange(ref untold, null);
            return taken is not null;
        }
    }
}

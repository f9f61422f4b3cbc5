using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Upstreams;
using Weir.Wire.Limits;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Notes the quotas that providers tell in the heads of their answers. On a request's way they are only put aside, in the place of
/// the ones before; they are read a second later. What is told names an account by a hash of the credential that went up, never by
/// the credential. Thread-safe.
/// </summary>
internal sealed class QuotaHeaders : IDisposable
{
    private const int MostAccounts = 1000;
    private const ulong HashStep = 1099511628211;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // Nobody is to find two credentials that meet.
    private readonly ulong hashStart = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private readonly ConcurrentDictionary<(string Provider, ulong Credential, WorkspaceId Workspace), Newest> accounts =
        new();
    private readonly Action<WorkspaceId, IReadOnlyList<LimitReading>> told;
    private readonly TimeProvider clock;
    private readonly DelayedWork reading;

    /// <param name="told">Is given what was read, at most once a second.</param>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="log">Is told when what was read could not be taken in.</param>
    public QuotaHeaders(Action<WorkspaceId, IReadOnlyList<LimitReading>> told, TimeProvider clock, ILogger log)
    {
        this.told = told;
        this.clock = clock;
        reading = new DelayedWork(ReadAll, Pace, clock, log);
    }

    /// <summary>Notes an answer's head. Allocates for an account that was not met before, and for no other.</summary>
    /// <param name="provider">Who answered.</param>
    /// <param name="workspace">Whose request it was.</param>
    /// <param name="client">The program that asked; null when not known.</param>
    /// <param name="request">What went up.</param>
    /// <param name="answer">What came back.</param>
    public void Note(
        ProviderModel provider,
        WorkspaceId workspace,
        string? client,
        HttpRequestMessage request,
        HttpResponseMessage answer
    )
    {
        var headers = answer.Headers.NonValidated;
        if (!TellsQuota(headers) || provider.Kind == ProviderKind.Simulator)
        {
            return;
        }

        var credential = UpstreamAccount.CredentialOf(request);
        var place = (provider.Name, Hash(credential), workspace);
        if (!accounts.TryGetValue(place, out var newest))
        {
            if (accounts.Count >= MostAccounts)
            {
                accounts.Clear();
            }

            newest = accounts.GetOrAdd(
                place,
                static (_, credential) => new Newest(UpstreamAccount.NameOf(credential)),
                credential
            );
        }

        newest.Put(headers, clock.GetUtcNow(), client ?? provider.Name);
        reading.Ask();
    }

    /// <summary>Reads what was noted since the last time.</summary>
    public void Flush() => reading.Run();

    /// <inheritdoc />
    public void Dispose() => reading.Dispose();

    private void ReadAll()
    {
        foreach (var (place, newest) in accounts)
        {
            if (newest.TryTake(out var headers, out var at, out var client))
            {
                var readings = RateLimitHeaders.Read(
                    name => headers.GetValueOrDefault(name),
                    at,
                    client,
                    newest.Account
                );
                if (readings.Count > 0)
                {
                    told(place.Workspace, readings);
                }
            }
        }
    }

    private static bool TellsQuota(HttpHeadersNonValidated headers)
    {
        foreach (var (name, _) in headers)
        {
            if (IsQuota(name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsQuota(string name) =>
        (name[0] | 0x20) switch
        {
            'a' => name.StartsWith("anthropic-ratelimit-", StringComparison.OrdinalIgnoreCase),
            'x' => name.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("x-codex-", StringComparison.OrdinalIgnoreCase),
            'r' => name.StartsWith("retry-after", StringComparison.OrdinalIgnoreCase),
            _ => false,
        };

    private ulong Hash(string text)
    {
        var hash = hashStart;
        foreach (var c in text)
        {
            hash = (hash ^ c) * HashStep;
        }

        return hash;
    }

    /// <summary>What an account told last.</summary>
    private sealed class Newest(string? account)
    {
        private const int MostHeaders = 64;

        private readonly Lock gate = new();
        private (string Name, string Value)[] headers = new (string, string)[16];
        private int count;
        private DateTimeOffset at;
        private string client = "";

        public string? Account { get; } = account;

        public void Put(HttpHeadersNonValidated all, DateTimeOffset now, string program)
        {
            lock (gate)
            {
                count = 0;
                foreach (var (name, values) in all)
                {
                    if (!IsQuota(name) || count == MostHeaders)
                    {
                        continue;
                    }

                    if (count == headers.Length)
                    {
                        Array.Resize(ref headers, count * 2);
                    }

                    headers[count++] = (name, values.ToString());
                }

                (at, client) = (now, program);
            }
        }

        public bool TryTake(
            [NotNullWhen(true)] out Dictionary<string, string>? taken,
            out DateTimeOffset when,
            out string program
        )
        {
            lock (gate)
            {
                (when, program, taken) = (at, client, null);
                if (count == 0)
                {
                    return false;
                }

                taken = new Dictionary<string, string>(count, StringComparer.OrdinalIgnoreCase);
                foreach (var (name, value) in headers.AsSpan(0, count))
                {
                    taken[name] = value;
                }

                count = 0;
                return true;
            }
        }
    }
}

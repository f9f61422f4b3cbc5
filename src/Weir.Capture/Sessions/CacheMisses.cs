using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Sessions;

/// <summary>
/// Finds requests that paid again for what had stood in the provider's cache. A cache belongs to a model and to a conversation:
/// each request is held against the one before it in the same agent and of the same model. To be given them oldest first. Not
/// thread-safe.
/// </summary>
internal sealed class CacheMisses(PriceSnapshot prices, Func<string, string?> catalogueOf)
{
    private readonly Dictionary<(string? Agent, string? Model), TokenUsage> before = [];

    /// <summary>What the request missed; null when nothing.</summary>
    public CacheMiss? Of(UsageRecord record)
    {
        var usage = record.Usage;
        if (usage.IsUnknown || usage.Prompt == 0)
        {
            return null;
        }

        var key = (record.Agent, record.Model);
        var known = before.TryGetValue(key, out var last);
        before[key] = usage;
        var (had, has) = (last.CacheRead ?? 0, usage.CacheRead ?? 0);
        if (!known || has >= had || usage.Prompt < last.Prompt)
        {
            return null;
        }

        // The whole prompt before, but for what was read fresh then, stood in the cache.
        var paid = new TokenUsage
        {
            Input = usage.Input,
            CacheWrite5m = usage.CacheWrite5m,
            CacheWrite1h = usage.CacheWrite1h,
        };
        var stood = last.Prompt - (last.Input ?? 0);
        var tokens = Math.Min(stood - has, paid.Prompt);
        return tokens <= 0 ? null : new CacheMiss(tokens, Extra(record, tokens));
    }

    private Money? Extra(UsageRecord record, long tokens)
    {
        if (record.Provider is not { } provider || catalogueOf(provider) is not { } catalogue)
        {
            return null;
        }

        var usage = record.Usage;
        var left = tokens;
        long? Less(long? paid)
        {
            var taken = Math.Min(left, paid ?? 0);
            left -= taken;
            return paid is null ? null : paid - taken;
        }

        // What was missing was written anew, as far as anything was written.
        var hour = Less(usage.CacheWrite1h);
        var minutes = Less(usage.CacheWrite5m);
        var fresh = Less(usage.Input);
        var hit = usage with
        {
            CacheWrite1h = hour,
            CacheWrite5m = minutes,
            Input = fresh,
            CacheRead = (usage.CacheRead ?? 0) + tokens,
        };
        return Charge(usage) is { } paid && Charge(hit) is { } would
            ? new Money((long)Int128.Clamp((Int128)paid.NanoUsd - would.NanoUsd, long.MinValue, long.MaxValue))
            : null;

        Money? Charge(TokenUsage used) =>
            prices
                .Charge(
                    new PriceRequest
                    {
                        Catalogue = catalogue,
                        Provider = provider,
                        Served = record.Model,
                        Requested = record.HandoffReason is null ? record.RequestedModel : null,
                        Usage = used,
                        Mode = record.PriceMode,
                        At = record.StartedAt,
                    }
                )
                .Cost;
    }
}

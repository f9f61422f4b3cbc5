using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Sessions;

/// <summary>
/// Sums of requests, counted as the ledger counts them: modulo 2⁶⁴, so that they are exact again when an absurd figure is taken
/// out. Money in nano-dollars.
/// </summary>
public readonly record struct SessionSums
{
    /// <summary>Requests.</summary>
    public long Requests { get; init; }

    /// <summary>Of these, ended otherwise than well or by the caller.</summary>
    public long Errors { get; init; }

    /// <summary>Of these, with tokens but without a known price: their cost is in no sum.</summary>
    public long Unpriced { get; init; }

    /// <summary>Of these, with estimated tokens.</summary>
    public long Estimated { get; init; }

    /// <summary>Fresh prompt tokens.</summary>
    public long Input { get; init; }

    /// <summary>Prompt tokens read from the provider's cache.</summary>
    public long CacheRead { get; init; }

    /// <summary>Prompt tokens written to the cache for five minutes.</summary>
    public long CacheWrite5m { get; init; }

    /// <summary>Prompt tokens written to the cache for an hour.</summary>
    public long CacheWrite1h { get; init; }

    /// <summary>Generated tokens.</summary>
    public long Output { get; init; }

    /// <summary>The part of <see cref="Output"/> that was reasoning.</summary>
    public long Reasoning { get; init; }

    /// <summary>List cost of those with a known price.</summary>
    public long Cost { get; init; }

    /// <summary>What somebody really pays, of those with a known price.</summary>
    public long Billed { get; init; }

    /// <summary>What other models than those asked for saved.</summary>
    public long Savings { get; init; }

    /// <summary>All tokens; reasoning is in the output.</summary>
    public long Tokens => unchecked(Input + CacheRead + CacheWrite5m + CacheWrite1h + Output);

    /// <summary>One record.</summary>
    public static SessionSums Of(UsageRecord record) =>
        Of(record.Status, record.Quality, record.Billing, record.Usage, record.Cost, record.RequestedCost);

    /// <summary>One request.</summary>
    public static SessionSums Of(SessionRequest request) =>
        Of(request.Status, request.Quality, request.Billing, request.Usage, request.Cost, request.RequestedCost);

    /// <summary>What the ledger summed up.</summary>
    public static SessionSums Of(UsageTotals totals) =>
        new()
        {
            Requests = totals.Requests,
            Errors = totals.Errors,
            Unpriced = totals.Unpriced,
            Estimated = totals.Estimated,
            Input = totals.Tokens.Input ?? 0,
            CacheRead = totals.Tokens.CacheRead ?? 0,
            CacheWrite5m = totals.Tokens.CacheWrite5m ?? 0,
            CacheWrite1h = totals.Tokens.CacheWrite1h ?? 0,
            Output = totals.Tokens.Output ?? 0,
            Reasoning = totals.Tokens.Reasoning ?? 0,
            Cost = totals.Cost.NanoUsd,
            Billed = totals.Billed.NanoUsd,
            Savings = totals.Savings.NanoUsd,
        };

    /// <summary>Adds, modulo 2⁶⁴.</summary>
    public static SessionSums operator +(SessionSums a, SessionSums b)
    {
        unchecked
        {
            return new SessionSums
            {
                Requests = a.Requests + b.Requests,
                Errors = a.Errors + b.Errors,
                Unpriced = a.Unpriced + b.Unpriced,
                Estimated = a.Estimated + b.Estimated,
                Input = a.Input + b.Input,
                CacheRead = a.CacheRead + b.CacheRead,
                CacheWrite5m = a.CacheWrite5m + b.CacheWrite5m,
                CacheWrite1h = a.CacheWrite1h + b.CacheWrite1h,
                Output = a.Output + b.Output,
                Reasoning = a.Reasoning + b.Reasoning,
                Cost = a.Cost + b.Cost,
                Billed = a.Billed + b.Billed,
                Savings = a.Savings + b.Savings,
            };
        }
    }

    /// <summary>
    /// One of several even shares of tokens and money. What does not divide goes to the first ones, one each: all shares together
    /// are the whole. Counts of requests are not shared but told whole in each.
    /// </summary>
    /// <param name="parts">How many shares, at least 1.</param>
    /// <param name="part">Which, from 0.</param>
    public SessionSums Share(int parts, int part)
    {
        long Of(long whole)
        {
            var (each, left) = Math.DivRem(whole, parts);
            return each + (part < Math.Abs(left) ? Math.Sign(left) : 0);
        }

        return this with
        {
            Input = Of(Input),
            CacheRead = Of(CacheRead),
            CacheWrite5m = Of(CacheWrite5m),
            CacheWrite1h = Of(CacheWrite1h),
            Output = Of(Output),
            Reasoning = Of(Reasoning),
            Cost = Of(Cost),
            Billed = Of(Billed),
            Savings = Of(Savings),
        };
    }

    private static SessionSums Of(
        RequestStatus status,
        UsageQuality quality,
        Billing billing,
        in TokenUsage usage,
        Money? cost,
        Money? requestedCost
    ) =>
        new()
        {
            Requests = 1,
            Errors = status > RequestStatus.CallerAborted ? 1 : 0,
            Unpriced = cost is null && !usage.IsUnknown ? 1 : 0,
            Estimated = quality == UsageQuality.Estimated ? 1 : 0,
            Input = usage.Input ?? 0,
            CacheRead = usage.CacheRead ?? 0,
            CacheWrite5m = usage.CacheWrite5m ?? 0,
            CacheWrite1h = usage.CacheWrite1h ?? 0,
            Output = usage.Output ?? 0,
            Reasoning = usage.Reasoning ?? 0,
            Cost = cost?.NanoUsd ?? 0,
            Billed = billing == Billing.Metered ? cost?.NanoUsd ?? 0 : 0,
            Savings =
                requestedCost is { } asked && cost is { } paid
                    ? (long)Int128.Clamp((Int128)asked.NanoUsd - paid.NanoUsd, long.MinValue, long.MaxValue)
                    : 0,
        };
}

using System.Globalization;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Gateway.Routing.Strategies;

/// <summary>
/// By what the request would cost: its input, estimated and all of it fresh, and an output of a tenth of that, at least 256
/// tokens and at most what it asks for. Where nobody pays by the token it costs nothing; a price that is not known is the last.
/// </summary>
internal static class Cost
{
    private const long LeastOutput = 256;

    /// <summary>The target's place: the lowest is tried first.</summary>
    public static double Rank(Target target, in RankContext context) =>
        Of(target, context)?.NanoUsd ?? double.PositiveInfinity;

    /// <summary>Why it stands there.</summary>
    public static string Why(Target target, in RankContext context) =>
        IsPaidOtherwise(target, context) ? "is not paid by the token"
        : Of(target, context) is { } cost
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"about {cost} USD for {context.Question.InputEstimate} tokens in and {OutputOf(context.Question)} out"
            )
        : "its price is not known";

    private static Money? Of(Target target, in RankContext context)
    {
        if (IsPaidOtherwise(target, context))
        {
            return Money.Zero;
        }

        var question = context.Question;
        return context
            .Prices.Charge(
                new PriceRequest
                {
                    Catalogue = target.Provider.Catalogue,
                    Provider = target.Provider.Name,
                    Requested = target.Model ?? question.Model,
                    Usage = new TokenUsage { Input = question.InputEstimate, Output = OutputOf(question) },
                    At = question.At,
                }
            )
            .Cost;
    }

    private static bool IsPaidOtherwise(Target target, in RankContext context) =>
        target.Provider.BillingFor(context.Question.OwnIsSubscription) != Billing.Metered;

    private static long OutputOf(in RouteQuestion question) =>
        Math.Min(question.OutputBound ?? long.MaxValue, Math.Max(LeastOutput, question.InputEstimate / 10));
}

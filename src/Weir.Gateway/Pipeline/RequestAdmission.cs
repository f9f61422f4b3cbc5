using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Gateway.Admission;
using Weir.Gateway.Admission.Headers;
using Weir.Gateway.Counting;
using Weir.Gateway.Routing;

namespace Weir.Gateway.Pipeline;

/// <summary>Holds requests to budgets and limits: what each may cost at most is set aside before it is sent. Thread-safe.</summary>
internal sealed class RequestAdmission(AdmissionKeeper keeper, ActivityFeed? activity, TimeProvider clock)
{
    /// <summary>Budgets of which a stage is reached, as a list of RFC 9651: <c>"team";at=80;do=warn</c>.</summary>
    private const string WarningHeader = "x-weir-budget-warning";

    /// <summary>How long a request waits for others to end, where what they set aside is all that stands in its way.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Bodies from here on are looked through for pictures, of which the bytes say nothing about the tokens.</summary>
    private const int MayHoldMedia = 8 * 1024;

    private static readonly int Measures = Enum.GetValues<Measure>().Length;

    /// <summary>Whether a request is held to any rule.</summary>
    public static bool Holds(Exchange exchange) => !exchange.Gateway.Rules.IsEmpty && MayCost(exchange);

    /// <summary>Whether a request may cost something. Counts do not, nor does what only fetches or takes away.</summary>
    public static bool MayCost(Exchange exchange) =>
        exchange.Endpoint.Operation == Operation.PassThrough
            ? exchange.Socket is not null || HttpMethods.IsPost(exchange.Context.Request.Method)
            : exchange.Endpoint.IsMetered;

    /// <summary>Asks for a request to be let in.</summary>
    /// <exception cref="OperationCanceledException">The caller hung up while it waited.</exception>
    public async ValueTask<AdmissionOutcome> AskAsync(Exchange exchange)
    {
        var outcome = await keeper.Book.AdmitAsync(
            exchange.Gateway.Rules,
            RequestOf(exchange),
            Patience,
            exchange.Context.RequestAborted
        );
        activity?.Tell(exchange.Caller.Principal.Workspace, outcome);
        return outcome;
    }

    /// <summary>Why somebody who was let in long ago would not be now, null where it would: for connections that stay open.</summary>
    public string? WhyNoRoom(Exchange exchange)
    {
        if (exchange.Gateway.Rules.IsEmpty)
        {
            return null;
        }

        // A token's worth: what is exhausted has no room for that either. The connection itself is under way already.
        var outcome = keeper.Book.Admit(
            exchange.Gateway.Rules.ForTurns,
            RequestOf(exchange) with
            {
                Estimate = new CostEstimate(new Money(1), 1, 1),
            }
        );
        outcome.Ticket?.Dispose();
        return outcome.Refusal?.Message;
    }

    /// <summary>
    /// Tells a caller who was let in what is left to him, in the place of what an upstream says is left to Weir; and which budgets warn.
    /// </summary>
    public void WriteHeaders(Exchange exchange, IHeaderDictionary headers)
    {
        if (exchange.Gateway.Rules.HasLimits)
        {
            var quotas = new QuotaState[Measures];
            var count = keeper.Book.ReadQuotas(exchange.Ticket, quotas);
            foreach (
                var (name, value) in LimitHeaders.Of(
                    exchange.Endpoint.Dialect,
                    quotas.AsSpan(0, count),
                    clock.GetUtcNow()
                )
            )
            {
                headers[name] = value;
            }
        }

        if (!exchange.Warnings.IsEmpty)
        {
            headers[WarningHeader] = string.Join(
                ", ",
                exchange.Warnings.Select(warning =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{LimitHeaders.Quoted(warning.Rule)};at={warning.Percent};do={warning.Action.ToString().ToLowerInvariant()}"
                    )
                )
            );
        }
    }

    /// <summary>Charges the record of an exchange, once; a further word on it by the difference.</summary>
    /// <param name="exchange">The exchange, of which this is not yet the record.</param>
    /// <param name="record">Journalled.</param>
    public void Settle(Exchange exchange, UsageRecord record)
    {
        if (exchange.Record is { } before)
        {
            keeper.Charge(exchange.Gateway, before, record);
            return;
        }

        exchange.Ticket.Settle(AdmissionKeeper.ActualsOf(record));
        keeper.ChargeLate(exchange.Gateway, record);
    }

    /// <summary>Charges one of several records of an exchange. What is fetched is told by the ledger, which knows whether it is new.</summary>
    public void Charge(Exchange exchange, UsageRecord record)
    {
        if (!DerivedRecordId.IsDerived(record.Id))
        {
            keeper.Charge(exchange.Gateway, record);
        }
    }

    private static AdmissionRequest RequestOf(Exchange exchange)
    {
        var principal = exchange.Caller.Principal;
        var targets = exchange.Route.Targets;
        var isBilled = false;
        foreach (var target in targets)
        {
            isBilled |= target.Provider.BillingFor(exchange.OwnIsSubscription) == Billing.Metered;
        }

        return new AdmissionRequest
        {
            Subject = exchange.Gateway.Subject with
            {
                Team = principal.Team,
                User = principal.User,
                Key = principal.KeyName,
                Model = exchange.DowngradedTo ?? exchange.RequestedModel,
                Providers = NamesOf(targets),
                Tags = exchange.Attribution.Tags,
            },
            Estimate = exchange.Gateway.Rules.Estimates ? EstimateOf(exchange) : default,
            IsBilled = isBilled,
            IsDowngraded = exchange.DowngradedTo is not null,
        };
    }

    private static ImmutableArray<string> NamesOf(ImmutableArray<Target> targets)
    {
        var names = ImmutableArray.CreateBuilder<string>(targets.Length);
        foreach (var target in targets)
        {
            if (!names.Contains(target.Provider.Name))
            {
                names.Add(target.Provider.Name);
            }
        }

        return names.DrainToImmutable();
    }

    private static CostEstimate EstimateOf(Exchange exchange)
    {
        // What is no model's answer (a file, a batch, a connection) costs what its records will say.
        if (exchange.Endpoint.Operation == Operation.PassThrough || exchange.Socket is not null)
        {
            return new CostEstimate(Money.Zero, 0, 0);
        }

        var routed = exchange.Route.Targets;
        var targets = new EstimateTarget[routed.Length];
        for (var i = 0; i < targets.Length; i++)
        {
            var provider = routed[i].Provider;
            var model = routed[i].Model ?? exchange.Route.Model ?? exchange.RequestedModel ?? "";
            targets[i] = new EstimateTarget(provider.Name, provider.Catalogue, model);
        }

        var (added, output, answers) = (0L, exchange.Head.MaxTokens, exchange.Head.Answers);
        foreach (var target in exchange.IsPassThrough ? [] : routed)
        {
            // What is set aside is of one size for all targets: the largest that any of them is sent.
            if (target.Transforms?.Bounds is { } bounds)
            {
                added = Math.Max(added, bounds.AddedBytes);
                output = output is null ? null : bounds.Output(output);
                answers = Math.Max(answers, bounds.Answers(exchange.Head.Answers));
            }
        }

        return CostEstimate.Worst(
            exchange.Prices,
            targets,
            PromptBound(exchange, targets) + added,
            Settlement.IsEmbedding(exchange) ? 0 : output,
            answers,
            exchange.Head.PriceMode,
            exchange.StartedAt
        );
    }

    /// <summary>
    /// The prompt's tokens, at most: no tokenizer in use makes more tokens than bytes. Pictures stand there as the most that the model
    /// may see in one; other media count by their bytes.
    /// </summary>
    private static long PromptBound(Exchange exchange, ReadOnlySpan<EstimateTarget> targets)
    {
        var bytes = exchange.PlainBody.Length;
        if (bytes < MayHoldMedia || !exchange.Endpoint.IsConversation)
        {
            return bytes;
        }

        var media = exchange.Traits.Media;
        var most = 0L;
        foreach (ref readonly var target in targets)
        {
            most = Math.Max(most, ImageTokens.MostOf(target.Model));
        }

        return bytes - media.ImageBytes + Math.Min(media.ImageBytes, media.Images * most);
    }
}

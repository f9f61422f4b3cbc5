using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Weir.Foundation;

namespace Weir.Gateway.Admission;

/// <summary>
/// What becomes of a request: it is let in (<see cref="Ticket"/>), refused (<see cref="Refusal"/>), or is to come again asking
/// for another model (<see cref="DowngradeTo"/>). Exactly one of the three is there. Immutable.
/// </summary>
internal readonly record struct AdmissionOutcome
{
    /// <summary>What was set aside, for who was let in; to be settled or disposed of.</summary>
    public AdmissionTicket? Ticket { get; init; }

    /// <summary>Why not.</summary>
    public AdmissionRefusal? Refusal { get; init; }

    /// <summary>The model to ask for instead; the request then says that it is downgraded.</summary>
    public string? DowngradeTo { get; init; }

    /// <summary>The rule that wants the other model; null otherwise.</summary>
    public string? DowngradedBy { get; init; }

    /// <summary>What the caller is to be told, though it passes; usually none.</summary>
    public ImmutableArray<AdmissionWarning> Warnings
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>How long the request is held back after it was let in; the book's own waiting has done it already.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Whether it had to wait for room.</summary>
    public bool Waited { get; init; }

    /// <summary>Whether it was let in.</summary>
    [MemberNotNullWhen(true, nameof(Ticket))]
    public bool IsAdmitted => Ticket is not null;

    /// <summary>Let in where no rule holds: nothing is set aside.</summary>
    public static AdmissionOutcome Free { get; } = new() { Ticket = AdmissionTicket.Nothing };
}

/// <summary>A stage of a budget that a request has passed.</summary>
/// <param name="Rule">The budget's name.</param>
/// <param name="Scope">Whose counter.</param>
/// <param name="Percent">The stage's share of the bound.</param>
/// <param name="Action">What the stage does.</param>
internal sealed record AdmissionWarning(string Rule, ScopeValue Scope, int Percent, StageAction Action);

/// <summary>Why somebody is refused, for the caller's dialect to say.</summary>
internal enum RefusalKind
{
    /// <summary>A budget has no room.</summary>
    Budget,

    /// <summary>Too many requests.</summary>
    Requests,

    /// <summary>Too many tokens.</summary>
    Tokens,

    /// <summary>Too many requests at once.</summary>
    Concurrency,

    /// <summary>A budget that asks for somebody's approval.</summary>
    Approval,
}

/// <summary>A refusal. Immutable.</summary>
internal sealed record AdmissionRefusal
{
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>What kind of rule refused.</summary>
    public required RefusalKind Kind { get; init; }

    /// <summary>What it counts.</summary>
    public required Measure Measure { get; init; }

    /// <summary>Whose counter.</summary>
    public required ScopeValue Scope { get; init; }

    /// <summary>The stage that refused, in percent of the bound.</summary>
    public required int Stage { get; init; }

    /// <summary>What may be taken, with what is granted, in the measure's unit.</summary>
    public required long Bound { get; init; }

    /// <summary>What was spent.</summary>
    public required long Spent { get; init; }

    /// <summary>What was set aside for others.</summary>
    public required long Reserved { get; init; }

    /// <summary>What this request would have had set aside.</summary>
    public required long Estimate { get; init; }

    /// <summary>
    /// Whether room is there as soon as others end. Otherwise what was spent stands in the way, or the request is larger than
    /// the whole bound.
    /// </summary>
    public required bool IsPassing { get; init; }

    /// <summary>When it is worth asking again; null when waiting does not help, or nobody can tell.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the price of what was asked for is not known, and the budget refuses such.</summary>
    public bool IsUnpriced { get; init; }

    /// <summary>Whether its sums are of other workspaces too, and not for this caller's to know.</summary>
    public bool HidesSums { get; init; }

    /// <summary>What happened and what to do, for a person.</summary>
    public string Message
    {
        get
        {
            var (bound, spent, estimate) = (Shown(Bound), Shown(Spent), Shown(Estimate));
            var whose = Scope.ToString() is { Length: > 0 } of ? $" ({of})" : "";
            if (IsUnpriced)
            {
                return $"The budget \"{Rule}\"{whose} lets nothing pass whose price is not known, and no price of this model is.";
            }

            var when = RetryAfter is { } wait ? $" Try again in {Span(wait)}." : "";
            if (HidesSums)
            {
                var what = Kind is RefusalKind.Budget or RefusalKind.Approval ? "budget" : "limit";
                return $"The {what} \"{Rule}\" of this server has no room for this request.{when}";
            }

            return Kind switch
            {
                RefusalKind.Approval =>
                    $"The budget \"{Rule}\"{whose} asks for an approval beyond {bound}: {spent} is spent. Somebody who may approve costs can grant more.{when}",
                RefusalKind.Concurrency =>
                    $"The limit \"{Rule}\"{whose} allows {bound} at once, and they are under way.{when}",
                RefusalKind.Budget when IsPassing =>
                    $"The budget \"{Rule}\"{whose} of {bound} is set aside for requests under way; {spent} is spent.{when}",
                RefusalKind.Budget when Estimate > Bound =>
                    $"This request may cost {estimate}, more than the whole budget \"{Rule}\"{whose} of {bound}. A lower bound on its output makes it smaller.",
                RefusalKind.Budget =>
                    $"The budget \"{Rule}\"{whose} of {bound} has no room for this request: {spent} is spent, and it may cost {estimate}.{when}",
                _ when Estimate > Bound =>
                    $"This request may use {estimate}, more than the limit \"{Rule}\"{whose} of {bound} allows.",
                _ =>
                    $"The limit \"{Rule}\"{whose} of {bound} is reached: {spent} used, {Shown(Reserved)} under way.{when}",
            };
        }
    }

    private string Shown(long amount) =>
        Measure switch
        {
            Measure.Cost => $"{new Money(amount)} USD",
            Measure.Requests or Measure.Concurrent => string.Create(CultureInfo.InvariantCulture, $"{amount} requests"),
            Measure.InputTokens => string.Create(CultureInfo.InvariantCulture, $"{amount} input tokens"),
            Measure.OutputTokens => string.Create(CultureInfo.InvariantCulture, $"{amount} output tokens"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{amount} tokens"),
        };

    private static string Span(TimeSpan span) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(span.TotalDays >= 2 ? $"{Math.Ceiling(span.TotalDays)} days"
                : span.TotalHours >= 2 ? $"{Math.Ceiling(span.TotalHours)} hours"
                : span.TotalMinutes >= 2 ? $"{Math.Ceiling(span.TotalMinutes)} minutes"
                : $"{Math.Max(1, Math.Ceiling(span.TotalSeconds))} s")}"
        );
}

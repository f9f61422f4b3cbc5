using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Foundation;
using Weir.Gateway.Routing;
using Weir.Identity;
using Weir.Ledger;

namespace Weir.Gateway.Admission;

/// <summary>
/// Keeps the book true to the ledger. Before a snapshot with a new rule is used, what that rule would have counted is told to the book;
/// from then on it knows each request as it ends, and hears from the ledger what could not be known then: corrections, other
/// prices, and what was fetched. Nothing counts twice, for each rule remembers up to which entry it was told. Thread-safe.
/// </summary>
/// <param name="ledger">What was spent.</param>
/// <param name="clock">Where the time comes from.</param>
/// <param name="current">The snapshot in use.</param>
/// <param name="log">Where it says what it could not do.</param>
internal sealed partial class AdmissionKeeper(
    UsageLedger ledger,
    TimeProvider clock,
    Func<GatewaySnapshot> current,
    ILogger log
) : IAsyncDisposable
{
    /// <summary>Calendar windows turn on a quarter of an hour in every zone of today.</summary>
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>A request's second word follows the first by seconds; what is older has been told by the ledger.</summary>
    private const int MostAhead = 4096;

    private const int Batch = 10_000;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly RecordId earlier = ledger.HighestId;
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> told = new(StringComparer.Ordinal);
    private readonly Dictionary<RecordId, UsageRecord> ahead = [];
    private readonly Queue<RecordId> order = new();
    private readonly CancellationTokenSource stop = new();
    private Task following = Task.CompletedTask;

    /// <summary>The counters.</summary>
    public AdmissionBook Book { get; } = new(clock);

    /// <summary>
    /// Tells the book what the rules that are new in a snapshot have to know, from the ledger. To be called before the snapshot is used,
    /// and by one at a time.
    /// </summary>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The ledger cannot be read; nothing has changed.</exception>
    public void Prepare(GatewaySnapshot next)
    {
        long? newest;
        try
        {
            newest = Tell(next);
        }
        catch (LedgerUnavailableException shut)
        {
            // They count what comes, and are told of what was before when the ledger opens: to refuse all requests until then would be worse.
            LogUntold(shut.Message);
            return;
        }

        if (newest is { } sequence && following.IsCompleted)
        {
            following = Task.Run(() => FollowAsync(sequence), CancellationToken.None);
        }
    }

    /// <summary>How the counters of rules stand by the ledger alone, where no request is under way.</summary>
    public static ImmutableArray<CounterStanding> Read(
        UsageLedger ledger,
        GatewaySnapshot snapshot,
        ImmutableArray<BudgetGrant> grants,
        AdmissionRules rules
    )
    {
        var keeper = new AdmissionKeeper(ledger, TimeProvider.System, () => snapshot, NullLogger.Instance);
        keeper.Tell(snapshot);
        keeper.Grant(snapshot, grants);
        keeper.stop.Dispose();
        return keeper.Book.Standings(rules);
    }

    private long? Tell(GatewaySnapshot next)
    {
        var fresh = next
            .AllRules.SelectMany(rules => rules.Rules)
            .DistinctBy(rule => rule.Id)
            .Where(rule => !told.ContainsKey(rule.Id))
            .ToLookup(rule => RangeOf(rule, clock.GetUtcNow()));
        if (fresh.Count == 0)
        {
            return null;
        }

        var ranges = fresh.Select(group => group.Key).Where(range => range != default).ToImmutableArray();
        var (sequence, sums) = ledger.Spend.Read(ranges);
        for (var i = 0; i < ranges.Length; i++)
        {
            Restore(Book, next, fresh[ranges[i]], ranges[i], sums[i]);
        }

        lock (gate)
        {
            foreach (var rule in fresh.SelectMany(group => group))
            {
                told[rule.Id] = sequence;
            }
        }

        return sequence;
    }

    /// <summary>
    /// Tells the book what is granted to the rules of a snapshot. A grant to a budget that is not there, or of which the scope has changed,
    /// waits for it to come back.
    /// </summary>
    public void Grant(GatewaySnapshot used, ImmutableArray<BudgetGrant> grants) =>
        Book.Grant(
            used.AllRules.SelectMany(rules => rules.Rules)
                .Where(rule => rule.Measure == Measure.Cost)
                .DistinctBy(rule => rule.Id)
                .SelectMany(rule =>
                    grants
                        .Where(grant => grant.Workspace == rule.Owner && grant.Budget == rule.Name)
                        .Where(grant => rule.Scope.EachPart.ToHashSet().SetEquals(grant.Scope.Keys))
                        .Select(grant =>
                            (
                                Rule: rule,
                                Scope: ScopeValue.Of(grant.Scope),
                                Grant: new AdmissionGrant(grant.Id, grant.Amount.NanoUsd, grant.Until)
                            )
                        )
                )
                .ToLookup(given => given.Rule, given => (given.Scope, given.Grant))
        );

    /// <summary>Forgets the rules that a snapshot in use has no more.</summary>
    public void Keep(GatewaySnapshot used)
    {
        var kept = used.AllRules.ToList();
        Book.Keep(kept);
        var ids = kept.SelectMany(rules => rules.Rules).Select(rule => rule.Id).ToHashSet(StringComparer.Ordinal);
        lock (gate)
        {
            foreach (var id in told.Keys.Where(id => !ids.Contains(id)).ToList())
            {
                told.Remove(id);
            }
        }
    }

    /// <summary>Charges a record that no ticket stands for: one of several of an exchange.</summary>
    public void Charge(GatewayModel gateway, UsageRecord record)
    {
        if (!gateway.Rules.IsEmpty)
        {
            Book.Apply(gateway.Rules, SubjectOf(gateway, record), ActualsOf(record), record.StartedAt);
        }
    }

    /// <summary>
    /// Charges a record that its ticket has charged to the rules that came into force while it was under way. One that was stored before
    /// they were restored, between two lines of its own end, counts twice: rather that than not at all.
    /// </summary>
    public void ChargeLate(GatewayModel started, UsageRecord record)
    {
        if (current().Of(record.Workspace) is { } gateway && gateway != started && gateway.Rules != started.Rules)
        {
            var late = gateway.Rules.NotIn(started.Rules);
            Book.Apply(late, SubjectOf(gateway, record), ActualsOf(record), record.StartedAt);
        }
    }

    /// <summary>Charges by how much a record's second word differs from its first; the ledger's telling of it is passed over.</summary>
    public void Charge(GatewayModel gateway, UsageRecord before, UsageRecord after)
    {
        if (gateway.Rules.IsEmpty)
        {
            return;
        }

        Book.Apply(gateway.Rules, SubjectOf(gateway, after), Difference(before, after), after.StartedAt);
        lock (gate)
        {
            ahead[after.Id] = after;
            order.Enqueue(after.Id);
            if (order.Count > MostAhead)
            {
                ahead.Remove(order.Dequeue());
            }
        }
    }

    /// <summary>What a request of which the record is known came to.</summary>
    public static AdmissionActuals ActualsOf(UsageRecord record) =>
        new()
        {
            Cost = record.Cost,
            Billed = record.Billed,
            Usage = record.Usage,
            Requests = 1,
            Provider = record.Provider,
        };

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await following;
        stop.Dispose();
    }

    private static AdmissionSubject SubjectOf(GatewayModel gateway, UsageRecord record) =>
        gateway.Subject with
        {
            Team = record.Team,
            User = record.User,
            Key = record.Key,
            Model = record.RequestedModel,
            Providers = record.Provider is { } provider ? [provider] : [],
            Tags = record.Tags,
        };

    private static AdmissionActuals Difference(UsageRecord before, UsageRecord after) =>
        ActualsOf(after) with
        {
            Cost = Less(after.Cost, before.Cost),
            Billed = Less(after.Billed, before.Billed),
            Usage = after.Usage + Negative(before.Usage),
            Requests = 0,
        };

    // What was not known was charged as it was set aside; to add what it is then errs to the safe side until the window's end.
    private static Money? Less(Money? after, Money? before) =>
        after is { } now ? new Money(Amounts.Minus(now.NanoUsd, before?.NanoUsd ?? 0)) : null;

    private static TokenUsage Negative(TokenUsage usage) =>
        new()
        {
            Input = -usage.Input,
            CacheRead = -usage.CacheRead,
            CacheWrite5m = -usage.CacheWrite5m,
            CacheWrite1h = -usage.CacheWrite1h,
            Output = -usage.Output,
            Reasoning = -usage.Reasoning,
        };

    /// <summary>What of the ledger a rule has to know; default for one that holds for requests under way alone.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="now">Up to when.</param>
    internal static SpendRange RangeOf(AdmissionRule rule, DateTimeOffset now)
    {
        var withTags = rule.Scope.NamesTag;
        switch (rule.Window.Kind)
        {
            case WindowKind.Forever:
                return default;
            case WindowKind.Sliding:
                var seconds = Math.Max(1, Math.Floor(rule.Window.Length.TotalSeconds / 60));
                var since = now.ToUnixTimeSeconds() - (long)Math.Ceiling(rule.Window.Length.TotalSeconds * 61 / 60);
                return new SpendRange(
                    DateTimeOffset.FromUnixTimeSeconds(since),
                    TimeSpan.FromSeconds(seconds),
                    withTags
                );
            default:
                var start = CalendarWindow.At(rule.Window, now.UtcTicks).Start;
                return new SpendRange(new DateTimeOffset(start, TimeSpan.Zero), Quarter, withTags);
        }
    }

    /// <summary>Tells a book what sums of the ledger come to for rules.</summary>
    internal static void Restore(
        AdmissionBook book,
        GatewaySnapshot next,
        IEnumerable<AdmissionRule> fresh,
        SpendRange range,
        ImmutableArray<SpendSum> sums
    )
    {
        var ids = fresh.Select(rule => rule.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var group in sums.GroupBy(sum => sum.Workspace))
        {
            if (
                next.Of(group.Key) is not { } gateway
                || gateway.Rules.Only(rule => ids.Contains(rule.Id)) is not { IsEmpty: false } rules
            )
            {
                continue;
            }

            foreach (var sum in group)
            {
                book.Apply(
                    rules,
                    gateway.Subject with
                    {
                        Team = sum.Team,
                        User = sum.User,
                        Key = sum.Key,
                        Model = sum.RequestedModel,
                        Providers = sum.Provider is { } provider ? [provider] : [],
                        Tags = sum.Tags,
                    },
                    new AdmissionActuals
                    {
                        Cost = sum.Cost,
                        Billed = sum.Billing == Billing.Metered ? sum.Cost : Money.Zero,
                        Usage = sum.Usage,
                        Requests = sum.Requests,
                        Provider = sum.Provider,
                    },
                    // A span's end, so that it is not forgotten too soon; what is yet to come is now.
                    sum.From + range.Width
                );
            }
        }
    }

    private async Task FollowAsync(long cursor)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ledger.Feed.WaitAsync(cursor, stop.Token);
                var (entries, reached) = await ledger.Feed.ReadCorrectionsAsync(cursor, earlier, Batch, stop.Token);
                foreach (var entry in entries)
                {
                    Correct(entry);
                }

                cursor = reached;
                await Task.Delay(Pace, clock, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogBehind(e);
                await Task.Delay(AfterFailure, clock, stop.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Correct(LedgerEntry entry)
    {
        var (before, after) = (entry.Before, entry.After);
        if (current().Of(after.Workspace) is not { Rules.IsEmpty: false } gateway)
        {
            return;
        }

        AdmissionRules rules;
        lock (gate)
        {
            if (ahead.TryGetValue(after.Id, out var charged))
            {
                before = charged;
                ahead[after.Id] = after;
            }

            rules = gateway.Rules.Only(rule => told.TryGetValue(rule.Id, out var upTo) && upTo < entry.Sequence);
        }

        var subject = SubjectOf(gateway, after);
        if (before is null)
        {
            Book.Apply(rules, subject, ActualsOf(after), after.StartedAt);
            return;
        }

        var was = SubjectOf(gateway, before);
        if (IsSame(was, subject))
        {
            Book.Apply(rules, subject, Difference(before, after), after.StartedAt);
            return;
        }

        var nothing = before with { Cost = Money.Zero, Usage = default };
        Book.Apply(rules, was, Difference(before, nothing) with { Requests = -1 }, before.StartedAt);
        Book.Apply(rules, subject, ActualsOf(after), after.StartedAt);
    }

    private static bool IsSame(AdmissionSubject a, AdmissionSubject b) =>
        a.Team == b.Team
        && a.User == b.User
        && a.Key == b.Key
        && a.Model == b.Model
        && a.Providers.SequenceEqual(b.Providers)
        && a.Tags.SequenceEqual(b.Tags);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Budgets and limits count from now on, and are told what was spent before when the ledger can be read: {Reason}"
    )]
    private partial void LogUntold(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Budgets could not be corrected by the ledger; it is tried again")]
    private partial void LogBehind(Exception failure);
}

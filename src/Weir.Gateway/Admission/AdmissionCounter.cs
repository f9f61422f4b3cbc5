using System.Collections.Immutable;

namespace Weir.Gateway.Admission;

/// <summary>More room that somebody gave.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Amount">How much, in the measure's unit.</param>
/// <param name="Until">When it ends, UTC.</param>
public sealed record AdmissionGrant(string Id, long Amount, DateTimeOffset Until);

/// <summary>One counter of a rule: its sums, what was granted, and who waits for it. Guarded by the book's lock.</summary>
internal sealed class AdmissionCounter(WindowConfig window, ScopeValue scope)
{
    /// <summary>The sums.</summary>
    public Tally Tally { get; } = Tally.For(window);

    /// <summary>Whose counter of its rule it is.</summary>
    public ScopeValue Scope { get; } = scope;

    /// <summary>The look at a request that found it last.</summary>
    public long Look { get; set; }

    /// <summary>How many requests under way are counted here, also those for which nothing is set aside.</summary>
    public int Holds { get; private set; }

    /// <summary>What was granted; some of it may have ended.</summary>
    public ImmutableArray<AdmissionGrant> Grants { get; set; } = [];

    /// <summary>Who waits for room here, by when they came; null until somebody did.</summary>
    public LinkedList<Waiter>? Queue { get; private set; }

    /// <summary>How many wait.</summary>
    public int Waiting => Queue?.Count ?? 0;

    /// <summary>Sets aside for a request that begins; the place where.</summary>
    public long Begin(in Moment now, long amount, long risk)
    {
        Holds++;
        return Tally.Reserve(now, amount, risk);
    }

    /// <summary>Charges a request that ended.</summary>
    public void End(in AdmissionHold hold, long actual)
    {
        Holds--;
        Tally.Settle(hold.Place, hold.Amount, hold.Risk, actual);
    }

    /// <summary>What is granted now.</summary>
    public long Granted(in Moment now)
    {
        var sum = 0L;
        foreach (var grant in Grants)
        {
            if (now.Utc < grant.Until.UtcTicks)
            {
                sum = Amounts.Plus(sum, grant.Amount);
            }
        }

        return sum;
    }

    /// <summary>Whether somebody who came before that turn waits here.</summary>
    public bool IsAwaitedBefore(long turn) => Queue?.First is { } first && first.Value.Turn < turn;

    /// <summary>Puts a waiter into its place.</summary>
    public void Enqueue(Waiter waiter)
    {
        Queue ??= new LinkedList<Waiter>();
        var after = Queue.Last;
        while (after is not null && after.Value.Turn > waiter.Turn)
        {
            after = after.Previous;
        }

        waiter.Counter = this;
        waiter.Node = after is null ? Queue.AddFirst(waiter) : Queue.AddAfter(after, waiter);
    }

    /// <summary>Takes a waiter out.</summary>
    public void Dequeue(Waiter waiter)
    {
        Queue!.Remove(waiter.Node!);
        (waiter.Counter, waiter.Node) = (null, null);
    }

    /// <summary>Whether it can be forgotten without anybody noticing.</summary>
    public bool IsIdle(in Moment now) => Holds == 0 && Waiting == 0 && Granted(now) == 0 && Tally.IsEmpty(now);
}

/// <summary>Somebody who waits for room. Guarded by the book's lock.</summary>
internal sealed class Waiter(AdmissionRules rules, AdmissionRequest request, long turn)
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The rules that it came under.</summary>
    public AdmissionRules Rules { get; } = rules;

    /// <summary>What it asks for.</summary>
    public AdmissionRequest Request { get; } = request;

    /// <summary>When it came, among all that wait: the smaller the earlier.</summary>
    public long Turn { get; } = turn;

    /// <summary>Where it waits; null when it does not any more.</summary>
    public AdmissionCounter? Counter { get; set; }

    /// <summary>Its place there.</summary>
    public LinkedListNode<Waiter>? Node { get; set; }

    /// <summary>What became of it; null while it waits.</summary>
    public AdmissionOutcome? Outcome { get; private set; }

    /// <summary>Ends when there is an outcome.</summary>
    public Task Done => done.Task;

    /// <summary>Ends the waiting.</summary>
    public void End(in AdmissionOutcome outcome)
    {
        Outcome = outcome with { Waited = true };
        done.SetResult();
    }
}

using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Activities;

/// <summary>
/// Refusals by counter: the first is told at once, those of the following minutes as one event with their number, until a whole such
/// time has passed without one. A thousand refused requests a second are two events. Thread-safe.
/// </summary>
internal sealed class RefusalTally : IDisposable
{
    /// <summary>How long refusals of one counter are put together.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMinutes(5);

    private const int Most = 10_000;

    private readonly Action<ActivityEvent> publish;
    private readonly TimeProvider clock;
    private readonly DelayedWork telling;
    private readonly Lock gate = new();
    private readonly Dictionary<(CounterName Counter, RefusalKind Kind), Count> counts = [];

    /// <param name="publish">Takes the events.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">Is told when telling fails.</param>
    public RefusalTally(Action<ActivityEvent> publish, TimeProvider clock, ILogger log)
    {
        (this.publish, this.clock) = (publish, clock);
        telling = new DelayedWork(TellDue, Pace, clock, log);
    }

    /// <summary>A request was refused.</summary>
    public void Add(WorkspaceId workspace, AdmissionRefusal refusal)
    {
        var name = (CounterName.Of(workspace, refusal.Rule, refusal.Measure, refusal.Scope), refusal.Kind);
        lock (gate)
        {
            if (counts.TryGetValue(name, out var known))
            {
                known.Number++;
                known.Last = refusal;
                return;
            }

            if (counts.Count < Most)
            {
                counts[name] = new Count { Since = clock.GetTimestamp(), Last = refusal };
            }
        }

        publish(Event(name.Item1, refusal, 1, TimeSpan.Zero));
        telling.Ask();
    }

    /// <summary>Tells what was counted, and begins anew.</summary>
    public void TellAll()
    {
        lock (gate)
        {
            foreach (var (name, count) in counts.Where(count => count.Value.Number > 0))
            {
                publish(Event(name.Counter, count.Last, count.Number, clock.GetElapsedTime(count.Since)));
            }

            counts.Clear();
        }
    }

    /// <inheritdoc />
    public void Dispose() => telling.Dispose();

    private void TellDue()
    {
        lock (gate)
        {
            foreach (var (name, count) in counts.ToList())
            {
                var over = clock.GetElapsedTime(count.Since);
                if (over < Pace)
                {
                    continue;
                }

                if (count.Number == 0)
                {
                    counts.Remove(name);
                    continue;
                }

                publish(Event(name.Counter, count.Last, count.Number, over));
                (count.Number, count.Since) = (0, clock.GetTimestamp());
            }

            if (counts.Count > 0)
            {
                telling.Ask();
            }
        }
    }

    private ActivityEvent Event(in CounterName counter, AdmissionRefusal last, long number, TimeSpan over)
    {
        var ms = (long)over.TotalMilliseconds;
        Money? Told(long nano) => last.HidesSums ? null : new Money(nano);
        ActivityDetails details = last.Kind switch
        {
            RefusalKind.Approval => new ApprovalAskedDetails(number, ms, Told(last.Bound), Told(last.Spent)),
            RefusalKind.Budget => new BudgetExhaustedDetails(
                number,
                ms,
                Told(last.Bound),
                Told(last.Spent),
                Told(last.Reserved)
            ),
            _ => new LimitRefusedDetails(number, ms, Word(last.Measure), last.Bound),
        };
        var subject = ActivitySubject.Of(counter.Rule, counter.Measure, counter.Scope);
        return new ActivityEvent(clock.GetUtcNow(), counter.Workspace, subject, details);
    }

    private static string Word(Measure measure) =>
        measure switch
        {
            Measure.InputTokens => "inputTokens",
            Measure.OutputTokens => "outputTokens",
            Measure.Tokens => "tokens",
            Measure.Concurrent => "concurrent",
            _ => "requests",
        };

    private sealed class Count
    {
        public required long Since { get; set; }

        public required AdmissionRefusal Last { get; set; }

        public long Number { get; set; }
    }
}

using Weir.Foundation;

namespace Weir.Gateway.Activities;

/// <summary>
/// At which stage each budget's counter was last told to be, so that each change is told once although every request meets it. Bounded:
/// where too many counters have a stage, all are forgotten, and told again when they are met again. Thread-safe.
/// </summary>
/// <param name="known">What was told before the process began.</param>
internal sealed class StageWatch(IEnumerable<KeyValuePair<CounterName, int>> known)
{
    private const int Most = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<CounterName, int> stages = new(known);

    /// <summary>A request has met a stage; whether it is a higher one than was known.</summary>
    public bool Reach(in CounterName counter, int percent)
    {
        lock (gate)
        {
            if (stages.TryGetValue(counter, out var before) && before >= percent)
            {
                return false;
            }

            if (stages.Count >= Most)
            {
                stages.Clear();
            }

            stages[counter] = percent;
            return true;
        }
    }

    /// <summary>The counter stands at a stage, 0 for none; the one that it was known to be at when that was higher, else null.</summary>
    public int? FallTo(in CounterName counter, int percent)
    {
        lock (gate)
        {
            if (!stages.TryGetValue(counter, out var before) || before <= percent)
            {
                return null;
            }

            if (percent == 0)
            {
                stages.Remove(counter);
            }
            else
            {
                stages[counter] = percent;
            }

            return before;
        }
    }

    /// <summary>Forgets what is known of a workspace: names that stand in it are to be forgotten.</summary>
    public void Forget(WorkspaceId workspace)
    {
        lock (gate)
        {
            foreach (var counter in stages.Keys.Where(counter => counter.Workspace == workspace).ToList())
            {
                stages.Remove(counter);
            }
        }
    }
}

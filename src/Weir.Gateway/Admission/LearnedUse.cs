namespace Weir.Gateway.Admission;

/// <summary>Which share of its worst case a request is expected to use at most, in parts of <see cref="Amounts.Whole"/>.</summary>
/// <param name="Cost">Of the cost.</param>
/// <param name="Fresh">Of the prompt, as far as it is not read from the cache.</param>
/// <param name="Output">Of the output bound.</param>
internal readonly record struct LearnedShares(int Cost, int Fresh, int Output)
{
    /// <summary>The worst case.</summary>
    public static LearnedShares Worst { get; } = new(Amounts.Whole, Amounts.Whole, Amounts.Whole);
}

/// <summary>
/// What callers really used of the worst case of their requests, by key and model: the 95th percentile of the last 256, with
/// a margin of a quarter, never above the worst case; until 16 are known, the worst case. The 4,096 that were used last are
/// kept, and none outlives the process. Thread-safe.
/// </summary>
internal sealed class LearnedUse
{
    internal const int MostKept = 4096;
    internal const int Enough = 16;
    private const int LongestModel = 256;
    private const int Samples = 256;
    private const int QuantilePercent = 95;
    private const int MarginPercent = 125;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Workspace, string Key, string Model), LinkedListNode<History>> known = [];
    private readonly LinkedList<History> byUse = new();

    /// <summary>How many keys and models are remembered.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return known.Count;
            }
        }
    }

    /// <summary>What is expected of the next request.</summary>
    public LearnedShares Of(AdmissionSubject subject)
    {
        lock (gate)
        {
            if (!known.TryGetValue(NameOf(subject), out var node))
            {
                return LearnedShares.Worst;
            }

            Touch(node);
            return node.Value.Shares;
        }
    }

    /// <summary>Learns from a request that came to its end.</summary>
    public void Note(AdmissionRequest request, in AdmissionActuals actuals)
    {
        // What is not known says nothing; neither does a request that used nothing, for it failed.
        if (actuals.Cost is not { } cost || actuals.Usage.IsUnknown || actuals.Usage.Total == 0)
        {
            return;
        }

        var estimate = request.Estimate;
        var fresh = Amounts.Minus(actuals.Usage.Prompt, actuals.Usage.CacheRead ?? 0);
        lock (gate)
        {
            var name = NameOf(request.Subject);
            if (known.TryGetValue(name, out var node))
            {
                Touch(node);
            }
            else
            {
                if (known.Count >= MostKept)
                {
                    known.Remove(byUse.Last!.Value.Name);
                    byUse.RemoveLast();
                }

                node = byUse.AddFirst(new History(name));
                known.Add(name, node);
            }

            node.Value.Add(
                Part(cost.NanoUsd, estimate.Cost?.NanoUsd ?? 0),
                Part(fresh, estimate.Input),
                Part(actuals.Usage.Output ?? 0, estimate.Output)
            );
        }
    }

    private static (string Workspace, string Key, string Model) NameOf(AdmissionSubject subject) =>
        (subject.Workspace ?? "", subject.Key ?? "", Cut(subject.Model ?? ""));

    // Callers choose models' names, and these are kept.
    private static string Cut(string model) => model.Length > LongestModel ? model[..LongestModel] : model;

    /// <summary>A share, rounded up, in what fits a sample: its largest stands for the whole and for more.</summary>
    private static ushort Part(long actual, long worst) =>
        worst <= 0 || actual >= worst ? ushort.MaxValue
        : actual <= 0 ? (ushort)0
        : (ushort)Int128.Min(ushort.MaxValue, (((Int128)actual * Amounts.Whole) + (worst - 1)) / worst);

    private void Touch(LinkedListNode<History> node)
    {
        if (node != byUse.First)
        {
            byUse.Remove(node);
            byUse.AddFirst(node);
        }
    }

    private sealed class History((string, string, string) name)
    {
        private readonly Window costs = new();
        private readonly Window fresh = new();
        private readonly Window output = new();
        private int count;
        private int next;

        public (string Workspace, string Key, string Model) Name { get; } = name;

        public LearnedShares Shares { get; private set; } = LearnedShares.Worst;

        public void Add(ushort costPart, ushort freshPart, ushort outputPart)
        {
            costs.Add(next, count, costPart);
            fresh.Add(next, count, freshPart);
            output.Add(next, count, outputPart);
            next = (next + 1) % Samples;
            count = Math.Min(count + 1, Samples);
            if (count >= Enough)
            {
                Shares = new LearnedShares(costs.Expected(count), fresh.Expected(count), output.Expected(count));
            }
        }
    }

    /// <summary>The last samples, as they came and by size: sorting them for each request would take microseconds.</summary>
    private sealed class Window
    {
        private readonly ushort[] byTime = new ushort[Samples];
        private readonly ushort[] bySize = new ushort[Samples];

        public void Add(int at, int count, ushort sample)
        {
            if (count == Samples)
            {
                var old = bySize.AsSpan(0, count).BinarySearch(byTime[at]);
                bySize.AsSpan(old + 1, count - old - 1).CopyTo(bySize.AsSpan(old));
                count--;
            }

            var found = bySize.AsSpan(0, count).BinarySearch(sample);
            var place = found < 0 ? ~found : found;
            bySize.AsSpan(place, count - place).CopyTo(bySize.AsSpan(place + 1));
            bySize[place] = sample;
            byTime[at] = sample;
        }

        public int Expected(int count)
        {
            var at = ((count * QuantilePercent) + 99) / 100;
            return Math.Min(Amounts.Whole, ((bySize[at - 1] * MarginPercent) + 99) / 100);
        }
    }
}

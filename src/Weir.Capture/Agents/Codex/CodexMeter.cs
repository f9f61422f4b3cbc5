namespace Weir.Capture.Agents.Codex;

/// <summary>
/// Turns a thread's running totals into what each request used. Codex writes a total after every answer, but also when
/// nothing was used (a compaction, a new turn, a limit), now and then an old one once more, and begins anew when a context is
/// filled up or dropped. A thread that was forked goes on from its parent's total without having used it.
/// </summary>
internal sealed class CodexMeter
{
    /// <summary>A total from further back than this that is written once more would be taken for a new beginning.</summary>
    private const int Remembered = 256;

    private readonly Queue<CodexTokens> order = new();
    private readonly HashSet<CodexTokens> told = [];

    /// <summary>The last total that was new.</summary>
    public CodexTokens Total { get; private set; }

    /// <summary>Whether something of the thread's own has been counted.</summary>
    public bool HasOwn { get; private set; }

    /// <summary>Whether answers were told one by one since the last total, which then tells nothing new.</summary>
    public bool ToldByRecord { get; private set; }

    /// <summary>The totals met of late, oldest first.</summary>
    public IReadOnlyCollection<CodexTokens> Known => order;

    /// <summary>Goes on where another stopped.</summary>
    public void Restore(CodexTokens total, bool hasOwn, bool toldByRecord, IEnumerable<CodexTokens> known)
    {
        (Total, HasOwn, ToldByRecord) = (total, hasOwn, toldByRecord);
        foreach (var one in known)
        {
            Remember(one);
        }
    }

    /// <summary>A total that the thread took over from its parent.</summary>
    public void Inherit(CodexTokens total)
    {
        Remember(total);
        Total = total;
    }

    /// <summary>An answer's own usage was told: the total that follows contains it.</summary>
    public void Record() => HasOwn = ToldByRecord = true;

    /// <summary>What was used between the last total and this one; nothing for one that is told again.</summary>
    /// <param name="total">The new total.</param>
    /// <param name="last">What the line says that the last request used; null when it does not.</param>
    /// <param name="forked">Whether the thread has a parent, whose total it may go on from.</param>
    public CodexTokens Advance(CodexTokens total, CodexTokens? last, bool forked)
    {
        if (!Remember(total))
        {
            return default;
        }

        var part = last is { } told && told.IsWithin(total) ? last : null;
        var used =
            !Total.IsWithin(total) ? part ?? total
            : forked && !HasOwn ? part ?? total - Total
            : total - Total;
        used = ToldByRecord ? default : used;
        Total = total;
        HasOwn = true;
        ToldByRecord = false;
        return used;
    }

    private bool Remember(CodexTokens total)
    {
        if (!told.Add(total))
        {
            return false;
        }

        order.Enqueue(total);
        if (order.Count > Remembered)
        {
            told.Remove(order.Dequeue());
        }

        return true;
    }
}

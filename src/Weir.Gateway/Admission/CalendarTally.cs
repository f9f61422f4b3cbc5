namespace Weir.Gateway.Admission;

/// <summary>
/// The sums of the windows of a calendar. Four windows are kept, those used last and in which something is, so that a clock that is
/// set wrong and right again finds what was there.
/// </summary>
internal sealed class CalendarTally(WindowConfig window) : Tally
{
    private const int MostKept = 4;

    // The one used last is in front.
    private readonly List<Span> spans = new(1);

    public override Level Read(in Moment now) =>
        Find(now.Utc) is { } span ? new Level(span.Spent, span.Reserved, span.AtRisk) : default;

    public override long Reserve(in Moment now, long amount, long risk)
    {
        var span = Of(now.Utc);
        span.Reserved = Amounts.Plus(span.Reserved, amount);
        span.AtRisk = Amounts.Plus(span.AtRisk, risk);
        return span.Start;
    }

    public override void Settle(long place, long amount, long risk, long actual)
    {
        foreach (var span in spans)
        {
            if (span.Start == place)
            {
                span.Reserved = Amounts.Minus(span.Reserved, amount);
                span.AtRisk = Amounts.Minus(span.AtRisk, risk);
                span.Spent = Amounts.Plus(span.Spent, actual);
                return;
            }
        }
    }

    public override void Charge(in Moment now, in Moment at, long amount)
    {
        var moment = Math.Min(at.Utc, now.Utc);
        var span = Find(moment) ?? (CalendarWindow.At(window, now.Utc).Start <= moment ? Of(now.Utc) : null);
        if (span is not null)
        {
            span.Spent = Amounts.Plus(span.Spent, amount);
        }
    }

    public override bool IsEmpty(in Moment now)
    {
        foreach (var span in spans)
        {
            if (span.Reserved != 0 || (span.Spent != 0 && now.Utc < span.End))
            {
                return false;
            }
        }

        return true;
    }

    public override TimeSpan? FreeAfter(in Moment now, long amount) => Read(now).Taken >= amount ? UntilEnd(now) : null;

    public override TimeSpan? ResetAfter(in Moment now) => Read(now).Taken == 0 ? TimeSpan.Zero : UntilEnd(now);

    private TimeSpan? UntilEnd(in Moment now)
    {
        var end = Find(now.Utc)?.End ?? CalendarWindow.At(window, now.Utc).End;
        return end == long.MaxValue ? null : new TimeSpan(end - now.Utc);
    }

    private Span? Find(long utc)
    {
        for (var i = 0; i < spans.Count; i++)
        {
            if (utc >= spans[i].Start && utc < spans[i].End)
            {
                return spans[i];
            }
        }

        return null;
    }

    private Span Of(long utc)
    {
        if (spans.Count > 0 && utc >= spans[0].Start && utc < spans[0].End)
        {
            return spans[0];
        }

        var found = Find(utc);
        if (found is not null)
        {
            spans.Remove(found);
        }
        else
        {
            var (start, end) = CalendarWindow.At(window, utc);
            found = new Span(start, end);
            if (spans.Count == MostKept)
            {
                // One that holds nothing says nothing, however late it was used.
                var empty = spans.FindLastIndex(s => s is { Spent: 0, Reserved: 0 });
                spans.RemoveAt(empty >= 0 ? empty : MostKept - 1);
            }
        }

        spans.Insert(0, found);
        return found;
    }

    private sealed class Span(long start, long end)
    {
        public long Start { get; } = start;

        public long End { get; } = end;

        public long Spent { get; set; }

        public long Reserved { get; set; }

        public long AtRisk { get; set; }
    }
}

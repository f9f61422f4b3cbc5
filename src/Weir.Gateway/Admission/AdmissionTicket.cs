namespace Weir.Gateway.Admission;

/// <summary>
/// What was set aside for one request on every rule that holds for it. It ends once: by <see cref="Settle"/> with what the
/// request came to, or by <see cref="Dispose"/>, as if it had never been let in; whatever comes after that does nothing.
/// Thread-safe.
/// </summary>
internal sealed class AdmissionTicket : IDisposable
{
    private readonly AdmissionBook? book;
    private int ended;

    internal AdmissionTicket(AdmissionBook? book, AdmissionRequest? request, bool learns, AdmissionHold[] holds)
    {
        this.book = book;
        Request = request;
        Learns = learns;
        Holds = holds;
    }

    /// <summary>The ticket of who is held by no rule.</summary>
    public static AdmissionTicket Nothing { get; } = new(null, null, false, []);

    /// <summary>Whose it is.</summary>
    internal AdmissionRequest? Request { get; }

    /// <summary>Whether what it came to is worth remembering.</summary>
    internal bool Learns { get; }

    /// <summary>What is set aside, and where.</summary>
    internal AdmissionHold[] Holds { get; }

    /// <summary>Charges what the request came to, in the place of what was set aside.</summary>
    public void Settle(in AdmissionActuals actuals)
    {
        if (book is not null && Interlocked.Exchange(ref ended, 1) == 0)
        {
            book.Settle(this, actuals);
        }
    }

    /// <summary>Gives back what was set aside, unless it was settled.</summary>
    public void Dispose()
    {
        if (book is not null && Interlocked.Exchange(ref ended, 1) == 0)
        {
            book.Release(this);
        }
    }
}

/// <summary>What is set aside on one counter.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Counter">The counter.</param>
/// <param name="Place">Where in its window.</param>
/// <param name="Amount">How much.</param>
/// <param name="Risk">How much more it can come to.</param>
/// <param name="Provider">Whose counter it is, where each provider has its own.</param>
internal readonly record struct AdmissionHold(
    AdmissionRule Rule,
    AdmissionCounter Counter,
    long Place,
    long Amount,
    long Risk,
    string? Provider
);

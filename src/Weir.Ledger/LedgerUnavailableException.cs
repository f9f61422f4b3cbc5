namespace Weir.Ledger;

/// <summary>
/// <c>ledger.db</c> cannot be read just now: it is damaged, cannot be opened, or is being worked on. The journal goes on; the message says
/// what it is and what to do, and names no folder, so that it may be told to any caller.
/// </summary>
public sealed class LedgerUnavailableException : IOException
{
    /// <summary>Without words.</summary>
    public LedgerUnavailableException() { }

    /// <summary>With words.</summary>
    public LedgerUnavailableException(string message)
        : base(message) { }

    /// <summary>With words and what was thrown.</summary>
    public LedgerUnavailableException(string message, Exception inner)
        : base(message, inner) { }
}

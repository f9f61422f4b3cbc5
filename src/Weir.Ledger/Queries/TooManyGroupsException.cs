namespace Weir.Ledger;

/// <summary>
/// A question whose answer would have more groups than fit: known only once they were met, so it ends the reading. The message
/// says what was too much, in words for who asked.
/// </summary>
public sealed class TooManyGroupsException(string message) : Exception(message);

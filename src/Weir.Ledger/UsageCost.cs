using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>One record, as far as the use of a quota goes.</summary>
/// <param name="At">When it began, UTC.</param>
/// <param name="Model">The model that served; null when not known.</param>
/// <param name="Cost">Its list cost; a record without a known price is none of these.</param>
public readonly record struct UsageCost(DateTimeOffset At, string? Model, Money Cost);

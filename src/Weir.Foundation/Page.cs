using System.Collections.Immutable;

namespace Weir.Foundation;

/// <summary>One page of a list read by keyset: <paramref name="Next"/> is the cursor of the following page, null at the end.</summary>
public sealed record Page<T>(ImmutableArray<T> Items, string? Next);

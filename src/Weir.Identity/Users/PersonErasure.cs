using System.Collections.Immutable;

namespace Weir.Identity;

/// <summary>How a person is called from now on.</summary>
public sealed record PersonErasure
{
    /// <summary>What the person as a whole goes by.</summary>
    public required string Pseudonym { get; init; }

    /// <summary>What stands for each of his names, exactly as keys and records have them.</summary>
    public required ImmutableDictionary<string, string> Names { get; init; }

    /// <summary>What his own keys are called from now on, by their ids.</summary>
    public required ImmutableDictionary<string, string> Keys { get; init; }
}

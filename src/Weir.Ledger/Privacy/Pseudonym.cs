using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>What records are to call a person from now on, and what stood for him before.</summary>
public sealed record Pseudonym
{
    /// <summary>Whose records; those of other workspaces stay as they are.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>What records call him, exactly.</summary>
    public required string Name { get; init; }

    /// <summary>What they call him instead: a text that nothing in the workspace has, so that every sum stays as it is.</summary>
    public required string Instead { get; init; }

    /// <summary>What his own keys are called instead, by their names: in his records alone, for a name may have been another's too.</summary>
    public ImmutableDictionary<string, string> Keys { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>What <see cref="UsageLedger.PseudonymiseAsync"/> came to.</summary>
/// <param name="Records">Requests that called the person by his name.</param>
/// <param name="Revisions">Earlier revisions of requests, and words of witnesses on them, that did.</param>
/// <param name="IsNameLeft">
/// True when the same text stands in the workspace's records as something else (a project, a tag): that is no person's name, and stays.
/// </param>
/// <param name="Residue">Why freed pages of the file may still hold the name; null when none does.</param>
public sealed record PseudonymOutcome(long Records, long Revisions, bool IsNameLeft, string? Residue);

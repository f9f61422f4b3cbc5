using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Capture;

/// <summary>Whom capture is to forget.</summary>
public sealed record CapturedPerson
{
    /// <summary>In which workspace.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>His sessions.</summary>
    public required FrozenSet<string> Sessions { get; init; }

    /// <summary>What he is called in the archive, exactly, and what he is to be called instead.</summary>
    public required ImmutableDictionary<string, string> Names { get; init; }
}

/// <summary>What <see cref="UsageCapture.EraseAsync"/> came to.</summary>
/// <param name="Sessions">Sessions that were forgotten, with what happened in them.</param>
/// <param name="ArchiveLines">Lines of the archive that were taken out or changed.</param>
/// <param name="ContentStretches">Stretches of sealed content that were deleted.</param>
/// <param name="Residue">What could not be rewritten, and why; null when all could.</param>
public sealed record CapturedErasure(int Sessions, long ArchiveLines, int ContentStretches, string? Residue);

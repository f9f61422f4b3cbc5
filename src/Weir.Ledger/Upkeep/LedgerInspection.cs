using System.Collections.Immutable;

namespace Weir.Ledger.Upkeep;

/// <summary>What a look at a ledger found.</summary>
public sealed record LedgerInspection
{
    /// <summary>The checks, in their order.</summary>
    public required ImmutableArray<LedgerFinding> Findings { get; init; }

    /// <summary>Records that were counted.</summary>
    public required long Records { get; init; }

    /// <summary>Sums that were held against them.</summary>
    public required long Combinations { get; init; }

    /// <summary>How many of the sums differ.</summary>
    public required long Differing { get; init; }

    /// <summary>The first of the differences; as many as were asked for.</summary>
    public required ImmutableArray<SumDifference> Differences { get; init; }

    /// <summary>The days, by workspace, whose sums differ: what a repair makes anew.</summary>
    internal ImmutableSortedSet<(int Workspace, long Day)> Days { get; init; } = [];

    /// <summary>True when nothing is wrong.</summary>
    public bool IsSound => !Findings.Any(finding => finding.IsFault);

    /// <summary>True when what the sums are made of is itself damaged: no sum can be made right from it.</summary>
    public bool HasDamagedRecords => Findings.Any(finding => finding is { IsFault: true, Part: LedgerPart.Records });

    /// <summary>True when pages of the file are damaged.</summary>
    public bool HasDamagedPages => Findings.Any(finding => finding is { IsFault: true, Part: LedgerPart.File });
}

/// <summary>What a check is about.</summary>
public enum LedgerPart
{
    /// <summary>The file as SQLite sees it: its pages and indexes.</summary>
    File,

    /// <summary>Records and what they refer to: nothing else in the file tells what they were.</summary>
    Records,

    /// <summary>Sums, which can be made anew from the records.</summary>
    Sums,

    /// <summary>The journal and places in it.</summary>
    Journal,
}

/// <summary>One check and what it came to.</summary>
/// <param name="Check">Its name.</param>
/// <param name="Part">What it is about.</param>
/// <param name="IsFault">True when something is wrong.</param>
/// <param name="Detail">In words, for a person.</param>
public sealed record LedgerFinding(string Check, LedgerPart Part, bool IsFault, string Detail);

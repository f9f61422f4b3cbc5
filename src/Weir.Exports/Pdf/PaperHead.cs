namespace Weir.Exports.Pdf;

/// <summary>What stands at the head of a page on paper, and at its foot.</summary>
public sealed record PaperHead
{
    /// <summary>What it is.</summary>
    public required string Title { get; init; }

    /// <summary>Whose use it is.</summary>
    public required string WorkspaceName { get; init; }

    /// <summary>Which requests it is of, a filter each, as <c>model = a, b</c> or <c>user not ada</c>; empty for all.</summary>
    public required IReadOnlyList<string> Filters { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset MadeAt { get; init; }
}

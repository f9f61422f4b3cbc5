namespace Weir.GraphQL;

/// <summary>How large a document may be. All of it is looked at before anything runs.</summary>
public sealed record DocumentLimits
{
    /// <summary>Characters (UTF-16 units).</summary>
    public int Length { get; init; } = 100_000;

    /// <summary>Tokens.</summary>
    public int Tokens { get; init; } = 10_000;

    /// <summary>How deep braces, brackets and parentheses stand in one another: what bounds every recursion over a document.</summary>
    public int Nesting { get; init; } = 100;

    /// <summary>How deep fields stand in one another, fragments spread.</summary>
    public int Depth { get; init; } = 20;

    /// <summary>Fields with an alias, in the whole document.</summary>
    public int Aliases { get; init; } = 100;

    /// <summary>Selections in one pair of braces.</summary>
    public int Selections { get; init; } = 200;

    /// <summary>Fragments with a name.</summary>
    public int Fragments { get; init; } = 100;

    /// <summary>Fields with all fragments spread.</summary>
    public int Fields { get; init; } = 2_000;

    /// <summary>What an operation may cost: each field's own cost, times the lengths of the lists that it stands in.</summary>
    public long Cost { get; init; } = 100_000;

    /// <summary>Faults that validation tells before it gives up.</summary>
    public int Errors { get; init; } = 50;

    /// <summary>Steps that validation takes before it gives up.</summary>
    public int Work { get; init; } = 500_000;

    /// <summary>No bound but that on nesting; for tests that compare with another validator.</summary>
    internal static DocumentLimits None { get; } =
        new()
        {
            Length = int.MaxValue,
            Tokens = int.MaxValue,
            Depth = int.MaxValue,
            Aliases = int.MaxValue,
            Selections = int.MaxValue,
            Fragments = int.MaxValue,
            Fields = int.MaxValue,
            Cost = long.MaxValue,
            Errors = 100,
        };
}

using Weir.Foundation;

namespace Weir.Gateway;

/// <summary>
/// One change of a request on its way to a target, in the dialect that the target is asked in. Of a route, of one of its targets
/// or of a provider; they are made in that order, each on what the one before left. Immutable.
/// </summary>
public sealed record TransformConfig
{
    /// <summary>What is done.</summary>
    public required TransformAction Action { get; init; }

    /// <summary>
    /// What it is done to: a JSON pointer (RFC 6901) into the body, or a header's name; of <see cref="TransformAction.System"/>
    /// the text that is added. <see cref="TransformRules"/> says what may stand here.
    /// </summary>
    public required string Subject { get; init; }

    /// <summary>
    /// The value: JSON for a member of the body, else a header's; the new name where something is renamed. Null for what has none.
    /// </summary>
    public string? Value { get; init; }

    /// <summary>The least that <see cref="TransformAction.Clamp"/> lets through; null for no such bound.</summary>
    public decimal? Min { get; init; }

    /// <summary>The most that <see cref="TransformAction.Clamp"/> lets through; null for no such bound.</summary>
    public decimal? Max { get; init; }

    /// <summary>
    /// Only where the target is asked in this dialect; null for any. Embeddings have none of the members of a conversation: their
    /// bodies are changed where this says so alone.
    /// </summary>
    public Dialect? Dialect { get; init; }

    /// <summary>Only where the target is asked for a model of this name or pattern; null for any.</summary>
    public string? Model { get; init; }
}

/// <summary>What a <see cref="TransformConfig"/> does.</summary>
public enum TransformAction
{
    /// <summary>Gives a member of the body a value, whether it has one or not. Objects that are missing on the way are made.</summary>
    Set,

    /// <summary>Gives a member of the body a value where it is not there.</summary>
    Default,

    /// <summary>Takes a member of the body away.</summary>
    Remove,

    /// <summary>Gives a member of the body another name, in the place of what has that name.</summary>
    Rename,

    /// <summary>Brings a number in the body inside bounds.</summary>
    Clamp,

    /// <summary>Adds a text after the instructions that are there.</summary>
    System,

    /// <summary>Gives a header one value in the place of all that it has.</summary>
    SetHeader,

    /// <summary>Adds a value to the list that a header holds, unless it is in it.</summary>
    AddHeader,

    /// <summary>Takes a header away.</summary>
    RemoveHeader,

    /// <summary>Gives a header another name, in the place of what has that name.</summary>
    RenameHeader,
}

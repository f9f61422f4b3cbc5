namespace Weir.Server.Configuration.Splices;

/// <summary>What changing a document in place came to.</summary>
/// <param name="Text">The new text; null where the document is written in a way that cannot be changed in place.</param>
/// <param name="Refusal">Why not, for people, without the end mark of a sentence; null where it could.</param>
internal sealed record Splice(string? Text, string? Refusal)
{
    /// <summary>It could.</summary>
    public static Splice Of(string text) => new(text, null);

    /// <summary>It could not.</summary>
    public static Splice Refused(string why) => new(null, why);
}

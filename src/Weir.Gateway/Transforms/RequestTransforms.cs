using System.Collections.Immutable;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Transforms;

/// <summary>The transforms of one request that is being made. Used once.</summary>
/// <param name="plan">What is changed.</param>
/// <param name="scope">What the request is.</param>
internal sealed class RequestTransforms(TransformPlan plan, TransformScope scope)
{
    private ImmutableArray<string> names = [];
    private bool isUnreadable;

    /// <summary>What becomes of the body, as edits of its bytes; null where no transform looks at it.</summary>
    /// <param name="body">The body, uncompressed, in the target's dialect.</param>
    public List<BodyEdit>? Edit(ReadOnlyMemory<byte> body)
    {
        if (!plan.ReadsBody(scope))
        {
            return null;
        }

        var changes = plan.Change(body, scope);
        (names, isUnreadable) = (changes.Names, changes.IsUnreadable);
        return changes.Edits;
    }

    /// <summary>Changes the headers, and tells what was done.</summary>
    public RequestChanges Finish(HttpRequestMessage request) =>
        new(names.AddRange(plan.Change(request.Headers, scope)), isUnreadable);
}

/// <summary>What transforms did to a request.</summary>
/// <param name="Names">Those that changed something, by name; those of the body first.</param>
/// <param name="IsUnreadable">Whether the body cannot be read where one looks, so that the request must not be sent.</param>
internal readonly record struct RequestChanges(ImmutableArray<string> Names, bool IsUnreadable)
{
    /// <summary>The tag of a record that names them.</summary>
    public const string Tag = "weir.transforms";

    private const int LongestTag = 256;

    /// <summary>Nothing was done.</summary>
    public static readonly RequestChanges None = new([], IsUnreadable: false);

    /// <summary>The names as one text; where they are too many for a record the number of those left out stands last.</summary>
    public static string InWords(ImmutableArray<string> names)
    {
        var text = string.Join(", ", names);
        for (var kept = names.Length - 1; text.Length > LongestTag; kept--)
        {
            text = $"{string.Join(", ", names[..kept])}{(kept == 0 ? "" : ", ")}+{names.Length - kept}";
        }

        return text;
    }
}

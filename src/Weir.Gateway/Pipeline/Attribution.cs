using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Weir.Identity;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Whose request it is and what it is part of, as its key and its headers say. What comes from the caller is bounded in
/// size and number and cannot change what its key says.
/// </summary>
internal readonly record struct Attribution
{
    private const int MaxText = 128;
    private const int MaxTagValue = 256;
    private const int MaxTags = 16;
    private const string TagPrefix = "x-weir-tag-";

    /// <summary>The calling program.</summary>
    public string? Client { get; init; }

    /// <summary>The coding agent's session.</summary>
    public string? Session { get; init; }

    /// <summary>The (sub)agent.</summary>
    public string? Agent { get; init; }

    /// <summary>Its parent.</summary>
    public string? ParentAgent { get; init; }

    /// <summary>The project.</summary>
    public string? Project { get; init; }

    /// <summary>Tags of the caller's own.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; }

    /// <summary>Reads the headers; the session may still come from the body.</summary>
    public static Attribution Read(IHeaderDictionary headers, Principal principal)
    {
        string? session = null;
        string? agent = null;
        string? parent = null;
        string? project = null;
        string? thread = null;
        ImmutableSortedDictionary<string, string>.Builder? tags = null;
        foreach (var (name, values) in headers)
        {
            // All names of interest begin with one of these; most headers are passed over here.
            if ((name[0] | 0x20) is not ('x' or 's' or 't'))
            {
                continue;
            }

            if (Is(name, "X-Claude-Code-Session-Id") || Is(name, "session-id") || Is(name, "session_id"))
            {
                session = Text(values.ToString(), MaxText);
            }
            else if (Is(name, "thread-id"))
            {
                thread = Text(values.ToString(), MaxText);
            }
            else if (Is(name, "x-claude-code-agent-id"))
            {
                agent = Text(values.ToString(), MaxText);
            }
            else if (Is(name, "x-claude-code-parent-agent-id"))
            {
                parent = Text(values.ToString(), MaxText);
            }
            else if (Is(name, "x-weir-project"))
            {
                project = Text(values.ToString(), MaxText);
            }
            else if (name.StartsWith(TagPrefix, StringComparison.OrdinalIgnoreCase))
            {
                tags ??= ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
                AddTag(tags, name[TagPrefix.Length..].ToLowerInvariant(), values.ToString());
            }
        }

        return new Attribution
        {
            Client = ClientNames.Of(headers),
            Session = session ?? thread,
            Agent = agent,
            ParentAgent = parent,
            Project = principal.Project ?? project,
            Tags = tags?.ToImmutable() ?? ImmutableSortedDictionary<string, string>.Empty,
        };
    }

    /// <summary>Text as it may stand in a record: null when empty, too long or not printable.</summary>
    public static string? Text(string? value, int limit = MaxText)
    {
        if (string.IsNullOrWhiteSpace(value) || value.Length > limit)
        {
            return null;
        }

        foreach (var c in value)
        {
            if (char.IsControl(c))
            {
                return null;
            }
        }

        return value;
    }

    private static void AddTag(ImmutableSortedDictionary<string, string>.Builder tags, string name, string value)
    {
        // What begins so is Weir's own word.
        if (
            tags.Count < MaxTags
            && !name.StartsWith("weir.", StringComparison.Ordinal)
            && Text(name, 64) is not null
            && Text(value, MaxTagValue) is { } fit
        )
        {
            tags[name] = fit;
        }
    }

    private static bool Is(string name, string wanted) => name.Equals(wanted, StringComparison.OrdinalIgnoreCase);
}

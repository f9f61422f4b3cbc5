using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>Another program's configuration, to be made one of Weir's.</summary>
/// <param name="Text">The whole text: <c>config.json</c> of claude-code-router, or <c>config.yaml</c> of LiteLLM.</param>
/// <param name="From"><c>claude-code-router</c> or <c>litellm</c>; null to tell by what stands in it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ConfigImportRequest(string? Text, string? From = null);

/// <summary>What another program's configuration comes to.</summary>
public sealed record ConfigImportResult
{
    /// <summary>Whose it was: <c>claude-code-router</c> or <c>litellm</c>.</summary>
    public required string From { get; init; }

    /// <summary>Weir's document, with comments that say where each part comes from; keys stand in it as <c>${NAME}</c>.</summary>
    public required string Text { get; init; }

    /// <summary>What could not be carried over as it was.</summary>
    public required IReadOnlyList<ConfigImportNote> Notes { get; init; }

    /// <summary>The environment variables that the document reads.</summary>
    public required IReadOnlyList<ConfigImportVariable> Variables { get; init; }

    /// <summary>What Weir would say against the document when all variables are set; empty as a rule.</summary>
    public required IReadOnlyList<ConfigFaultItem> Faults { get; init; }
}

/// <summary>Something that could not be carried over as it was.</summary>
/// <param name="Path">Where it stood, as <c>Router.think</c>.</param>
/// <param name="Message">What became of it, and why.</param>
public sealed record ConfigImportNote(string Path, string Message);

/// <summary>An environment variable that an imported document reads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">What it is for.</param>
public sealed record ConfigImportVariable(string Name, string Reason);

using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Server.Configuration;

/// <summary>The configuration in force and what is known about its file. Immutable; swapped as a whole.</summary>
internal sealed record ConfigSnapshot
{
    /// <summary>The configuration.</summary>
    public required WeirConfig Config { get; init; }

    /// <summary>The text it was read from, secrets and all; null when it was made from the environment.</summary>
    public required string? Text { get; init; }

    /// <summary>The file; null when there is none.</summary>
    public required string? Path { get; init; }

    /// <summary>When it was taken into force.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Faults of a newer text that was refused.</summary>
    public ImmutableArray<ConfigFault> PendingFaults { get; init; } = [];

    /// <summary>Settings that changed after the start and need another one.</summary>
    public ImmutableArray<string> RestartNeededFor { get; init; } = [];

    /// <summary>Names the text: the same text has the same one; <c>none</c> where there is no text.</summary>
    public string ETag => Text is null ? "none" : EtagOf(Text);

    /// <summary>The name of a text.</summary>
    public static string EtagOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Path = ").Append(Path).Append(", AcceptedAt = ").Append(AcceptedAt);
        return true;
    }
}

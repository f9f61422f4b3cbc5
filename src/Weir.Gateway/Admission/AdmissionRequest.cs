using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Gateway.Admission;

/// <summary>Whose request it is, what it asks for, and who may serve it. Immutable.</summary>
internal sealed record AdmissionSubject
{
    /// <summary>What the server's own workspace is called.</summary>
    public const string ServersWorkspace = "default";

    /// <summary>The organisation that the workspace belongs to; null for none.</summary>
    public string? Organisation { get; init; }

    /// <summary>The workspace's name.</summary>
    public string? Workspace { get; init; }

    /// <summary>The team; null for none.</summary>
    public string? Team { get; init; }

    /// <summary>The person; null for none.</summary>
    public string? User { get; init; }

    /// <summary>The key's name; null for the local user.</summary>
    public string? Key { get; init; }

    /// <summary>The model as the caller named it; null for a request that names none.</summary>
    public string? Model { get; init; }

    /// <summary>Every provider that may come to serve it, each once: what is not named here is not counted for its provider.</summary>
    public ImmutableArray<string> Providers { get; init; } = [];

    /// <summary>Its tags, by name.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The value of one dimension; null when it has none.</summary>
    public string? Value(Dimension dimension, string? tag) =>
        dimension switch
        {
            Dimension.Organisation => Organisation,
            Dimension.Workspace => Workspace,
            Dimension.Team => Team,
            Dimension.User => User,
            Dimension.Key => Key,
            Dimension.Model => Model,
            _ => tag is not null && Tags.TryGetValue(tag, out var value) ? value : null,
        };
}

/// <summary>A request that asks to be let in. Immutable.</summary>
internal sealed record AdmissionRequest
{
    /// <summary>Whose it is.</summary>
    public required AdmissionSubject Subject { get; init; }

    /// <summary>The most that it can cost and use.</summary>
    public required CostEstimate Estimate { get; init; }

    /// <summary>Whether somebody will pay for it by use: not with a subscription, a simulator or a free model.</summary>
    public bool IsBilled { get; init; } = true;

    /// <summary>Whether a rule has had its model replaced already: no rule asks twice.</summary>
    public bool IsDowngraded { get; init; }
}

/// <summary>What a request came to, or by how much a record of one was changed. Every part may be negative in a difference.</summary>
internal readonly record struct AdmissionActuals
{
    /// <summary>The list cost; null when it is not known, which charges what was set aside.</summary>
    public Money? Cost { get; init; }

    /// <summary>What somebody pays of it; null likewise.</summary>
    public Money? Billed { get; init; }

    /// <summary>The tokens; a class that was not reported counts nothing, and usage of which no class was, what was set aside.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>How many requests it stands for: 1, and 0 in the difference of a record that was there before.</summary>
    public long Requests { get; init; }

    /// <summary>Who served; null when not known, which counts for every candidate.</summary>
    public string? Provider { get; init; }
}

using System.Collections.Frozen;

namespace Weir.Ledger;

/// <summary>A dimension of usage; <see cref="Tag"/> is set for <c>tag.NAME</c> alone.</summary>
public readonly record struct UsageDimension(UsageDimensionKind Kind, string? Tag = null)
{
    private const string TagPrefix = "tag.";

    private static readonly FrozenDictionary<UsageDimensionKind, string> Names = new Dictionary<
        UsageDimensionKind,
        string
    >
    {
        [UsageDimensionKind.Model] = "model",
        [UsageDimensionKind.RequestedModel] = "requestedModel",
        [UsageDimensionKind.Provider] = "provider",
        [UsageDimensionKind.Key] = "key",
        [UsageDimensionKind.User] = "user",
        [UsageDimensionKind.Team] = "team",
        [UsageDimensionKind.Project] = "project",
        [UsageDimensionKind.Session] = "session",
        [UsageDimensionKind.Agent] = "agent",
        [UsageDimensionKind.Client] = "client",
        [UsageDimensionKind.Source] = "source",
        [UsageDimensionKind.Status] = "status",
        [UsageDimensionKind.Route] = "route",
    }.ToFrozenDictionary();

    /// <summary>Every name but those of tags, in the contract's order.</summary>
    public static IReadOnlyList<string> AllNames { get; } =
    [.. Enum.GetValues<UsageDimensionKind>().Where(k => k != UsageDimensionKind.Tag).Select(k => Names[k])];

    /// <summary>Reads the API's name (<c>model</c>, <c>tag.cost-centre</c>); false when there is none of that name.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UsageDimension dimension)
    {
        if (text.StartsWith(TagPrefix, StringComparison.Ordinal) && text.Length > TagPrefix.Length)
        {
            dimension = new UsageDimension(UsageDimensionKind.Tag, text[TagPrefix.Length..].ToString());
            return true;
        }

        foreach (var (kind, name) in Names)
        {
            if (text.SequenceEqual(name))
            {
                dimension = new UsageDimension(kind);
                return true;
            }
        }

        dimension = default;
        return false;
    }

    /// <summary>The API's name.</summary>
    public override string ToString() => Kind == UsageDimensionKind.Tag ? TagPrefix + Tag : Names[Kind];
}

/// <summary>The dimensions, as the contract lists them.</summary>
public enum UsageDimensionKind : byte
{
    /// <summary>The model that served.</summary>
    Model = 1,

    /// <summary>The model that was asked for.</summary>
    RequestedModel = 2,

    /// <summary>The provider that served.</summary>
    Provider = 3,

    /// <summary>The Weir key's name.</summary>
    Key = 4,

    /// <summary>The person.</summary>
    User = 5,

    /// <summary>The team.</summary>
    Team = 6,

    /// <summary>The project.</summary>
    Project = 7,

    /// <summary>The agent's session.</summary>
    Session = 8,

    /// <summary>The (sub)agent.</summary>
    Agent = 9,

    /// <summary>The calling program.</summary>
    Client = 10,

    /// <summary>Who saw it: gateway, transcript, otlp, hook, import.</summary>
    Source = 11,

    /// <summary>How it ended: ok, caller_aborted, rate_limited …</summary>
    Status = 12,

    /// <summary>The route.</summary>
    Route = 13,

    /// <summary>A tag by name.</summary>
    Tag = 14,
}

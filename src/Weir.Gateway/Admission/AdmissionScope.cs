using System.Collections.Immutable;

namespace Weir.Gateway.Admission;

/// <summary>
/// Whose requests a rule holds. Each part is a name, a pattern with <c>*</c>, or null for any; a request must fit all. A
/// bare <c>*</c> makes a counter of its own for each value, everything else one counter for all that fits. A request
/// without a value (a key of no team) fits no name and no pattern. Immutable.
/// </summary>
public sealed record AdmissionScope
{
    /// <summary>The organisation that the server belongs to.</summary>
    public string? Organisation { get; init; }

    /// <summary>The workspace's name.</summary>
    public string? Workspace { get; init; }

    /// <summary>The team that the key stands for.</summary>
    public string? Team { get; init; }

    /// <summary>The person that the key stands for.</summary>
    public string? User { get; init; }

    /// <summary>The key's name.</summary>
    public string? Key { get; init; }

    /// <summary>The model that was asked for.</summary>
    public string? Model { get; init; }

    /// <summary>The provider that serves; before it is known, every one that may.</summary>
    public string? Provider { get; init; }

    /// <summary>The name of the tag that <see cref="Tag"/> is about; null with none.</summary>
    public string? TagName { get; init; }

    /// <summary>The tag's value.</summary>
    public string? Tag { get; init; }
}

/// <summary>
/// Which of a rule's counters is meant: the values of those parts of its scope that are a bare <c>*</c>, null elsewhere.
/// Upper and lower case are the same, so that no spelling is a way to a fresh counter.
/// </summary>
public readonly record struct ScopeValue
{
    /// <summary>The organisation.</summary>
    public string? Organisation { get; init; }

    /// <summary>The workspace.</summary>
    public string? Workspace { get; init; }

    /// <summary>The team.</summary>
    public string? Team { get; init; }

    /// <summary>The person.</summary>
    public string? User { get; init; }

    /// <summary>The key.</summary>
    public string? Key { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The provider.</summary>
    public string? Provider { get; init; }

    /// <summary>The tag's value.</summary>
    public string? Tag { get; init; }

    /// <summary>Whether it is the counter that all share for whom there was no more room for one of their own.</summary>
    public bool IsRest { get; init; }

    /// <summary>Its parts that are set, as a scope is written; a tag's by <c>tag</c> alone.</summary>
    public ImmutableSortedDictionary<string, string> Parts
    {
        get
        {
            (string, string?)[] all =
            [
                ("organisation", Organisation),
                ("workspace", Workspace),
                ("team", Team),
                ("user", User),
                ("key", Key),
                ("model", Model),
                ("provider", Provider),
                ("tag", Tag),
            ];
            return all.Where(part => part.Item2 is not null)
                .ToImmutableSortedDictionary(part => part.Item1, part => part.Item2!, StringComparer.Ordinal);
        }
    }

    /// <summary>The value of which these are the parts; what is no part is passed over.</summary>
    public static ScopeValue Of(IReadOnlyDictionary<string, string> parts) =>
        new()
        {
            Organisation = parts.GetValueOrDefault("organisation"),
            Workspace = parts.GetValueOrDefault("workspace"),
            Team = parts.GetValueOrDefault("team"),
            User = parts.GetValueOrDefault("user"),
            Key = parts.GetValueOrDefault("key"),
            Model = parts.GetValueOrDefault("model"),
            Provider = parts.GetValueOrDefault("provider"),
            Tag = parts.GetValueOrDefault("tag"),
        };

    /// <summary>Whether it is the same by the very same texts: true says that they are equal, false says nothing.</summary>
    internal bool IsSpelledAs(in ScopeValue other) =>
        ReferenceEquals(Key, other.Key)
        && ReferenceEquals(Model, other.Model)
        && ReferenceEquals(User, other.User)
        && ReferenceEquals(Team, other.Team)
        && ReferenceEquals(Workspace, other.Workspace)
        && ReferenceEquals(Provider, other.Provider)
        && ReferenceEquals(Tag, other.Tag)
        && ReferenceEquals(Organisation, other.Organisation)
        && IsRest == other.IsRest;

    /// <inheritdoc />
    public bool Equals(ScopeValue other) =>
        Same(Key, other.Key)
        && Same(Model, other.Model)
        && Same(User, other.User)
        && Same(Team, other.Team)
        && Same(Workspace, other.Workspace)
        && Same(Provider, other.Provider)
        && Same(Tag, other.Tag)
        && Same(Organisation, other.Organisation)
        && IsRest == other.IsRest;

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = IsRest ? 1 : 0;
        hash = With(hash, Key);
        hash = With(hash, Model);
        hash = With(hash, User);
        hash = With(hash, Team);
        hash = With(hash, Workspace);
        hash = With(hash, Provider);
        hash = With(hash, Tag);
        return With(hash, Organisation);
    }

    /// <summary>For people: <c>key ci, model claude-sonnet-5</c>; empty for a counter that all share.</summary>
    public override string ToString()
    {
        return IsRest ? "all others" : string.Join(", ", Parts.Select(part => $"{part.Key} {part.Value}"));
    }

    private static bool Same(string? a, string? b) =>
        ReferenceEquals(a, b) || string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static int With(int hash, string? text) =>
        unchecked((hash * 31) + (text is null ? 0 : string.GetHashCode(text, StringComparison.OrdinalIgnoreCase)));
}

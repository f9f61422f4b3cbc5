using Weir.Foundation;

namespace Weir.Gateway.Admission;

/// <summary>A scope made ready to be held against requests. Immutable; matching allocates nothing.</summary>
internal sealed class ScopeMatch
{
    /// <summary>Longer names are cut: callers choose some of them, and counters are kept.</summary>
    private const int LongestValue = 256;

    private readonly Part[] parts;
    private readonly NamePattern? provider;

    public ScopeMatch(AdmissionScope scope)
    {
        var found = new List<Part>();
        Add(Dimension.Organisation, scope.Organisation, null);
        Add(Dimension.Workspace, scope.Workspace, null);
        Add(Dimension.Team, scope.Team, null);
        Add(Dimension.User, scope.User, null);
        Add(Dimension.Key, scope.Key, null);
        Add(Dimension.Model, scope.Model, null);
        Add(Dimension.Tag, scope.Tag, scope.TagName);
        parts = [.. found];
        EachProvider = IsEach(scope.Provider);
        provider = scope.Provider is { } written && !EachProvider ? new NamePattern(written) : null;
        IsOfOneWorkspace = found.Exists(part =>
            part.Dimension == Dimension.Workspace
            && (part.IsEach || !scope.Workspace!.Contains('*', StringComparison.Ordinal))
        );
        Text = string.Join(
            ',',
            new[] { scope.Organisation, scope.Workspace, scope.Team, scope.User, scope.Key, scope.Model }
                .Append(scope.Provider)
                .Append(scope.TagName)
                .Append(scope.Tag)
        );

        void Add(Dimension dimension, string? written, string? tag)
        {
            if (written is not null)
            {
                found.Add(new Part(dimension, new NamePattern(written), IsEach(written), tag));
            }
        }
    }

    /// <summary>The parts that have a counter for each value, as a scope is written.</summary>
    public IEnumerable<string> EachPart =>
        parts
            .Where(part => part.IsEach)
            .Select(part => part.Dimension.ToString().ToLowerInvariant())
            .Concat(EachProvider ? ["provider"] : []);

    /// <summary>Whether it names a tag.</summary>
    public bool NamesTag => parts.Any(part => part.Dimension == Dimension.Tag);

    /// <summary>Whether each provider has a counter of its own.</summary>
    public bool EachProvider { get; }

    /// <summary>Whether each of its counters is of one workspace's requests alone.</summary>
    public bool IsOfOneWorkspace { get; }

    /// <summary>What tells it from others.</summary>
    public string Text { get; }

    /// <summary>Whether a request is within it, whoever serves.</summary>
    public bool Holds(AdmissionSubject subject)
    {
        foreach (ref readonly var part in parts.AsSpan())
        {
            if (
                subject.Value(part.Dimension, part.Tag) is not { } value
                || !(part.IsEach || part.Pattern.Matches(value))
            )
            {
                return false;
            }
        }

        if (provider is not { } pattern)
        {
            return !EachProvider || subject.Providers.Length > 0;
        }

        foreach (var candidate in subject.Providers)
        {
            if (pattern.Matches(candidate))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a request that this provider served counts, of one that is within it.</summary>
    /// <param name="served">Who served; null when that is not known, which counts.</param>
    /// <param name="own">Whose counter it is, where each has its own.</param>
    public bool CountsFor(string? served, string? own) =>
        served is null
        || (
            EachProvider
                ? string.Equals(served, own, StringComparison.OrdinalIgnoreCase)
                : provider is not { } pattern || pattern.Matches(served)
        );

    /// <summary>Which counter a request is counted on.</summary>
    /// <param name="subject">Whose it is.</param>
    /// <param name="candidate">The provider, where each has its own counter; else null.</param>
    /// <param name="byKey">Whether each key has its own besides; the local user, who has none, is one of them.</param>
    public ScopeValue ValueOf(AdmissionSubject subject, string? candidate, bool byKey)
    {
        var value = new ScopeValue { Provider = Cut(candidate), Key = byKey ? Cut(subject.Key) ?? "" : null };
        foreach (ref readonly var part in parts.AsSpan())
        {
            if (!part.IsEach)
            {
                continue;
            }

            var text = Cut(subject.Value(part.Dimension, part.Tag));
            value = part.Dimension switch
            {
                Dimension.Organisation => value with { Organisation = text },
                Dimension.Workspace => value with { Workspace = text },
                Dimension.Team => value with { Team = text },
                Dimension.User => value with { User = text },
                Dimension.Key => value with { Key = text },
                Dimension.Model => value with { Model = text },
                _ => value with { Tag = text },
            };
        }

        return value;
    }

    private static bool IsEach(string? written) => written == "*";

    private static string? Cut(string? text) => text is { Length: > LongestValue } ? text[..LongestValue] : text;

    private readonly record struct Part(Dimension Dimension, NamePattern Pattern, bool IsEach, string? Tag);
}

/// <summary>What a scope may name of a request.</summary>
internal enum Dimension
{
    /// <summary>The organisation.</summary>
    Organisation,

    /// <summary>The workspace.</summary>
    Workspace,

    /// <summary>The team.</summary>
    Team,

    /// <summary>The person.</summary>
    User,

    /// <summary>The key.</summary>
    Key,

    /// <summary>The model asked for.</summary>
    Model,

    /// <summary>A tag.</summary>
    Tag,
}

using Weir.Foundation;

namespace Weir.Capture.Sessions;

/// <summary>A node while a tree grows.</summary>
internal sealed class TreeNode(SessionNodeKind kind, string id)
{
    public SessionNodeKind Kind => kind;

    public string Id => id;

    public string? Name { get; set; }

    public string? Agent { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public TimeSpan? Duration { get; set; }

    public bool? Succeeded { get; set; }

    public long? Tokens { get; init; }

    public UsageRecord? Request { get; init; }

    public CacheMiss? CacheMiss { get; init; }

    public List<TreeNode> Children { get; } = [];

    /// <summary>When it happened, for the order among its siblings.</summary>
    public DateTimeOffset At => StartedAt ?? EndedAt ?? DateTimeOffset.MinValue;

    /// <summary>The finished node with everything below it. As deep as the tree is, which <see cref="TreeBuilder"/> bounds.</summary>
    public SessionNode Finish()
    {
        Children.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : string.CompareOrdinal(a.Id, b.Id));
        var own = Request is null ? default : SessionSums.Of(Request);
        var total = own;
        var waited =
            kind == SessionNodeKind.Permission && EndedAt > StartedAt ? EndedAt.Value - StartedAt.Value : default;
        var (first, last) = (StartedAt, EndedAt);
        var children = new SessionNode[Children.Count];
        for (var i = 0; i < children.Length; i++)
        {
            var child = children[i] = Children[i].Finish();
            total += child.Total;
            waited += child.Waited;
            first ??= child.StartedAt;
            last = Later(last, child.EndedAt ?? child.StartedAt);
        }

        // Only what has no end of its own takes it from below: a tool's subagent may go on after the tool's answer.
        var ended = EndedAt ?? (kind is SessionNodeKind.Request or SessionNodeKind.Tool ? null : last);
        return new SessionNode
        {
            Kind = kind,
            Id = id,
            Name = Name,
            Agent = Agent,
            StartedAt = first,
            EndedAt = ended,
            Duration = Duration ?? (ended >= first ? ended - first : null),
            Succeeded = Succeeded,
            Tokens = Tokens,
            Request = Request,
            CacheMiss = CacheMiss,
            Own = own,
            Total = total,
            Waited = waited,
            Children = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(children),
        };
    }

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) =>
        a is null ? b
        : b is null || a > b ? a
        : b;
}

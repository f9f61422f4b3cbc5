namespace Weir.Identity;

/// <summary>Which entries of the audit trail are asked for; null for no bound.</summary>
public sealed record AuditQuestion
{
    /// <summary>Those with a smaller number.</summary>
    public long? Before { get; init; }

    /// <summary>From this time on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>By this actor's id or name.</summary>
    public string? Actor { get; init; }

    /// <summary>This action (<c>key.create</c>), or all of a kind (<c>key</c>).</summary>
    public string? Action { get; init; }

    /// <summary>On this target, as <c>key:key_…</c>.</summary>
    public string? Target { get; init; }

    /// <summary>At most so many; positive.</summary>
    public int Limit { get; init; } = 100;
}

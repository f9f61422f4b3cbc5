namespace Weir.Server.Configuration;

/// <summary>For how long a workspace keeps what. Takes effect at once; what is older goes within the hour.</summary>
public sealed record RetentionConfig
{
    /// <summary>Days that what happened in a session is kept after it was last heard of; null for ever.</summary>
    public int? SessionDays { get; init; }

    /// <summary>Days that sealed content is kept; null for as long as the archive.</summary>
    public int? ContentDays { get; init; }

    /// <summary>
    /// Days that events of the activity feed are kept, in the server's document also those of the instance; null for as long as their
    /// number allows.
    /// </summary>
    public int? ActivityDays { get; init; }

    /// <summary>Days after which a whole month of requests moves into a packed file that queries still reach; null for never.</summary>
    public int? ArchiveDays { get; init; }

    /// <summary>Days that single requests are kept; null for ever. What they sum up to stays.</summary>
    public int? RequestDays { get; init; }

    /// <summary>Days that sums are kept, and single requests no longer; whole months count. Null for ever.</summary>
    public int? UsageDays { get; init; }

    /// <summary>Days that the audit trails of all workspaces go back; null for ever. The server's document alone has it.</summary>
    public int? AuditDays { get; init; }
}

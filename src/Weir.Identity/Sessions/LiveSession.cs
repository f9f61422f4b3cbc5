using Weir.Foundation;
using Weir.Identity.Storage;

namespace Weir.Identity.Sessions;

/// <summary>A session in memory. Thread-safe.</summary>
internal sealed class LiveSession(SessionRow row)
{
    // Once a second at most, as with keys.
    private const long Coarse = 1000;

    private long seen = row.SeenAt;
    private volatile Known? known;

    public SessionRow Row { get; } = row;

    public WorkspaceId Workspace { get; } = new((int)row.Workspace);

    public long Seen => Volatile.Read(ref seen);

    /// <summary>What was stored of <see cref="Seen"/>.</summary>
    public long StoredSeen { get; set; } = row.SeenAt;

    public void Note(long now)
    {
        if (now - Volatile.Read(ref seen) >= Coarse)
        {
            Volatile.Write(ref seen, now);
        }
    }

    public bool IsOver(long now, SessionLimits limits) =>
        now >= Row.CreatedAt + (long)limits.Absolute.TotalMilliseconds
        || now >= Seen + (long)limits.Idle.TotalMilliseconds;

    /// <summary>Who it is, made once for each snapshot of the person.</summary>
    public SignedIn SignedIn(Member member, SessionLimits limits)
    {
        if (known is { } before && ReferenceEquals(before.Member, member) && before.Limits == limits)
        {
            return before.SignedIn;
        }

        var lacksFactor = member.NeedsSecondFactor && Row.Method == SessionRow.ByPassword;
        var made = new SignedIn(
            new Principal
            {
                Workspace = member.Workspace,
                Permissions = lacksFactor ? default : member.Permissions,
                Grants = lacksFactor ? [] : member.Grants,
                OwnerId = member.Id,
                User = member.Name,
            },
            Row.Id,
            EndsAt(limits),
            lacksFactor
        );
        known = new Known(member, limits, made);
        return made;
    }

    public AuthSession ToSession(string user, SessionLimits limits) =>
        new()
        {
            Id = Row.Id,
            UserId = Row.User,
            User = user,
            Method = Enum.TryParse<SignInMethod>(Row.Method, ignoreCase: true, out var method)
                ? method
                : SignInMethod.Password,
            Address = Row.Address,
            Agent = Row.Agent,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(Row.CreatedAt),
            SeenAt = DateTimeOffset.FromUnixTimeMilliseconds(Seen),
            EndsAt = EndsAt(limits),
        };

    private DateTimeOffset EndsAt(SessionLimits limits) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Row.CreatedAt) + limits.Absolute;

    private sealed record Known(Member Member, SessionLimits Limits, SignedIn SignedIn);
}

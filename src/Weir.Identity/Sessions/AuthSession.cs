using System.Text;

namespace Weir.Identity;

/// <summary>Somebody who is signed in, in one browser.</summary>
public sealed record AuthSession
{
    /// <summary><c>ses_…</c>; no secret.</summary>
    public required string Id { get; init; }

    /// <summary>Whose, by id.</summary>
    public required string UserId { get; init; }

    /// <summary>Whose, by name.</summary>
    public required string User { get; init; }

    /// <summary>How he showed who he is.</summary>
    public required SignInMethod Method { get; init; }

    /// <summary>From where; null where that was not known.</summary>
    public string? Address { get; init; }

    /// <summary>What his browser calls itself, at most 200 characters; null for nothing.</summary>
    public string? Agent { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used, as far as it was noted: to about a second while the server runs.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>When it ends, whatever happens.</summary>
    public required DateTimeOffset EndsAt { get; init; }
}

/// <summary>How somebody signed in. Stored by name.</summary>
public enum SignInMethod
{
    /// <summary>By password alone.</summary>
    Password,

    /// <summary>By password and a one-time code.</summary>
    Code,

    /// <summary>By password and a recovery code.</summary>
    Recovery,

    /// <summary>By a passkey, which the authenticator gave after making sure of the person.</summary>
    Passkey,
}

/// <summary>How long sessions last.</summary>
/// <param name="Absolute">From the sign-in on.</param>
/// <param name="Idle">From the last use on.</param>
public sealed record SessionLimits(TimeSpan Absolute, TimeSpan Idle)
{
    /// <summary>A day, and two hours.</summary>
    public static SessionLimits Default { get; } = new(TimeSpan.FromHours(24), TimeSpan.FromHours(2));

    /// <summary>Five minutes: shorter, and people do nothing but sign in.</summary>
    public static TimeSpan ShortestAbsolute { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Thirty days: what is longer is a key.</summary>
    public static TimeSpan LongestAbsolute { get; } = TimeSpan.FromDays(30);

    /// <summary>A minute: an open page asks more often.</summary>
    public static TimeSpan ShortestIdle { get; } = TimeSpan.FromMinutes(1);
}

/// <summary>The caller behind a session's token.</summary>
/// <param name="Principal">Who, with what he may do at this moment.</param>
/// <param name="SessionId">In which session.</param>
/// <param name="EndsAt">When it ends.</param>
/// <param name="LacksFactor">
/// Whether his workspace asks for a second factor and he showed none: he is permitted nothing, and may set one up if he has none.
/// </param>
public sealed record SignedIn(Principal Principal, string SessionId, DateTimeOffset EndsAt, bool LacksFactor = false);

/// <summary>A session that was just opened or has a new token. Its <see cref="ToString"/> leaves the token out.</summary>
/// <param name="Session">The session.</param>
/// <param name="Token">What opens it, told this once.</param>
public sealed record OpenedSession(AuthSession Session, string Token)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Session = ").Append(Session);
        return true;
    }
}

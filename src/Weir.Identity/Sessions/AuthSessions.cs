using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Weir.Foundation;
using Weir.Identity.Sessions;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>
/// Who is signed in. Verification reads memory and never waits; what is changed is stored first. Thread-safe.
/// </summary>
public sealed class AuthSessions
{
    /// <summary>A person's sessions beyond this end, the oldest first.</summary>
    internal const int MostOfOne = 50;

    private const int LongestAgent = 200;

    private readonly ControlDb database;
    private readonly SessionBoard board = new();
    private volatile SessionLimits limits = SessionLimits.Default;

    internal AuthSessions(ControlDb database, IEnumerable<SessionRow> stored)
    {
        this.database = database;
        foreach (var row in stored)
        {
            board.Add(row);
        }
    }

    /// <summary>How long sessions last; holds for those that there are, too.</summary>
    public SessionLimits Limits
    {
        get => limits;
        set => limits = value;
    }

    /// <summary>True for text that claims to be a session's token (starts with <c>ws_</c>), valid or not.</summary>
    public static bool LooksLikeToken(ReadOnlySpan<char> text) =>
        text.StartsWith(OpaqueToken.Session, StringComparison.Ordinal);

    /// <summary>
    /// What a page must send back with every change (<c>x-weir-csrf</c>): made of the session's token, so that only who reads the
    /// API's answers knows it.
    /// </summary>
    public static string CsrfToken(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"weir csrf\n{token}")));

    /// <summary>
    /// The person behind a session's token; false for one that is unknown, over, idle for too long or malformed, or whose person
    /// or workspace is not active. A use.
    /// </summary>
    public bool TryVerify(ReadOnlySpan<char> token, [NotNullWhen(true)] out SignedIn? signedIn)
    {
        signedIn = null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var now = database.Now;
        if (
            !OpaqueToken.TryHash(token, OpaqueToken.Session, hash)
            || board.Find(hash) is not { } session
            || session.IsOver(now, limits)
            || Member(session) is not { IsActive: true } member
        )
        {
            return false;
        }

        session.Note(now);
        signedIn = session.SignedIn(member, limits);
        return true;
    }

    /// <summary>The workspace's sessions that go on, or one person's of them, the newest first.</summary>
    public ImmutableArray<AuthSession> List(WorkspaceId workspace, string? userId = null)
    {
        var now = database.Now;
        return
        [
            .. board
                .All.Where(session =>
                    session.Workspace == workspace
                    && (userId is null || session.Row.User == userId)
                    && !session.IsOver(now, limits)
                    && Member(session) is { IsActive: true }
                )
                .Select(session => session.ToSession(Member(session)!.Name, limits))
                .OrderByDescending(session => session.CreatedAt)
                .ThenBy(session => session.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// Ends a session of the actor's workspace: one's own, or anybody's for who manages people. Others' are not found by who does
    /// not.
    /// </summary>
    public async Task<Change<AuthSession>> RevokeAsync(Actor actor, string id, CancellationToken cancellationToken)
    {
        var result = await database.ChangeAsync(
            actor,
            transaction =>
            {
                transaction.LeavesSnapshot = true;
                if (
                    List(actor.Workspace).FirstOrDefault(session => session.Id == id) is not { } session
                    || !(actor.Permissions.Has(Permission.UsersManage) || session.UserId == actor.Id)
                    || SessionTable.Delete(transaction, id) == 0
                )
                {
                    return Change.Failed<AuthSession>(ChangeOutcome.NotFound, "there is no such session");
                }

                transaction.Audit("session.end", $"session:{id}", AuditValue.Of(("user", session.User)));
                return Change.Done(session);
            },
            cancellationToken
        );
        if (result.IsDone)
        {
            board.Remove(session => session.Row.Id == id);
        }

        return result;
    }

    /// <summary>Ends the session that a browser had before it was given another; nothing for a token that opens none.</summary>
    public async Task ReplaceAsync(string token, SignInFrom from, CancellationToken cancellationToken)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        if (!OpaqueToken.TryHash(token, OpaqueToken.Session, hash) || board.Find(hash) is not { } old)
        {
            return;
        }

        var user = Member(old)?.Name ?? "";
        await database.ChangeAsync(
            new Actor
            {
                Workspace = old.Workspace,
                Kind = ActorKind.User,
                Id = old.Row.User,
                Name = user,
                Address = from.Address?.ToString(),
            },
            transaction =>
            {
                transaction.LeavesSnapshot = true;
                if (SessionTable.Delete(transaction, old.Row.Id) > 0)
                {
                    transaction.Audit(
                        "session.end",
                        $"session:{old.Row.Id}",
                        AuditValue.Of(("user", user), ("by", "another sign-in in the same browser"))
                    );
                }

                return true;
            },
            cancellationToken
        );
        board.Remove(session => session.Row.Id == old.Row.Id);
    }

    /// <summary>Stores when sessions were last used, as far as that is news, and drops those that are over.</summary>
    public async Task StoreUsesAsync(CancellationToken cancellationToken)
    {
        var now = database.Now;
        var all = board.All;
        var over = all.Where(session => session.IsOver(now, limits)).ToList();
        var news = all.Where(session => session.Seen > session.StoredSeen).Except(over).ToList();
        if (over.Count + news.Count == 0)
        {
            return;
        }

        await database.StoreAsync(
            transaction =>
            {
                foreach (var session in over)
                {
                    SessionTable.Delete(transaction, session.Row.Id);
                }

                foreach (var session in news)
                {
                    var seen = session.Seen;
                    SessionTable.Saw(transaction, session.Row.Id, seen);
                    session.StoredSeen = seen;
                }
            },
            cancellationToken
        );
        board.Remove(over.Contains);
    }

    /// <summary>Stores a new session inside a transaction; <see cref="Opened"/> once that is committed.</summary>
    internal static (SessionRow Row, string Token) Open(
        ControlTransaction transaction,
        UserRow user,
        SignInMethod method,
        SignInFrom from
    )
    {
        foreach (var old in SessionTable.Of(transaction, user.Id).SkipLast(MostOfOne - 1))
        {
            SessionTable.Delete(transaction, old.Id);
        }

        var token = OpaqueToken.New(OpaqueToken.Session);
        var row = new SessionRow
        {
            Id = OpaqueToken.NewId("ses_"),
            Workspace = user.Workspace,
            User = user.Id,
            Token = OpaqueToken.Hash(token),
            Method = method.ToString().ToLowerInvariant(),
            Address = from.Address?.ToString(),
            Agent = Agent(from.Agent),
            CreatedAt = transaction.Now,
            SeenAt = transaction.Now,
        };
        SessionTable.Insert(transaction, row);
        return (row, token);
    }

    /// <summary>Gives a session another token inside a transaction and ends the person's others; null when it is over.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="user">The person.</param>
    /// <param name="id">The session that is kept.</param>
    /// <param name="method">What he has shown by now; null for what he had.</param>
    internal static (SessionRow Row, string Token)? Rotate(
        ControlTransaction transaction,
        string user,
        string id,
        SignInMethod? method = null
    )
    {
        SessionTable.DeleteOf(transaction, user, but: id);
        if (SessionTable.Of(transaction, user) is not [var kept])
        {
            return null;
        }

        var token = OpaqueToken.New(OpaqueToken.Session);
        var rotated = kept with
        {
            Token = OpaqueToken.Hash(token),
            Method = method?.ToString().ToLowerInvariant() ?? kept.Method,
        };
        SessionTable.Rotate(transaction, rotated);
        return (rotated, token);
    }

    /// <summary>Takes a stored session into memory, in the place of what else is known of it.</summary>
    internal OpenedSession Opened((SessionRow Row, string Token) opened)
    {
        board.Remove(session => session.Row.Id == opened.Row.Id);
        board.Add(opened.Row);
        var session = new LiveSession(opened.Row);
        return new OpenedSession(session.ToSession(Member(session)?.Name ?? "", limits), opened.Token);
    }

    /// <summary>Forgets a person's sessions but one, after they were ended in a transaction.</summary>
    internal void Forget(string user, string? but = null) =>
        board.Remove(session => session.Row.User == user && session.Row.Id != but);

    private Member? Member(LiveSession session) =>
        database.Snapshot.Members.GetValueOrDefault(session.Row.User) is { } member
        && member.Workspace == session.Workspace
            ? member
            : null;

    private static string? Agent(string? agent)
    {
        var clean = string.Concat(
            (agent ?? "").Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(LongestAgent)
        );
        return clean.Length == 0 ? null : clean;
    }
}

using System.Collections.Immutable;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Weir.Foundation;

namespace Weir.Identity.Storage;

/// <summary>The rows of the audit trail.</summary>
internal static class AuditTable
{
    private const string Columns = """
        workspace AS Workspace, seq AS Seq, at AS At, actor_kind AS ActorKind, actor_id AS ActorId, actor_name AS ActorName,
        address AS Address, action AS Action, target AS Target, before AS Before, after AS After, hash AS Hash
        """;

    /// <summary>Where a chain ends: the last number and its hash; 0 and zeros for one that has not begun.</summary>
    public static AuditEnd End(SqliteConnection connection, SqliteTransaction? transaction, WorkspaceId workspace) =>
        connection.QueryFirstOrDefault<EndRow>(
            "SELECT seq AS Seq, hash AS Hash FROM audit WHERE workspace = @Id ORDER BY seq DESC LIMIT 1",
            new { Id = workspace.Value },
            transaction
        )
            is { } row
            ? new AuditEnd(row.Seq, row.Hash)
            : AuditEnd.Zero;

    public static void Insert(SqliteConnection connection, SqliteTransaction transaction, AuditEntry entry) =>
        connection.Execute(
            """
            INSERT INTO audit (workspace, seq, at, actor_kind, actor_id, actor_name, address, action, target, before, after, hash)
            VALUES (@Workspace, @Seq, @At, @ActorKind, @ActorId, @ActorName, @Address, @Action, @Target, @Before, @After, @Hash)
            """,
            new
            {
                Workspace = entry.Workspace.Value,
                entry.Seq,
                At = entry.At.ToUnixTimeMilliseconds(),
                entry.ActorKind,
                entry.ActorId,
                entry.ActorName,
                entry.Address,
                entry.Action,
                entry.Target,
                entry.Before,
                entry.After,
                Hash = Convert.FromHexString(entry.Hash),
            },
            transaction
        );

    /// <summary>Entries of a workspace by number, from one on.</summary>
    public static IEnumerable<AuditEntry> From(SqliteConnection connection, WorkspaceId workspace, long seq) =>
        connection
            .Query<AuditRow>(
                $"SELECT {Columns} FROM audit WHERE workspace = @Id AND seq >= @seq ORDER BY seq",
                new { Id = workspace.Value, seq },
                buffered: false
            )
            .Select(row => row.ToEntry());

    /// <summary>The newest entries of a workspace first, below a number.</summary>
    public static ImmutableArray<AuditEntry> Newest(
        SqliteConnection connection,
        WorkspaceId workspace,
        AuditQuestion question
    )
    {
        var where = new StringBuilder("workspace = @Id");
        foreach (
            var (value, condition) in new (object?, string)[]
            {
                (question.Before, " AND seq < @Before"),
                (question.From, " AND at >= @From"),
                (question.To, " AND at < @To"),
                (question.Actor, " AND (actor_id = @Actor OR actor_name = @Actor)"),
                (question.Action, " AND (action = @Action OR substr(action, 1, length(@Action) + 1) = @Action || '.')"),
                (question.Target, " AND target = @Target"),
            }
        )
        {
            if (value is not null)
            {
                where.Append(condition);
            }
        }

        return
        [
            .. connection
                .Query<AuditRow>(
                    $"SELECT {Columns} FROM audit WHERE {where} ORDER BY seq DESC LIMIT @Limit",
                    new
                    {
                        Id = workspace.Value,
                        question.Before,
                        From = question.From?.ToUnixTimeMilliseconds(),
                        To = question.To?.ToUnixTimeMilliseconds(),
                        question.Actor,
                        question.Action,
                        question.Target,
                        question.Limit,
                    }
                )
                .Select(row => row.ToEntry()),
        ];
    }

    /// <summary>Where a trail begins; null when it begins with its first entry.</summary>
    public static AuditFloor? Floor(SqliteConnection connection, AuditHeads heads, WorkspaceId workspace) =>
        connection.QueryFirstOrDefault<FloorRow>(
            "SELECT seq AS Seq, hash AS Hash, signature AS Signature FROM audit_floor WHERE workspace = @Id",
            new { Id = workspace.Value }
        )
            is { } row
            ? new AuditFloor(
                new AuditEnd(row.Seq, row.Hash),
                row.Signature,
                heads.IsFloor(workspace, new AuditEnd(row.Seq, row.Hash), row.Signature)
            )
            : null;

    /// <summary>Lets go of a trail's entries from before a time, all but the last, and notes that in it.</summary>
    public static long Prune(
        ControlTransaction transaction,
        AuditHeads heads,
        WorkspaceId workspace,
        DateTimeOffset before
    )
    {
        var last = transaction
            .Query<EndRow>(
                """
                SELECT seq AS Seq, hash AS Hash FROM audit
                WHERE workspace = @Id AND at < @Before AND seq < (SELECT max(seq) FROM audit WHERE workspace = @Id)
                ORDER BY seq DESC LIMIT 1
                """,
                new { Id = workspace.Value, Before = before.ToUnixTimeMilliseconds() }
            )
            .FirstOrDefault();
        if (last is null)
        {
            return 0;
        }

        var end = new AuditEnd(last.Seq, last.Hash);
        transaction.Execute(
            """
            INSERT INTO audit_floor (workspace, seq, hash, signature) VALUES (@Id, @Seq, @Hash, @signature)
            ON CONFLICT (workspace) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, signature = excluded.signature
            """,
            new
            {
                Id = workspace.Value,
                last.Seq,
                last.Hash,
                signature = heads.SignFloor(workspace, end),
            }
        );
        var gone = transaction.Execute(
            "DELETE FROM audit WHERE workspace = @Id AND seq <= @Seq",
            new { Id = workspace.Value, last.Seq }
        );
        transaction.Audit(
            "audit.prune",
            "audit",
            after: AuditValue.Of(("upTo", last.Seq), ("entries", gone), ("before", before)),
            concerned: workspace
        );
        return gone;
    }

    private sealed record FloorRow
    {
        public long Seq { get; init; }

        public byte[] Hash { get; init; } = [];

        public byte[] Signature { get; init; } = [];
    }

    private sealed record EndRow
    {
        public long Seq { get; init; }

        public byte[] Hash { get; init; } = [];
    }

    private sealed record AuditRow
    {
        public long Workspace { get; init; }

        public long Seq { get; init; }

        public long At { get; init; }

        public string ActorKind { get; init; } = "";

        public string? ActorId { get; init; }

        public string ActorName { get; init; } = "";

        public string? Address { get; init; }

        public string Action { get; init; } = "";

        public string Target { get; init; } = "";

        public string? Before { get; init; }

        public string? After { get; init; }

        public byte[] Hash { get; init; } = [];

        public AuditEntry ToEntry() =>
            new()
            {
                Workspace = new WorkspaceId((int)Workspace),
                Seq = Seq,
                At = DateTimeOffset.FromUnixTimeMilliseconds(At),
                ActorKind = ActorKind,
                ActorId = ActorId,
                ActorName = ActorName,
                Address = Address,
                Action = Action,
                Target = Target,
                Before = Before,
                After = After,
                Hash = Convert.ToHexStringLower(Hash),
            };
    }
}

/// <summary>Where a trail begins whose oldest entries are gone: after <paramref name="End"/>.</summary>
internal sealed record AuditFloor(AuditEnd End, byte[] Signature, bool IsSigned);

/// <summary>Where a chain ends.</summary>
internal sealed record AuditEnd(long Seq, byte[] Hash)
{
    public static AuditEnd Zero { get; } = new(0, new byte[32]);
}

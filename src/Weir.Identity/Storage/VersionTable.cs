using Weir.Foundation;
using Weir.Identity.Secrets;

namespace Weir.Identity.Storage;

/// <summary>The rows of versions of configuration documents.</summary>
internal static class VersionTable
{
    private const string Head = """
        workspace AS Workspace, number AS Number, at AS At, actor_kind AS ActorKind, actor_id AS ActorId,
        actor_name AS ActorName, source AS Source, restores AS Restores, comment AS Comment, etag AS Etag,
        is_masked AS IsMasked
        """;

    private const string Whole = $"{Head}, text AS Text, sealed AS Sealed";

    /// <summary>The newest first, without text.</summary>
    public static List<VersionRow> List(
        ControlTransaction transaction,
        WorkspaceId workspace,
        long? before,
        int most
    ) =>
        transaction.Query<VersionRow>(
            $"""
            SELECT {Head}, '' AS Text FROM config_version
            WHERE workspace = @Value AND number < @before ORDER BY number DESC LIMIT @most
            """,
            new
            {
                workspace.Value,
                before = before ?? long.MaxValue,
                most,
            }
        );

    public static VersionRow? Find(ControlTransaction transaction, WorkspaceId workspace, long number) =>
        transaction
            .Query<VersionRow>(
                $"SELECT {Whole} FROM config_version WHERE workspace = @Value AND number = @number",
                new { workspace.Value, number }
            )
            .FirstOrDefault();

    public static long? Highest(ControlTransaction transaction, WorkspaceId workspace) =>
        transaction.Scalar<long?>(
            "SELECT max(number) FROM config_version WHERE workspace = @Value",
            new { workspace.Value }
        );

    public static void Insert(ControlTransaction transaction, VersionRow row) =>
        transaction.Execute(
            """
            INSERT INTO config_version (workspace, number, at, actor_kind, actor_id, actor_name, source, restores, comment,
                etag, text, sealed, is_masked)
            VALUES (@Workspace, @Number, @At, @ActorKind, @ActorId, @ActorName, @Source, @Restores, @Comment, @Etag, @Text,
                @Sealed, @IsMasked)
            """,
            row
        );

    /// <summary>Lets go of the oldest, as far as there are too many, too long or too old.</summary>
    public static void Prune(ControlTransaction transaction, WorkspaceId workspace) =>
        transaction.Execute(
            """
            DELETE FROM config_version WHERE workspace = @Value AND number IN (
                SELECT number FROM (
                    SELECT number, at, row_number() OVER newest AS place,
                        sum(length(text) + coalesce(length(sealed), 0)) OVER newest AS size
                    FROM config_version WHERE workspace = @Value WINDOW newest AS (ORDER BY number DESC))
                WHERE place > @AlwaysKept AND (place > @Most OR size > @MostText OR at < @oldest))
            """,
            new
            {
                workspace.Value,
                DocumentVersions.AlwaysKept,
                DocumentVersions.Most,
                DocumentVersions.MostText,
                oldest = transaction.Now - (long)DocumentVersions.Longest.TotalMilliseconds,
            }
        );

    /// <summary>Some rows that another key sealed, of those behind a place.</summary>
    public static List<VersionRow> SealedByOthers(
        ControlTransaction transaction,
        byte[] keyId,
        VersionRow? after,
        int most
    ) =>
        transaction.Query<VersionRow>(
            $"""
            SELECT {Whole} FROM config_version
            WHERE sealed IS NOT NULL AND substr(sealed, 2, {MasterKey.IdLength}) <> @keyId
                AND (workspace, number) > (@workspace, @number)
            ORDER BY workspace, number LIMIT @most
            """,
            new
            {
                keyId,
                workspace = after?.Workspace ?? 0,
                number = after?.Number ?? 0,
                most,
            }
        );

    public static void Reseal(ControlTransaction transaction, VersionRow row, byte[] value) =>
        transaction.Execute(
            "UPDATE config_version SET sealed = @value WHERE workspace = @Workspace AND number = @Number",
            new
            {
                row.Workspace,
                row.Number,
                value,
            }
        );
}

/// <summary>A row of <c>config_version</c>; times in milliseconds since 1970 UTC.</summary>
internal sealed record VersionRow
{
    public required long Workspace { get; init; }

    public required long Number { get; init; }

    public required long At { get; init; }

    public required string ActorKind { get; init; }

    public string? ActorId { get; init; }

    public required string ActorName { get; init; }

    public required string Source { get; init; }

    public long? Restores { get; init; }

    public string? Comment { get; init; }

    public required string Etag { get; init; }

    public required string Text { get; init; }

    public byte[]? Sealed { get; init; }

    public required bool IsMasked { get; init; }

    public static VersionRow Of(ControlTransaction transaction, NewDocumentVersion version, long number) =>
        new()
        {
            Workspace = transaction.Actor.Workspace.Value,
            Number = number,
            At = transaction.Now,
            ActorKind = transaction.Actor.Kind.ToString().ToLowerInvariant(),
            ActorId = transaction.Actor.Id,
            ActorName = transaction.Actor.Name,
            Source = version.Source,
            Restores = version.Restores,
            Comment = version.Comment,
            Etag = version.Etag,
            Text = version.Masked,
            IsMasked = version.Masked != version.Text,
        };

    public DocumentVersion ToVersion() =>
        new()
        {
            Workspace = new WorkspaceId((int)Workspace),
            Number = Number,
            At = DateTimeOffset.FromUnixTimeMilliseconds(At),
            ActorKind = ActorKind,
            ActorId = ActorId,
            ActorName = ActorName,
            Source = Source,
            Restores = Restores,
            Comment = Comment,
            Etag = Etag,
            Text = Text,
            IsMasked = IsMasked,
        };
}

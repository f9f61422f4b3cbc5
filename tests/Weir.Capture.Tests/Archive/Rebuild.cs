using System.IO.Compression;
using Microsoft.Data.Sqlite;
using Weir.Capture.Sync;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Capture.Tests.Archive;

/// <summary>Brings batches straight into a capture, and shows all that a data folder knows.</summary>
internal static class Rebuild
{
    public static async Task<SyncProgress> ImportAsync(
        OpenCapture to,
        string path,
        WorkspaceId? workspace = null,
        CancellationToken cancellationToken = default
    )
    {
        var sender = new BatchSender(
            (body, cancel) => SendAsync(to, body, cancel),
            patience: 1,
            told: null,
            TimeProvider.System
        );
        await ArchiveContents.Of(path).SendAsync(sender, workspace, cancellationToken);
        return sender.Progress;
    }

    public static async Task<SyncAnswer> SendAsync(
        OpenCapture to,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    )
    {
        using var packed = new MemoryStream(body.ToArray());
        await using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        await gzip.CopyToAsync(plain, cancellationToken);
        var (batch, fault) = CaptureBatch.Read(plain.ToArray(), TimeProvider.System.GetUtcNow());
        Assert.Null(fault);
        var outcome = await to.Capture.IngestAsync(WorkspaceId.Default, "key's owner", batch!, cancellationToken);
        return outcome.State == IngestState.Stored
            ? new SyncAnswer(true, batch!.Records, outcome.New, batch.Refused)
            : SyncAnswer.NotStored(outcome.Reason!, mayComeAgain: true);
    }

    /// <summary>Every record, session, event and word on a limit, one a line; what was numbered on the way is left out.</summary>
    public static async Task<string> ShowAsync(OpenCapture of, string data, CancellationToken cancellationToken)
    {
        var records = await OpenCapture.RecordsAsync(of.Ledger, cancellationToken);
        var lines = records
            .Select(r => $"{r with { Id = default }} {string.Join(',', r.Tags.Select(t => $"{t.Key}={t.Value}"))}")
            .Order(StringComparer.Ordinal)
            .ToList();
        await using var reader = new SqliteDatabase(Path.Combine(data, "capture.db")).OpenReader();
        foreach (
            var sql in new[]
            {
                "SELECT workspace, name, client, first_at, last_at, parent, version, folder, repository, branch, entrypoint, host, terminal, process FROM session ORDER BY 1, 2",
                "SELECT s.name, e.kind, name_in_session, started_at, ended_at, duration, agent, e.parent, e.name, tokens, succeeded FROM event e JOIN session s ON s.id = e.session ORDER BY 1, 2, 3",
                "SELECT workspace, at, client, session, kind, text, window, used_percent, resets_at, scope, plan, account FROM limit_word ORDER BY 2, 4, 5, 6, 10",
            }
        )
        {
            await using var command = reader.CreateCommand();
            command.CommandText = sql;
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                lines.Add(Row(rows));
            }
        }

        return string.Join('\n', lines);
    }

    private static string Row(SqliteDataReader row)
    {
        var values = new object[row.FieldCount];
        row.GetValues(values);
        return string.Join('|', values);
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Identity;

namespace Weir.Server.Configuration.Life;

/// <summary>
/// Keeps every document that comes into force as a version, notes it in the audit trail and tells the activity feed, in the order in which
/// they came: the API knows who it was, of a file it is said that it was a file. What changed while no server ran is noted at the start.
/// Thread-safe.
/// </summary>
internal sealed partial class ConfigTrail : IAsyncDisposable
{
    private const string Target = "config";
    private const int LongestText = 64 * 1024;

    private readonly DocumentVersions versions;
    private readonly AuditTrail trail;
    private readonly ActivityFeed activity;
    private readonly ILogger log;
    private readonly Channel<Taken> taken = Channel.CreateUnbounded<Taken>(
        new UnboundedChannelOptions { SingleReader = true }
    );

    private readonly Task writing;

    public ConfigTrail(DocumentVersions versions, AuditTrail trail, ActivityFeed activity, ILogger<ConfigTrail> log)
    {
        (this.versions, this.trail, this.activity, this.log) = (versions, trail, activity, log);
        writing = Task.Run(WriteAsync, CancellationToken.None);
    }

    /// <summary>Begins to note what comes into force. To be called once, when the documents are.</summary>
    public void Follow(Documents documents)
    {
        documents.Taken = (workspace, before, now, author) =>
            taken.Writer.TryWrite(new Taken(workspace, before, now, author));
        documents.Refused = Refused;
    }

    /// <summary>Notes what is in force now, where the newest version is something else.</summary>
    public void Compare(WorkspaceId workspace, ConfigStore store)
    {
        var now = store.Current;
        if (now.Text is not null && versions.Newest(workspace)?.Etag != now.ETag)
        {
            taken.Writer.TryWrite(new Taken(workspace, null, now, null));
        }

        if (!now.PendingFaults.IsEmpty)
        {
            Refused(workspace, now.PendingFaults.Length, null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        taken.Writer.TryComplete();
        await writing;
    }

    private async Task WriteAsync()
    {
        await foreach (var change in taken.Reader.ReadAllAsync())
        {
            try
            {
                var number = await NoteAsync(change);
                TellActivity(change, number);
                change.Author?.Tell(number);
            }
            catch (Exception failure)
                when (change.Author is not null
                    || failure is SqliteException or IOException or UnauthorizedAccessException
                )
            {
                LogFailed(failure);
                change.Author?.Fail(failure);
            }
        }
    }

    private void TellActivity(Taken change, long? number)
    {
        // The same text once more is no change.
        if (number is not null || change.Now.Text is null)
        {
            ActivityDetails details = change.Author is { Restores: { } earlier }
                ? new ConfigRolledBackDetails(number, earlier)
                : new ConfigAppliedDetails(
                    number,
                    change.Author is not null ? "api"
                        : change.Before is null ? "start"
                        : "file"
                );
            activity.Publish(change.Workspace, By(change.Author), details);
        }
    }

    private void Refused(WorkspaceId workspace, int faults, ConfigAuthor? author) =>
        activity.Publish(workspace, By(author), new ConfigRefusedDetails(faults, author is null ? "file" : "api"));

    private static ActivitySubject By(ConfigAuthor? author) =>
        author is null ? ActivitySubject.None : new ActivitySubject { Actor = author.Actor.Name };

    private async Task<long?> NoteAsync(Taken change)
    {
        var actor = change.Author?.Actor ?? Actor.System(change.Workspace) with { Name = "file" };
        var before = change.Before is { } was ? Described(was, null, null) : null;
        if (change.Now.Text is not { } text)
        {
            await trail.NoteAsync(
                actor,
                DocumentVersions.Action,
                Target,
                before,
                Described(change.Now, null, null),
                CancellationToken.None
            );
            return null;
        }

        var version = new NewDocumentVersion(
            change.Author is null ? (change.Before is null ? "start" : "file")
                : change.Author.Restores is null ? "api"
                : "rollback",
            change.Author?.Comment,
            change.Author?.Restores,
            change.Now.ETag,
            text,
            ConfigEdit.Masked(text)
        );
        return await versions.AddAsync(
            actor,
            version,
            change.Before?.ETag,
            before,
            number => Described(change.Now, number, version),
            CancellationToken.None
        );
    }

    // Secrets that stand in a text are masked in it; a text that is longer is known by its name alone.
    private static string Described(ConfigSnapshot snapshot, long? number, NewDocumentVersion? version)
    {
        using var buffer = new MemoryStream();
        using (
            var json = new Utf8JsonWriter(
                buffer,
                new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        )
        {
            json.WriteStartObject();
            json.WriteString("etag", snapshot.ETag);
            if (number is { } own)
            {
                json.WriteNumber("version", own);
            }

            if (version?.Restores is { } earlier)
            {
                json.WriteNumber("restores", earlier);
            }

            if (version?.Comment is { } comment)
            {
                json.WriteString("comment", comment);
            }

            var masked = version?.Masked ?? (snapshot.Text is { } text ? ConfigEdit.Masked(text) : null);
            if (masked is { Length: <= LongestText })
            {
                json.WriteString("text", masked);
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    [LoggerMessage(LogLevel.Error, "A change of the configuration could not be noted in the audit trail")]
    private partial void LogFailed(Exception failure);

    /// <summary>A document that came into force.</summary>
    /// <param name="Workspace">Whose.</param>
    /// <param name="Before">What was; null when that is not known, at a start.</param>
    /// <param name="Now">What is.</param>
    /// <param name="Author">Who replaced it; null for a file.</param>
    private sealed record Taken(
        WorkspaceId Workspace,
        ConfigSnapshot? Before,
        ConfigSnapshot Now,
        ConfigAuthor? Author
    );
}

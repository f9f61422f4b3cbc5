using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.Server.Configuration;

/// <summary>
/// Notes in the audit trail what documents come into force, whoever changed them: the API knows who it was, of a file it is said that it
/// was a file. What changed while no server ran is noted at the start. Thread-safe.
/// </summary>
internal sealed partial class ConfigTrail(AuditTrail trail, ILogger<ConfigTrail> log) : IAsyncDisposable
{
    /// <summary>The action's name.</summary>
    public const string Action = "config.change";

    private const string Target = "config";
    private const int LongestText = 64 * 1024;

    private readonly Channel<(WorkspaceId Workspace, ConfigSnapshot? Before, ConfigSnapshot Now)> taken =
        Channel.CreateUnbounded<(WorkspaceId, ConfigSnapshot?, ConfigSnapshot)>(
            new UnboundedChannelOptions { SingleReader = true }
        );

    private Task writing = Task.CompletedTask;

    /// <summary>Begins to note what files bring. To be called once, when the documents are in force.</summary>
    public void Follow(Documents documents)
    {
        documents.TakenFromFile = (workspace, before, now) => taken.Writer.TryWrite((workspace, before, now));
        writing = Task.Run(WriteAsync, CancellationToken.None);
    }

    /// <summary>Notes what is in force now, where the trail says that it was something else.</summary>
    public void Compare(WorkspaceId workspace, ConfigStore store)
    {
        var now = store.Current;
        var last = trail.List(workspace, new AuditQuestion { Action = Action, Limit = 1 });
        if (now.Text is not null && (last.IsEmpty || EtagIn(last[0].After) != now.ETag))
        {
            taken.Writer.TryWrite((workspace, null, now));
        }
    }

    /// <summary>Notes what a caller of the API changed.</summary>
    public Task NoteAsync(Actor actor, ConfigSnapshot before, ConfigSnapshot now) =>
        trail.NoteAsync(actor, Action, Target, Describe(before), Describe(now), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        taken.Writer.TryComplete();
        await writing;
    }

    private async Task WriteAsync()
    {
        await foreach (var (workspace, before, now) in taken.Reader.ReadAllAsync())
        {
            try
            {
                await trail.NoteAsync(
                    Actor.System(workspace) with
                    {
                        Name = "file",
                    },
                    Action,
                    Target,
                    before is null ? null : Describe(before),
                    Describe(now),
                    CancellationToken.None
                );
            }
            catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
            {
                LogFailed(failure);
            }
        }
    }

    // Secrets that stand in a text are masked in it; a text that is longer is known by its name alone.
    private static string Describe(ConfigSnapshot snapshot)
    {
        var masked = snapshot.Text is { } text ? ConfigEdit.Masked(text) : null;
        var shown = masked is { Length: <= LongestText }
            ? $",\"text\":\"{JsonEncodedText.Encode(masked, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""
            : "";
        return $"{{\"etag\":\"{snapshot.ETag}\"{shown}}}";
    }

    private static string? EtagIn(string? json)
    {
        try
        {
            using var read = JsonDocument.Parse(json ?? "{}");
            return read.RootElement.TryGetProperty("etag", out var etag) ? etag.GetString() : null;
        }
        catch (JsonException)
        {
            // Somebody edited the row: verifying the trail tells of it.
            return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "A change of the configuration could not be noted in the audit trail")]
    private partial void LogFailed(Exception failure);
}

using System.Globalization;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Identity;

namespace Weir.Server.Configuration.Life;

/// <summary>
/// Takes the last change of a document back when requests fail since, where the server's document asks for it
/// (<c>server.rollback: auto</c>). Only a text that a version holds comes back, and never one that was itself brought back: two texts
/// that both do harm must not take turns. Thread-safe.
/// </summary>
internal sealed partial class HarmKeeper(DocumentVersions versions, ILogger<HarmKeeper> log)
{
    /// <summary>How many versions back the text before is looked for.</summary>
    private const int MostVersions = 50;

    private Change? last;

    /// <summary>Begins to watch. To be called once, when the documents are in force.</summary>
    public void Follow(Documents documents, ModelGateway gateway)
    {
        documents.Taken += (workspace, before, now, author) =>
            Volatile.Write(ref last, author?.Restores is null ? new Change(workspace, before, now) : null);
        gateway.HarmTold = harm =>
        {
            // Whoever tells it ends a request, and does not wait for what comes of it.
            if (documents.Server.Current.Config.Server.RollsBack)
            {
                _ = Task.Run(() => RollBack(documents, harm));
            }
        };
    }

    private void RollBack(Documents documents, ChangeHarm harm)
    {
        try
        {
            if (Interlocked.Exchange(ref last, null) is not { Before.Text: { } text } change)
            {
                return;
            }

            var version = versions
                .List(change.Workspace, before: null, MostVersions)
                .FirstOrDefault(kept => kept.Etag == change.Before.ETag);
            if (version is null || documents.Of(change.Workspace) is not { } store)
            {
                LogKept(change.Workspace, "the text before it is no version that is kept");
                return;
            }

            var why = string.Create(
                CultureInfo.InvariantCulture,
                $"taken back by Weir: {harm.After:P0} of the requests were served since, {harm.Before:P0} before"
            );
            var author = new ConfigAuthor(Actor.System(change.Workspace), why, version.Number);
            var outcome = documents.Replace(store, text, change.Now.ETag, author).Outcome;
            if (outcome == ConfigReplacementOutcome.Done)
            {
                LogTakenBack(change.Workspace, version.Number);
            }
            else
            {
                LogKept(change.Workspace, $"{outcome}");
            }
        }
        catch (Exception failure)
        {
            LogKept(WorkspaceId.Default, failure.GetType().Name);
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Workspace {Workspace}: the last change of its configuration is taken back, version {Version} is in force"
    )]
    private partial void LogTakenBack(WorkspaceId workspace, long version);

    [LoggerMessage(
        LogLevel.Warning,
        "Workspace {Workspace}: the last change of its configuration did harm and cannot be taken back: {Reason}"
    )]
    private partial void LogKept(WorkspaceId workspace, string reason);

    private sealed record Change(WorkspaceId Workspace, ConfigSnapshot Before, ConfigSnapshot Now);
}

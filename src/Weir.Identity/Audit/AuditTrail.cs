using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Weir.Foundation;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>The audit trails of workspaces: append-only, hash-chained, their ends signed. Thread-safe.</summary>
public sealed class AuditTrail
{
    private readonly ControlDb database;

    internal AuditTrail(ControlDb database) => this.database = database;

    /// <summary>The public key that the ends are signed with, as PEM.</summary>
    public string PublicKey => database.Heads.PublicKey;

    /// <summary>The newest entries of a workspace first.</summary>
    public ImmutableArray<AuditEntry> List(WorkspaceId workspace, AuditQuestion question)
    {
        using var reader = database.File.OpenReader();
        return AuditTable.Newest(reader, workspace, question);
    }

    /// <summary>Notes something that is no change of what Identity keeps: a sensitive read, a change of a file.</summary>
    /// <param name="actor">Who.</param>
    /// <param name="action">What was done, as <c>content.view</c>.</param>
    /// <param name="target">To what, as <c>session:…</c>.</param>
    /// <param name="before">What it was like: a JSON object with secrets masked, or null.</param>
    /// <param name="after">What it is like.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task NoteAsync(
        Actor actor,
        string action,
        string target,
        string? before,
        string? after,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                transaction.Audit(action, target, before, after);
                transaction.LeavesSnapshot = true;
                return true;
            },
            cancellationToken
        );

    /// <summary>Looks at every entry of a workspace's trail and at its signed end.</summary>
    public async Task<AuditVerdict> VerifyAsync(WorkspaceId workspace, CancellationToken cancellationToken)
    {
        var (end, signed, floor) = await database.EndAsync(workspace, cancellationToken);
        if (floor is { IsSigned: false })
        {
            return new AuditVerdict(0, ["the beginning of the trail was not signed by this server's key"]);
        }

        await using var reader = database.File.OpenReader();
        return AuditVerifier.Verify(
            AuditTable.From(reader, workspace, 1).TakeWhile(entry => entry.Seq <= end.Seq),
            floor?.End ?? AuditEnd.Zero,
            signed
        );
    }

    /// <summary>The lines of a file that <see cref="AuditFile"/> can verify: a trail as it is now, its end signed.</summary>
    public async IAsyncEnumerable<string> ExportAsync(
        WorkspaceId workspace,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (end, signed, floor) = await database.EndAsync(workspace, cancellationToken);
        var name = database.Snapshot.Workspace(workspace)?.Name ?? "";
        yield return AuditFile.Head(workspace, name, floor?.End ?? AuditEnd.Zero, floor?.Signature);
        await using var reader = database.File.OpenReader();
        foreach (var entry in AuditTable.From(reader, workspace, 1).TakeWhile(entry => entry.Seq <= end.Seq))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return AuditFile.Line(entry);
        }

        // What was signed when it was written, not what stands there now: an export must not vouch for what was tampered with.
        var last = AuditHeads.Vouch(signed, end) ? end : signed?.MaxBy(one => one.Seq);
        yield return AuditFile.End(last ?? end, last is null ? [] : database.Heads.Sign(workspace, last), PublicKey);
    }

    /// <summary>
    /// Lets go of the entries of all workspaces from before a time. What is left still verifies: the trail then begins with a
    /// signed floor, and says itself that it was shortened.
    /// </summary>
    /// <returns>How many entries are gone.</returns>
    public Task<long> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            Actor.System(WorkspaceId.Default),
            transaction =>
            {
                transaction.LeavesSnapshot = true;
                var gone = 0L;
                foreach (var workspace in WorkspaceTable.Ids(transaction).ToList())
                {
                    gone += AuditTable.Prune(transaction, database.Heads, workspace, before);
                }

                return gone;
            },
            cancellationToken
        );
}

using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Identity.Storage;
using Weir.Identity.Versions;

namespace Weir.Identity;

/// <summary>
/// Every accepted text of every workspace's configuration document, numbered. What is shown of one is masked; the text as it was is
/// sealed beside it where the two differ. Thread-safe.
/// </summary>
public sealed class DocumentVersions
{
    /// <summary>The name of the audit trail's entry for each.</summary>
    public const string Action = "config.change";

    /// <summary>How many versions a document has at most.</summary>
    public const int Most = 500;

    /// <summary>How many are kept however old and long they are.</summary>
    public const int AlwaysKept = 10;

    /// <summary>How many characters all versions of a document have together at most, those that are always kept aside.</summary>
    public const long MostText = 16 * 1024 * 1024;

    /// <summary>How long a version is kept at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(800);

    private const string Target = "config";

    private readonly ControlDb database;
    private readonly SecretStore secrets;

    internal DocumentVersions(ControlDb database, SecretStore secrets)
    {
        this.database = database;
        this.secrets = secrets;
    }

    /// <summary>The newest of a workspace first, their texts left out.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="before">Only those of a smaller number; null for all.</param>
    /// <param name="most">At most so many.</param>
    public ImmutableArray<DocumentVersion> List(WorkspaceId workspace, long? before, int most)
    {
        using var transaction = ControlTransaction.Look(database);
        return [.. VersionTable.List(transaction, workspace, before, most).Select(row => row.ToVersion())];
    }

    /// <summary>One version with its text; null when there is none of that number (any more).</summary>
    public DocumentVersion? Find(WorkspaceId workspace, long number)
    {
        using var transaction = ControlTransaction.Look(database);
        return VersionTable.Find(transaction, workspace, number)?.ToVersion();
    }

    /// <summary>The newest of a workspace without its text; null when there is none.</summary>
    public DocumentVersion? Newest(WorkspaceId workspace) => List(workspace, before: null, most: 1).FirstOrDefault();

    /// <summary>The newest version before a number; null when there is none.</summary>
    public long? Before(WorkspaceId workspace, long number) =>
        List(workspace, number, most: 1) is [var earlier] ? earlier.Number : null;

    /// <summary>A version's text as it was accepted, keys and all; null when it does not open.</summary>
    public async Task<string?> OpenAsync(DocumentVersion version, CancellationToken cancellationToken)
    {
        if (!version.IsMasked)
        {
            return version.Text;
        }

        var keys = await secrets.KeysAsync(cancellationToken);
        using var transaction = ControlTransaction.Look(database);
        return keys is not null && VersionTable.Find(transaction, version.Workspace, version.Number) is { } row
            ? SealedTexts.Open(keys, row)
            : null;
    }

    /// <summary>
    /// Adds a version, the audit trail's entry with it. One whose text is that of <paramref name="same"/> is noted in the trail alone.
    /// Lets go of what is too much or too old.
    /// </summary>
    /// <param name="actor">Its author.</param>
    /// <param name="version">The text.</param>
    /// <param name="same">The ETag of what was in force before; null for nothing.</param>
    /// <param name="before">What was before, for the trail; null for nothing.</param>
    /// <param name="after">What is now, for the trail.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its number; null when it was noted in the trail alone.</returns>
    public async Task<long?> AddAsync(
        Actor actor,
        NewDocumentVersion version,
        string? same,
        string? before,
        Func<long?, string> after,
        CancellationToken cancellationToken
    )
    {
        if (version.Masked == version.Text || version.Etag == same)
        {
            return await AddAsync(actor, version, same, before, after, seal: null, cancellationToken);
        }

        // What cannot be sealed is a version all the same: its keys must be given again.
        var made = await secrets.SealingAsync<object>(
            async keys =>
                (
                    await AddAsync(
                        actor,
                        version,
                        same,
                        before,
                        after,
                        row => SealedTexts.Seal(keys, row, version.Text),
                        cancellationToken
                    )
                )!,
            cancellationToken
        );
        return (long?)made ?? await AddAsync(actor, version, same, before, after, seal: null, cancellationToken);
    }

    private Task<long?> AddAsync(
        Actor actor,
        NewDocumentVersion version,
        string? same,
        string? before,
        Func<long?, string> after,
        Func<VersionRow, byte[]>? seal,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                transaction.LeavesSnapshot = true;
                long? number = null;
                if (version.Etag != same)
                {
                    var row = VersionRow.Of(
                        transaction,
                        version,
                        (VersionTable.Highest(transaction, actor.Workspace) ?? 0) + 1
                    );
                    VersionTable.Insert(transaction, row with { Sealed = seal?.Invoke(row) });
                    VersionTable.Prune(transaction, actor.Workspace);
                    number = row.Number;
                }

                transaction.Audit(Action, Target, before, after(number));
                return number;
            },
            cancellationToken
        );
}

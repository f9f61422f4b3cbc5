using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Weir.Foundation;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>
/// The API keys of a data folder. Verification reads an in-memory snapshot and never waits; changes are stored first and
/// then swapped in. Thread-safe. A key's text is shown once, when made; only its hash is kept.
/// </summary>
public sealed class KeyRing
{
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(366);

    /// <summary>How many living keys a workspace may have.</summary>
    internal const int MostKeys = 10_000;

    /// <summary>How many living keys one person or service account may have.</summary>
    internal const int MostOwnKeys = 100;

    private readonly ControlDb database;
    private readonly string dataFolder;

    internal KeyRing(ControlDb database, string dataFolder)
    {
        this.database = database;
        this.dataFolder = dataFolder;
    }

    /// <summary>True for text that claims to be a Weir key (starts with <c>wk_</c>), valid or not.</summary>
    public static bool LooksLikeKey(ReadOnlySpan<char> text) =>
        text.StartsWith(KeyText.Prefix, StringComparison.Ordinal);

    /// <summary>
    /// The principal behind a key; false for one that is unknown, revoked, expired or malformed, or whose workspace or owner is
    /// not active. Allocates nothing; a key of the right shape costs one SHA-256 whether it is known or not.
    /// </summary>
    public bool TryVerify(ReadOnlySpan<char> text, [NotNullWhen(true)] out Principal? principal)
    {
        principal = null;
        Span<byte> hash = stackalloc byte[KeyText.HashLength];
        return KeyText.TryHash(text, hash) && database.Snapshot.TryVerify(hash, database.Now, out principal);
    }

    /// <summary>
    /// When the ring never had an admin's key: makes <c>admin</c> (<c>first-admin</c> where that name is taken) with every
    /// scope in the default workspace, keeps its text in <c>admin.key</c> in the data folder (mode 0600) and returns it, to
    /// be shown once. Null when there was one.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written; no key was made.</exception>
    public Task<string?> EnsureFirstKeyAsync(CancellationToken cancellationToken) =>
        database.ChangeAsync(
            Actor.System(WorkspaceId.Default),
            transaction =>
            {
                if (KeyTable.HadAdmin(transaction))
                {
                    return null;
                }

                var isTaken = KeyTable.Unrevoked(transaction, WorkspaceId.Default).Any(k => k.Name == "admin");
                var first = new NewApiKey
                {
                    Name = isTaken ? "first-admin" : "admin",
                    Scopes = [KeyScopes.Gateway, KeyScopes.Read, KeyScopes.Admin, KeyScopes.Ingest],
                };
                var text = KeyText.New();
                // The file comes first: a text that stands nowhere would lock everybody out, one that opens nothing is replaced.
                AdminKeyFile.Write(dataFolder, text);
                var row = KeyTable.Insert(transaction, WorkspaceId.Default, first, text);
                transaction.Audit("key.create", $"key:{row.Id}", after: KeyTable.Describe(row));
                return text;
            },
            cancellationToken
        );

    /// <summary>
    /// Makes a key in the actor's workspace; its text is in the result and nowhere else. Fails when the name is taken, a field is
    /// unfit, or the key could do what the actor may not hand out. Who may make keys of his own alone owns what he makes.
    /// </summary>
    public Task<KeyChange> CreateAsync(Actor actor, NewApiKey request, CancellationToken cancellationToken) =>
        ChangeAsync(
            actor,
            transaction =>
            {
                if (NewKeyRules.Fault(request, database.Clock.GetUtcNow()) is { } fault)
                {
                    return KeyChange.Failed(ChangeOutcome.Invalid, fault);
                }

                if (database.Snapshot.Workspace(actor.Workspace) is not { State: WorkspaceState.Active })
                {
                    return KeyChange.Failed(ChangeOutcome.Invalid, "workspace: there is none of that number");
                }

                if (Owned(actor, request) is not { } owned)
                {
                    return KeyChange.Failed(ChangeOutcome.Invalid, "owner: nobody of that name or id is active");
                }

                if (!actor.MayGive(KeyScopes.Of(owned.Scopes)))
                {
                    return KeyChange.Failed(
                        ChangeOutcome.Refused,
                        "scopes: a key cannot be given what its maker may not do"
                    );
                }

                var living = KeyTable
                    .Unrevoked(transaction, actor.Workspace)
                    .Where(k => k.IsLiving(transaction.Now))
                    .ToList();
                if (living.Count >= MostKeys)
                {
                    return KeyChange.Failed(
                        ChangeOutcome.Refused,
                        $"a workspace has at most {MostKeys} living keys: revoke some, or let them expire"
                    );
                }

                if (owned.Owner is not null && living.Count(k => k.Owner == owned.Owner) >= MostOwnKeys)
                {
                    return KeyChange.Failed(
                        ChangeOutcome.Refused,
                        $"one person has at most {MostOwnKeys} living keys: revoke some, or let them expire"
                    );
                }

                if (living.Exists(k => k.Name == owned.Name))
                {
                    return KeyChange.Failed(
                        ChangeOutcome.Taken,
                        $"name: a living key is called '{owned.Name}': choose another name, or rotate or revoke that key"
                    );
                }

                var (row, text) = KeyTable.Make(transaction, actor.Workspace, owned);
                transaction.Audit("key.create", $"key:{row.Id}", after: KeyTable.Describe(row));
                return new KeyChange(ChangeOutcome.Done, row.ToKey(), text, null);
            },
            cancellationToken
        );

    /// <summary>The workspace's keys, by name; expired ones always, revoked ones only when asked for.</summary>
    public Task<ImmutableArray<ApiKey>> ListAsync(
        WorkspaceId workspace,
        bool includeRevoked,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var uses = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in database.Snapshot.Keys.Values)
        {
            uses[entry.Principal.KeyId!] = entry.Use.Last;
        }

        return Task.FromResult<ImmutableArray<ApiKey>>([
            .. KeyTable
                .Read(database.File, workspace, includeRevoked)
                .Select(k =>
                    (uses.GetValueOrDefault(k.Id) is > 0 and var last ? k with { LastUsedAt = last } : k).ToKey()
                ),
        ]);
    }

    /// <summary>
    /// Gives a living key a new text; the old one goes on for <paramref name="overlap"/> (zero: ends now; at most 366
    /// days). Older texts that an earlier rotation let go on end no later than that either, so that zero ends them all.
    /// Where <c>admin.key</c> holds a text of this key, it gets the new one.
    /// </summary>
    public Task<KeyChange> RotateAsync(
        Actor actor,
        string idOrName,
        TimeSpan overlap,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            actor,
            transaction =>
            {
                if (overlap < TimeSpan.Zero || overlap > LongestOverlap)
                {
                    return KeyChange.Failed(ChangeOutcome.Invalid, "overlap: from zero to 366 days");
                }

                if (Find(transaction, idOrName) is not { } key)
                {
                    return NotFound;
                }

                if (!key.IsLiving(transaction.Now))
                {
                    return KeyChange.Failed(ChangeOutcome.Invalid, "the key has expired: make a new one");
                }

                if (!actor.MayGive(KeyScopes.Of(NameList.Read(key.Scopes))))
                {
                    return KeyChange.Failed(
                        ChangeOutcome.Refused,
                        "the key may do more than you: its new text is not for you to see"
                    );
                }

                var text = KeyText.New();
                var rotated = key with { Prefix = KeyText.Shown(text), RotatedAt = transaction.Now };
                KeyTable.EndTexts(transaction, key, transaction.Now + (long)overlap.TotalMilliseconds);
                KeyTable.InsertText(transaction, key, text);
                KeyTable.Update(transaction, rotated);
                transaction.Audit(
                    "key.rotate",
                    $"key:{key.Id}",
                    AuditValue.Of(("prefix", key.Prefix)),
                    AuditValue.Of(("prefix", rotated.Prefix), ("overlapSeconds", (long)overlap.TotalSeconds))
                );
                return new KeyChange(ChangeOutcome.Done, rotated.ToKey(), text, null);
            },
            cancellationToken
        );

    /// <summary>
    /// Ends a key and all its texts, now. Fails when the workspace has none of that id or name, or when nobody would be left who
    /// may everything there for good: no other key with the scope admin that never expires, and no active admin.
    /// </summary>
    public Task<KeyChange> RevokeAsync(Actor actor, string idOrName, CancellationToken cancellationToken) =>
        ChangeAsync(
            actor,
            transaction =>
            {
                if (Find(transaction, idOrName) is not { } key)
                {
                    return NotFound;
                }

                if (
                    key.IsAdmin
                    && key.IsLiving(transaction.Now)
                    && !Administrators.WouldRemain(transaction, database.Snapshot, actor.Workspace, withoutKey: key.Id)
                )
                {
                    return KeyChange.Failed(
                        ChangeOutcome.Refused,
                        "no other key with the scope admin would be left that never expires, and no admin: make one first, or rotate this one"
                    );
                }

                var revoked = key with { RevokedAt = transaction.Now };
                KeyTable.EndTexts(transaction, key, transaction.Now);
                KeyTable.Update(transaction, revoked);
                transaction.Audit("key.revoke", $"key:{key.Id}", KeyTable.Describe(key), KeyTable.Describe(revoked));
                return new KeyChange(ChangeOutcome.Done, revoked.ToKey(), null, null);
            },
            cancellationToken
        );

    /// <summary>Stores when keys were last used, as far as that is news.</summary>
    public Task StoreUsesAsync(CancellationToken cancellationToken)
    {
        var news = database
            .Snapshot.Keys.Values.Select(entry => (Id: entry.Principal.KeyId!, entry.Use))
            .Where(pair => pair.Use.Last > pair.Use.Stored)
            .DistinctBy(pair => pair.Id)
            .ToList();
        return news.Count == 0
            ? Task.CompletedTask
            : database.StoreAsync(
                transaction =>
                {
                    foreach (var (id, use) in news)
                    {
                        var last = use.Last;
                        transaction.Execute(
                            "UPDATE api_key SET last_used_at = max(coalesce(last_used_at, 0), @last) WHERE id = @id",
                            new { id, last }
                        );
                        use.Stored = last;
                    }
                },
                cancellationToken
            );
    }

    private static KeyChange NotFound { get; } =
        KeyChange.Failed(ChangeOutcome.NotFound, "no key of that id or name that was not revoked");

    private async Task<KeyChange> ChangeAsync(
        Actor actor,
        Func<ControlTransaction, KeyChange> change,
        CancellationToken cancellationToken
    )
    {
        string? ownsFile = null;
        var result = await database.ChangeAsync(
            actor,
            transaction =>
            {
                ownsFile = AdminKeyOwner();
                return change(transaction);
            },
            cancellationToken
        );
        return result.Outcome == ChangeOutcome.Done && ownsFile is not null && ownsFile == result.Key?.Id
            ? ReplaceAdminKey(result)
            : result;
    }

    private string? AdminKeyOwner() =>
        AdminKeyFile.TryRead(dataFolder) is { } text && TryVerify(text, out var principal) ? principal.KeyId : null;

    private KeyChange ReplaceAdminKey(KeyChange change)
    {
        try
        {
            if (change.Text is { } text)
            {
                AdminKeyFile.Write(dataFolder, text);
            }
            else if (change.Key!.RevokedAt is not null)
            {
                AdminKeyFile.Delete(dataFolder);
            }

            return change;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The change is stored: to throw now would lose the only copy of the new text.
            return change with { Reason = $"admin.key could not be replaced: {e.Message}" };
        }
    }

    /// <summary>The key with its owner's id; null when he is not there.</summary>
    private NewApiKey? Owned(Actor actor, NewApiKey request)
    {
        var managesAll = actor.Permissions.Has(Permission.KeysManage);
        var named =
            request.Owner
            ?? (
                managesAll ? null
                : actor.Kind == ActorKind.User ? actor.Id
                : ""
            );
        if (named is null)
        {
            return request;
        }

        var owner = database.Snapshot.Members.Values.FirstOrDefault(member =>
            member.Workspace == actor.Workspace && member.IsActive && (member.Id == named || member.Name == named)
        );
        return owner is not null && (managesAll || owner.Id == actor.Id) ? request with { Owner = owner.Id } : null;
    }

    /// <summary>
    /// By id, else the living one of that name, else the newest expired one of it; one's own alone for who may no more.
    /// </summary>
    private static KeyRow? Find(ControlTransaction transaction, string idOrName)
    {
        var actor = transaction.Actor;
        var keys = KeyTable
            .Unrevoked(transaction, actor.Workspace)
            .FindAll(k => actor.Permissions.Has(Permission.KeysManage) || (k.Owner is not null && k.Owner == actor.Id));
        return keys.Find(k => k.Id == idOrName)
            ?? keys.Find(k => k.Name == idOrName && k.IsLiving(transaction.Now))
            ?? keys.FindLast(k => k.Name == idOrName);
    }
}

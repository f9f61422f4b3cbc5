using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>
/// The API keys of a data folder (<c>control.db</c>). Verification reads an in-memory snapshot and never waits; changes
/// are stored first and then swapped in. Thread-safe. A key's text is shown once, when made; only its hash is kept.
/// The folder has one owner at a time: a change that another process stores is not seen until the ring is opened again.
/// </summary>
public sealed class KeyRing : IDisposable
{
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(366);

    private readonly SqliteDatabase database;
    private readonly string dataFolder;
    private readonly TimeProvider clock;
    private readonly SemaphoreSlim changing = new(1, 1);
    private volatile KeySnapshot snapshot;

    private KeyRing(SqliteDatabase database, string dataFolder, TimeProvider clock)
    {
        this.database = database;
        this.dataFolder = dataFolder;
        this.clock = clock;
        using var table = KeyTable.Begin(database);
        snapshot = KeySnapshot.Of(table.LivingTexts(Now()));
    }

    /// <summary>
    /// Migrates and opens <c>control.db</c> in the data folder; both are made when absent. A file that a newer version
    /// wrote, that is no database or that cannot be reached is a refusal, not an exception.
    /// </summary>
    public static KeyRingOpenResult Open(string dataFolder, TimeProvider clock)
    {
        try
        {
            Directory.CreateDirectory(dataFolder);
            var file = new SqliteDatabase(Path.Combine(dataFolder, "control.db"));
            var steps = Migration.Embedded(typeof(KeyRing).Assembly, "Weir.Identity.Migrations.");
            var migrated = SqliteMigrator.Migrate(file, steps, clock);
            return migrated.IsUsable
                ? new KeyRingOpenResult(new KeyRing(file, dataFolder, clock), null)
                : new KeyRingOpenResult(null, $"{file.Path}: {migrated.Reason}");
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            return new KeyRingOpenResult(null, $"{Path.Combine(dataFolder, "control.db")}: {e.Message}");
        }
    }

    /// <summary>True for text that claims to be a Weir key (starts with <c>wk_</c>), valid or not.</summary>
    public static bool LooksLikeKey(ReadOnlySpan<char> text) =>
        text.StartsWith(KeyText.Prefix, StringComparison.Ordinal);

    /// <summary>
    /// The principal behind a key; false for one that is unknown, revoked, expired or malformed. Allocates nothing;
    /// a key of the right shape costs one SHA-256 whether it is known or not.
    /// </summary>
    public bool TryVerify(ReadOnlySpan<char> text, [NotNullWhen(true)] out Principal? principal)
    {
        principal = null;
        Span<byte> hash = stackalloc byte[KeyText.HashLength];
        return KeyText.TryHash(text, hash) && snapshot.TryVerify(hash, Now(), out principal);
    }

    /// <summary>
    /// When the ring never had an admin's key: makes <c>admin</c> (<c>first-admin</c> where that name is taken) with every
    /// scope in the default workspace, keeps its text in <c>admin.key</c> in the data folder (mode 0600) and returns it, to
    /// be shown once. Null when there was one.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written; no key was made.</exception>
    public async Task<string?> EnsureFirstKeyAsync(CancellationToken cancellationToken)
    {
        var first = new NewApiKey
        {
            Name = "admin",
            Scopes = KeyScopes.Gateway | KeyScopes.Read | KeyScopes.Admin | KeyScopes.Ingest,
        };
        await changing.WaitAsync(cancellationToken);
        try
        {
            using var table = KeyTable.Begin(database);
            if (table.HadAdmin())
            {
                return null;
            }

            if (table.Unrevoked(WorkspaceId.Default).Any(k => k.Name == first.Name))
            {
                first = first with { Name = "first-admin" };
            }

            var text = KeyText.New();
            // The file comes first: a text that stands nowhere would lock everybody out, one that opens nothing is replaced.
            AdminKeyFile.Write(dataFolder, text);
            Insert(table, WorkspaceId.Default, first, text);
            Store(table);
            return text;
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Makes a key; its text is in the result and nowhere else. Fails when the name is taken or a field is unfit.</summary>
    public Task<KeyChange> CreateAsync(WorkspaceId workspace, NewApiKey request, CancellationToken cancellationToken) =>
        ChangeAsync(
            table =>
            {
                if (NewKeyRules.Fault(request, clock.GetUtcNow()) is { } fault)
                {
                    return KeyChange.Failed(KeyOutcome.Invalid, fault);
                }

                if (!table.HasWorkspace(workspace))
                {
                    return KeyChange.Failed(KeyOutcome.Invalid, "workspace: there is none of that number");
                }

                if (table.Unrevoked(workspace).Any(k => k.Name == request.Name && k.IsLiving(Now())))
                {
                    return KeyChange.Failed(
                        KeyOutcome.NameTaken,
                        $"name: a living key is called '{request.Name}': choose another name, or rotate or revoke that key"
                    );
                }

                var text = KeyText.New();
                return new KeyChange(KeyOutcome.Done, Insert(table, workspace, request, text), text, null);
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
        return Task.FromResult<ImmutableArray<ApiKey>>([
            .. KeyTable.Read(database, workspace, includeRevoked).Select(k => k.ToKey()),
        ]);
    }

    /// <summary>What a workspace is called; null when there is none of that number.</summary>
    public string? WorkspaceName(WorkspaceId workspace) => KeyTable.WorkspaceName(database, workspace);

    /// <summary>
    /// Gives a living key a new text; the old one goes on for <paramref name="overlap"/> (zero: ends now; at most 366
    /// days). Older texts that an earlier rotation let go on end no later than that either, so that zero ends them all.
    /// Where <c>admin.key</c> holds a text of this key, it gets the new one.
    /// </summary>
    public Task<KeyChange> RotateAsync(
        WorkspaceId workspace,
        string idOrName,
        TimeSpan overlap,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            table =>
            {
                if (overlap < TimeSpan.Zero || overlap > LongestOverlap)
                {
                    return KeyChange.Failed(KeyOutcome.Invalid, "overlap: from zero to 366 days");
                }

                var now = Now();
                if (Find(table, workspace, idOrName, now) is not { } key)
                {
                    return NotFound;
                }

                if (!key.IsLiving(now))
                {
                    return KeyChange.Failed(KeyOutcome.Invalid, "the key has expired: make a new one");
                }

                var text = KeyText.New();
                var rotated = key with { Prefix = KeyText.Shown(text), RotatedAt = now };
                table.EndTexts(key, now + (long)overlap.TotalMilliseconds, now);
                table.InsertText(key, Hash(text));
                table.Update(rotated);
                return new KeyChange(KeyOutcome.Done, rotated.ToKey(), text, null);
            },
            cancellationToken
        );

    /// <summary>
    /// Ends a key and all its texts, now. Fails when the workspace has none of that id or name, or when no other living
    /// key with <see cref="KeyScopes.Admin"/> that never expires would be left: one that expires would lock everybody
    /// out later.
    /// </summary>
    public Task<KeyChange> RevokeAsync(WorkspaceId workspace, string idOrName, CancellationToken cancellationToken) =>
        ChangeAsync(
            table =>
            {
                var now = Now();
                if (Find(table, workspace, idOrName, now) is not { } key)
                {
                    return NotFound;
                }

                if (key.IsAdmin && key.IsLiving(now) && !HasOtherAdmin(table, key, now))
                {
                    return KeyChange.Failed(
                        KeyOutcome.LastAdmin,
                        "no other key with the scope admin would be left that never expires: make one first, or rotate this one"
                    );
                }

                var revoked = key with { RevokedAt = now };
                table.EndTexts(key, now, now);
                table.Update(revoked);
                return new KeyChange(KeyOutcome.Done, revoked.ToKey(), null, null);
            },
            cancellationToken
        );

    /// <summary>Lets go of the ring's own lock; files are open only while they are used.</summary>
    public void Dispose() => changing.Dispose();

    private static KeyChange NotFound { get; } =
        KeyChange.Failed(KeyOutcome.NotFound, "no key of that id or name that was not revoked");

    private async Task<KeyChange> ChangeAsync(Func<KeyTable, KeyChange> change, CancellationToken cancellationToken)
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            using var table = KeyTable.Begin(database);
            var ownsFile = AdminKeyOwner();
            var result = change(table);
            if (result.Outcome == KeyOutcome.Done)
            {
                Store(table);
                if (ownsFile is not null && ownsFile == result.Key?.Id)
                {
                    return ReplaceAdminKey(result);
                }
            }

            return result;
        }
        finally
        {
            changing.Release();
        }
    }

    private void Store(KeyTable table)
    {
        var next = KeySnapshot.Of(table.LivingTexts(Now()));
        table.Commit();
        snapshot = next;
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
            else
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

    private ApiKey Insert(KeyTable table, WorkspaceId workspace, NewApiKey request, string text)
    {
        var row = new KeyRow
        {
            Id = KeyText.NewId(),
            Workspace = workspace.Value,
            Name = request.Name,
            Prefix = KeyText.Shown(text),
            Scopes = (long)request.Scopes,
            User = request.User,
            Team = request.Team,
            Project = request.Project,
            CreatedAt = Now(),
            ExpiresAt = request.ExpiresAt?.ToUnixTimeMilliseconds(),
        };
        table.Insert(row);
        table.InsertText(row, Hash(text));
        return row.ToKey();
    }

    /// <summary>By id, else the living one of that name, else the newest expired one of it.</summary>
    private static KeyRow? Find(KeyTable table, WorkspaceId workspace, string idOrName, long now)
    {
        var keys = table.Unrevoked(workspace);
        return keys.FirstOrDefault(k => k.Id == idOrName)
            ?? keys.FirstOrDefault(k => k.Name == idOrName && k.IsLiving(now))
            ?? keys.LastOrDefault(k => k.Name == idOrName);
    }

    private static bool HasOtherAdmin(KeyTable table, KeyRow key, long now) =>
        table
            .Unrevoked(new WorkspaceId((int)key.Workspace))
            .Any(k => k.Id != key.Id && k.IsAdmin && k.ExpiresAt is null && k.IsLiving(now));

    private static byte[] Hash(string text)
    {
        var hash = new byte[KeyText.HashLength];
        return KeyText.TryHash(text, hash)
            ? hash
            : throw new InvalidOperationException("A key that was just made is malformed.");
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>What <see cref="KeyRing.Open"/> came to: a ring, or the reason why there is none.</summary>
public sealed record KeyRingOpenResult(KeyRing? Keys, string? Refusal);

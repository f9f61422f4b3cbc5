using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Identity.Secrets;
using Weir.Identity.SignOn;
using Weir.Identity.Storage;
using Weir.Identity.Versions;

namespace Weir.Identity;

/// <summary>
/// The sealed secrets of all workspaces. Thread-safe. Finding one never waits: the rows are in memory, sealed as they are
/// on disk, and a value is opened when it is asked for. Nothing here shows a value to a person.
/// </summary>
public sealed class SecretStore : IDisposable
{
    /// <summary>How many secrets a workspace has at most.</summary>
    public const int MostSecrets = 500;

    private const int Batch = 100;

    private readonly ControlDb database;
    private readonly MasterKeySource source;
    private readonly string? unknownSource;
    private readonly SemaphoreSlim changing = new(1, 1);
    private readonly ConcurrentDictionary<(int Workspace, string Name), string> unstored = new();
    private readonly ConcurrentDictionary<(int Workspace, string Name), bool> leaving = new();
    private readonly Lock binding = new();
    private volatile FrozenDictionary<(int Workspace, string Name), SecretRow> rows;
    private volatile MasterKeys? keys;
    private volatile string? trouble;
    private Task bound = Task.CompletedTask;

    internal SecretStore(ControlDb database, string dataFolder, SecretKeys keys)
    {
        this.database = database;
        source = new MasterKeySource(dataFolder, keys.Variable, keys.Command, database.Clock);
        unknownSource = keys.Refusal;
        using var transaction = ControlTransaction.Begin(database, Actor.System(WorkspaceId.Default));
        rows = Rows(transaction);
    }

    /// <summary>
    /// Reads the master keys, when there is something to open, and seals what a version before left unsealed. What hinders it is
    /// told by each secret that does not open.
    /// </summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            var codes = Codes();
            if (codes.Exists(row => SealedCodes.IsPlain(row.TotpSecret)))
            {
                (var ring, trouble) = await KeysForSealingAsync(cancellationToken);
                if (ring is not null)
                {
                    await SealPlainCodesAsync(ring, cancellationToken);
                }
            }
            else if (rows.Count + codes.Count > 0)
            {
                trouble = (await ReadKeysAsync(cancellationToken)).Refusal;
            }
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>The workspace's secrets, by name.</summary>
    public ImmutableArray<Secret> List(WorkspaceId workspace) =>
        [
            .. rows.Where(row => row.Key.Workspace == workspace.Value)
                .OrderBy(row => row.Key.Name, StringComparer.Ordinal)
                .Select(row => (row.Value with { Origin = OriginOf(row.Value) }).ToSecret()),
        ];

    /// <summary>The value of a secret, for an address of that origin.</summary>
    public SecretFinding Find(WorkspaceId workspace, string name, string origin)
    {
        if (!rows.TryGetValue((workspace.Value, name), out var row) || leaving.ContainsKey((workspace.Value, name)))
        {
            return new SecretFinding(SecretOutcome.Missing);
        }

        var known = OriginOf(row);
        if (known is not null && known != origin)
        {
            return new SecretFinding(SecretOutcome.OtherOrigin, Origin: known);
        }

        if (keys is not { } ring)
        {
            return new SecretFinding(SecretOutcome.Unopened, Origin: known, Trouble: trouble ?? NoKeys);
        }

        var opening = SecretBox.Open(ring, row.Label, row.Sealed);
        return opening.Outcome == OpeningOutcome.Opened
            ? new SecretFinding(SecretOutcome.Found, opening.Value, known)
            : new SecretFinding(SecretOutcome.Unopened, Origin: known, Trouble: InWords(opening.Outcome));
    }

    /// <summary>
    /// Binds a secret that belongs to no address yet to an origin: at once for whoever looks for it, and soon in the
    /// database. One that is bound stays as it is.
    /// </summary>
    public void Bind(WorkspaceId workspace, string name, string origin)
    {
        if (
            rows.TryGetValue((workspace.Value, name), out var row)
            && row.Origin is null
            && unstored.TryAdd((workspace.Value, name), origin)
        )
        {
            lock (binding)
            {
                bound = StoreAfterAsync(bound);
            }
        }
    }

    /// <summary>Waits until what was bound is stored, or could not be.</summary>
    public Task SettleAsync()
    {
        lock (binding)
        {
            return bound;
        }
    }

    /// <summary>
    /// How many people's one-time codes cannot be checked, for their secrets do not open, and why as far as the keys are at fault.
    /// </summary>
    public (int People, string? Trouble) UnopenedCodes() =>
        (Codes().Count(row => OpenCodes(row) is null), keys is null ? trouble ?? NoKeys : null);

    /// <summary>The secret of somebody's one-time codes; null when he has none or it does not open.</summary>
    internal byte[]? OpenCodes(CredentialRow row) => SealedCodes.Open(keys, row);

    /// <summary>
    /// Makes a change that seals something: what sealed it is not rotated away before the change is stored. Null when there is no
    /// key to seal with.
    /// </summary>
    internal async Task<T?> SealingAsync<T>(Func<MasterKeys, Task<T>> change, CancellationToken cancellationToken)
        where T : class
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            return (await KeysForSealingAsync(cancellationToken)).Keys is { } ring ? await change(ring) : null;
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>The master keys, read when they were not yet; null when there are none.</summary>
    internal async Task<MasterKeys?> KeysAsync(CancellationToken cancellationToken)
    {
        if (keys is { } known)
        {
            return known;
        }

        await changing.WaitAsync(cancellationToken);
        try
        {
            return keys ?? (await ReadKeysAsync(cancellationToken)).Keys;
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Seals a value in the actor's workspace, a new secret or a new value of one.</summary>
    public async Task<Change<Secret>> SetAsync(Actor actor, NewSecret request, CancellationToken cancellationToken)
    {
        if (!SecretRules.IsName(request.Name))
        {
            return Change.Failed<Secret>(ChangeOutcome.Invalid, $"name: {SecretRules.NameRule}");
        }

        if (!SecretRules.IsValue(request.Value))
        {
            return Change.Failed<Secret>(ChangeOutcome.Invalid, $"value: {SecretRules.ValueRule}");
        }

        var origin = SecretRules.OriginOf(request.Origin);
        if (request.Origin is not null && origin is null)
        {
            return Change.Failed<Secret>(
                ChangeOutcome.Invalid,
                "origin: an http or https address without a user, as https://api.example.com"
            );
        }

        await changing.WaitAsync(cancellationToken);
        try
        {
            var (ring, refusal) = await KeysForSealingAsync(cancellationToken);
            return ring is null
                ? Change.Failed<Secret>(ChangeOutcome.Refused, refusal!)
                : await ChangeAsync(actor, transaction => Set(transaction, ring, request, origin), cancellationToken);
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>
    /// Removes a secret of the actor's workspace. While it is removed it is not found, so that nothing can come to use it after
    /// <paramref name="whyNot"/> was asked.
    /// </summary>
    /// <param name="actor">Who removes it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="whyNot">Why it must stay, for a person; null when nothing uses it. Null for a secret that goes whoever uses it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Change<Secret>> RemoveAsync(
        Actor actor,
        string name,
        Func<string?>? whyNot,
        CancellationToken cancellationToken
    )
    {
        await changing.WaitAsync(cancellationToken);
        var key = (actor.Workspace.Value, name);
        leaving[key] = true;
        try
        {
            return whyNot?.Invoke() is { } reason
                ? Change.Failed<Secret>(ChangeOutcome.Refused, reason)
                : await ChangeAsync(
                    actor,
                    transaction =>
                    {
                        if (SecretTable.Find(transaction, actor.Workspace, name) is not { } row)
                        {
                            return Change.Failed<Secret>(ChangeOutcome.NotFound, "there is no secret of that name");
                        }

                        SecretTable.Delete(transaction, actor.Workspace, name);
                        transaction.Audit("secret.remove", $"secret:{name}", before: Described(row));
                        return Change.Done(row.ToSecret());
                    },
                    cancellationToken
                );
        }
        finally
        {
            leaving.TryRemove(key, out _);
            changing.Release();
        }
    }

    /// <summary>
    /// Puts another master key in force and seals every secret anew with it, in steps between which all goes on. Keys that
    /// stand in the file are made here; a command's or the variable's must have a new one in front already. Broken off, it
    /// goes on where it was when it is called again: older keys stay until nothing needs them.
    /// </summary>
    public async Task<Change<SecretRotation>> RotateAsync(Actor actor, CancellationToken cancellationToken)
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            var (read, refusal) = await KeysForSealingAsync(cancellationToken, anew: true);
            if (read is null)
            {
                return Change.Failed<SecretRotation>(ChangeOutcome.Refused, refusal!);
            }

            // A row that does not open waits for nothing.
            var waits =
                rows.Values.Any(row =>
                    row.KeyId != read.Newest.Name && SecretBox.Open(read, row.Label, row.Sealed).Value is not null
                ) || OthersWait(read);
            var resumes = waits || (source.IsFile && read.All.Length > 1);
            if (!resumes && !source.IsFile)
            {
                return Change.Failed<SecretRotation>(
                    ChangeOutcome.Refused,
                    $"every secret is sealed with the newest key already: put a new one in front of the others in {source.Described}"
                );
            }

            var ring = resumes ? read : new MasterKeys([MasterKey.New(), .. read.All]);
            if (!resumes)
            {
                source.Replace(ring);
            }

            keys = ring;
            var (resealed, unopened) = await ResealAsync(ring, cancellationToken);
            var rotation = new SecretRotation(
                ring.Newest.Name,
                resealed,
                unopened,
                source.IsFile ? ring.All.Length - 1 : 0,
                resumes
            );
            return await ChangeAsync(actor, transaction => Finish(transaction, ring, rotation), cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Change.Failed<SecretRotation>(ChangeOutcome.Refused, $"{source.Described}: {failure.Message}");
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Lets go of what it holds. What was bound and is not stored is lost: see <see cref="SettleAsync"/>.</summary>
    public void Dispose() => changing.Dispose();

    private Change<SecretRotation> Finish(ControlTransaction transaction, MasterKeys ring, SecretRotation rotation)
    {
        transaction.LeavesSnapshot = true;
        transaction.Audit(
            "secret.rotate-key",
            $"master-key:{rotation.Key}",
            after: AuditValue.Of(
                ("resealed", rotation.Resealed),
                ("unopened", rotation.Unopened),
                ("dropped", rotation.Dropped)
            )
        );
        if (rotation.Dropped > 0)
        {
            var left = new MasterKeys([ring.Newest]);
            source.Replace(left);
            keys = left;
        }

        return Change.Done(rotation);
    }

    private async Task<(int Resealed, int Unopened)> ResealAsync(MasterKeys ring, CancellationToken cancellationToken)
    {
        var (resealed, unopened) = (0, 0);
        SecretRow? last = null;
        for (var goesOn = true; goesOn; )
        {
            FrozenDictionary<(int, string), SecretRow>? next = null;
            await database.StoreAsync(
                transaction =>
                {
                    var found = SecretTable.SealedByOthers(transaction, ring.Newest.Name, last, Batch);
                    foreach (var row in found)
                    {
                        var opening = SecretBox.Open(ring, row.Label, row.Sealed);
                        if (opening.Value is { } value)
                        {
                            SecretTable.Upsert(transaction, Sealed(row, ring, value));
                            resealed++;
                        }
                        else
                        {
                            unopened++;
                        }
                    }

                    (last, goesOn) = (found.LastOrDefault(), found.Count == Batch);
                    next = Rows(transaction);
                },
                cancellationToken
            );
            rows = next!;
        }

        var after = "";
        for (var goesOn = true; goesOn; )
        {
            await database.StoreAsync(
                transaction =>
                {
                    var found = CredentialTable.CodesSealedByOthers(
                        transaction,
                        ring.Newest.Id.ToArray(),
                        after,
                        Batch
                    );
                    var sealedAnew = SealCodes(transaction, ring, found);
                    resealed += sealedAnew;
                    unopened += found.Count - sealedAnew;
                    (after, goesOn) = (found.LastOrDefault()?.User ?? "", found.Count == Batch);
                },
                cancellationToken
            );
        }

        VersionRow? newest = null;
        for (var goesOn = true; goesOn; )
        {
            await database.StoreAsync(
                transaction =>
                {
                    // One at a time: a text may have megabytes.
                    var found = VersionTable.SealedByOthers(transaction, ring.Newest.Id.ToArray(), newest, most: 1);
                    foreach (var row in found)
                    {
                        if (SealedTexts.Open(ring, row) is { } text)
                        {
                            VersionTable.Reseal(transaction, row, SealedTexts.Seal(ring, row, text));
                            resealed++;
                        }
                        else
                        {
                            unopened++;
                        }
                    }

                    (newest, goesOn) = (found.LastOrDefault(), found.Count > 0);
                },
                cancellationToken
            );
        }

        return (resealed, unopened);
    }

    private static int SealCodes(ControlTransaction transaction, MasterKeys ring, List<CredentialRow> found)
    {
        var count = 0;
        foreach (var row in found)
        {
            if (SealedCodes.Open(ring, row) is { } secret)
            {
                CredentialTable.ResealCodes(transaction, row.User, SealedCodes.Seal(ring, row, secret));
                CryptographicOperations.ZeroMemory(secret);
                count++;
            }
        }

        return count;
    }

    /// <summary>Seals in one transaction what was never sealed, and leaves nothing of it in the files.</summary>
    private async Task SealPlainCodesAsync(MasterKeys ring, CancellationToken cancellationToken)
    {
        try
        {
            await database.StoreAsync(
                transaction =>
                {
                    transaction.Execute("PRAGMA secure_delete=ON");
                    var plain = CredentialTable
                        .WithCodes(transaction)
                        .FindAll(row => SealedCodes.IsPlain(row.TotpSecret));
                    SealCodes(transaction, ring, plain);
                },
                cancellationToken
            );
            database.TruncateLog();
        }
        catch (SqliteException)
        {
            // What is not sealed is read as it stands, and sealed at the next start.
        }
    }

    private bool OthersWait(MasterKeys ring)
    {
        using var transaction = ControlTransaction.Look(database);
        return CredentialTable
                .CodesSealedByOthers(transaction, ring.Newest.Id.ToArray(), after: "", most: int.MaxValue)
                .Exists(row => SealedCodes.Open(ring, row) is not null)
            || VersionTable
                .SealedByOthers(transaction, ring.Newest.Id.ToArray(), after: null, DocumentVersions.Most)
                .Exists(row => SealedTexts.Open(ring, row) is not null);
    }

    private List<CredentialRow> Codes()
    {
        using var transaction = ControlTransaction.Look(database);
        return CredentialTable.WithCodes(transaction);
    }

    private Change<Secret> Set(ControlTransaction transaction, MasterKeys ring, NewSecret request, string? origin)
    {
        var workspace = transaction.Actor.Workspace;
        var before = SecretTable.Find(transaction, workspace, request.Name);
        if (before is null && SecretTable.Count(transaction, workspace) >= MostSecrets)
        {
            return Change.Failed<Secret>(ChangeOutcome.Refused, $"a workspace has at most {MostSecrets} secrets");
        }

        // Else whoever may write a document, and no secret, could be the first to say where it goes.
        if (before is null && origin is null)
        {
            return Change.Failed<Secret>(
                ChangeOutcome.Invalid,
                "origin: a new secret belongs to an address from the first: say where it may be sent, as https://api.example.com"
            );
        }

        var row = Sealed(
            new SecretRow
            {
                Workspace = workspace.Value,
                Name = request.Name,
                Sealed = [],
                KeyId = "",
                Origin = origin ?? (before is null ? null : OriginOf(before)),
                Version = (before?.Version ?? 0) + 1,
                CreatedAt = before?.CreatedAt ?? transaction.Now,
                UpdatedAt = transaction.Now,
                UpdatedBy = transaction.Actor.Name,
            },
            ring,
            request.Value
        );
        SecretTable.Upsert(transaction, row);
        transaction.Audit(
            before is null ? "secret.create" : "secret.change",
            $"secret:{row.Name}",
            before is null ? null : Described(before),
            Described(row)
        );
        return Change.Done(row.ToSecret());
    }

    private async Task StoreAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await changing.WaitAsync();
        try
        {
            foreach (var ((workspace, name), origin) in unstored)
            {
                await ChangeAsync(
                    Actor.System(new WorkspaceId(workspace)),
                    transaction => StoreBinding(transaction, name, origin),
                    CancellationToken.None
                );
            }
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            // It stands in memory, and is stored with the next.
        }
        finally
        {
            changing.Release();
        }
    }

    private Change<Secret> StoreBinding(ControlTransaction transaction, string name, string origin)
    {
        if (
            SecretTable.Find(transaction, transaction.Actor.Workspace, name) is not { Origin: null } row
            || keys is not { } ring
            || SecretBox.Open(ring, row.Label, row.Sealed).Value is not { } value
        )
        {
            return Change.Failed<Secret>(ChangeOutcome.NotFound, "there is nothing to bind any more");
        }

        var next = Sealed(
            row with
            {
                Origin = origin,
                Version = row.Version + 1,
                UpdatedAt = transaction.Now,
            },
            ring,
            value
        );
        SecretTable.Upsert(transaction, next);
        transaction.Audit("secret.bind", $"secret:{name}", Described(row), Described(next));
        return Change.Done(next.ToSecret());
    }

    private async Task<Change<T>> ChangeAsync<T>(
        Actor actor,
        Func<ControlTransaction, Change<T>> change,
        CancellationToken cancellationToken
    )
        where T : class
    {
        FrozenDictionary<(int, string), SecretRow>? next = null;
        var result = await database.ChangeAsync(
            actor,
            transaction =>
            {
                transaction.LeavesSnapshot = true;
                var made = change(transaction);
                next = Rows(transaction);
                return made;
            },
            cancellationToken
        );
        if (result.IsDone)
        {
            rows = next!;
            foreach (var key in unstored.Keys)
            {
                if (!rows.TryGetValue(key, out var row) || row.Origin is not null)
                {
                    unstored.TryRemove(key, out _);
                }
            }
        }

        return result;
    }

    private async Task<(MasterKeys? Keys, string? Refusal)> KeysForSealingAsync(
        CancellationToken cancellationToken,
        bool anew = false
    )
    {
        if (keys is { } known && !anew)
        {
            return (known, null);
        }

        var (read, refusal) = await ReadKeysAsync(cancellationToken);
        if (read is not null || refusal is not null)
        {
            return (read, refusal);
        }

        if (rows.Count > 0 || Codes().Exists(row => !SealedCodes.IsPlain(row.TotpSecret)))
        {
            return (null, NoKeys);
        }

        try
        {
            return (keys = source.MakeFirst(), null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, $"the master key cannot be kept in {source.Described}: {failure.Message}");
        }
    }

    private async Task<(MasterKeys? Keys, string? Refusal)> ReadKeysAsync(CancellationToken cancellationToken)
    {
        if (unknownSource is not null)
        {
            return (null, unknownSource);
        }

        var reading = await source.ReadAsync(cancellationToken);
        if (reading.Keys is not null)
        {
            (keys, trouble) = (reading.Keys, null);
        }

        return (reading.Keys, reading.Refusal);
    }

    private string? OriginOf(SecretRow row) => row.Origin ?? unstored.GetValueOrDefault(((int)row.Workspace, row.Name));

    private string NoKeys =>
        $"the master keys are gone: {source.Described} has none, and there are secrets that were sealed; put it back from "
        + "where it was kept, or remove the secrets and give them again (one-time codes: weir users reset-password NAME "
        + "--drop-second-factor)";

    private static string InWords(OpeningOutcome outcome) =>
        outcome switch
        {
            OpeningOutcome.UnknownKey => "the master key that sealed it is not among those that Weir has",
            OpeningOutcome.Malformed => "its row holds no sealed value",
            _ => "its row was changed, or belongs elsewhere",
        };

    private static string Described(SecretRow row) =>
        AuditValue.Of(("origin", row.Origin), ("version", row.Version), ("value", AuditValue.Masked));

    private static SecretRow Sealed(SecretRow row, MasterKeys ring, string value) =>
        row with
        {
            Sealed = SecretBox.Seal(ring, row.Label, value),
            KeyId = ring.Newest.Name,
        };

    private static FrozenDictionary<(int, string), SecretRow> Rows(ControlTransaction transaction) =>
        SecretTable.All(transaction).ToFrozenDictionary(row => ((int)row.Workspace, row.Name));
}

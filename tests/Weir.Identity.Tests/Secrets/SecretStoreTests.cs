using System.Runtime.Versioning;
using System.Text;
using Dapper;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Identity.Secrets;
using Weir.Testing;

namespace Weir.Identity.Tests.Secrets;

[SupportedOSPlatform("linux")]
public sealed class SecretStoreTests : IDisposable
{
    private const string Vendor = "https://api.example.com";

    private readonly DataFolder folder = new();
    private readonly FakeClock clock = new();
    private IdentityStore identity;

    public SecretStoreTests() => identity = IdentityStore.Open(folder.Path, clock).Store!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SecretStore Store => identity.Secrets;

    private string KeyFile => folder.File("secrets.key");

    public void Dispose()
    {
        identity.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task What_was_set_is_found_for_its_origin_and_never_listed()
    {
        var made = await SetAsync("vendor", "sk-1", Vendor + "/v1?x=y");

        Assert.Equal(ChangeOutcome.Done, made.Outcome);
        Assert.Equal("sk-1", Find("vendor").Value);
        var listed = Assert.Single(Store.List(WorkspaceId.Default));
        Assert.Equal(("vendor", Vendor, 1L, "local"), (listed.Name, listed.Origin, listed.Version, listed.UpdatedBy));
        Assert.DoesNotContain(
            "sk-1",
            $"{listed} {made} {Find("vendor")} {new NewSecret("vendor", "sk-1")}",
            StringComparison.Ordinal
        );
        Assert.Equal(SecretOutcome.Missing, Find("other").Outcome);
    }

    [Fact]
    public async Task Another_workspace_has_none_of_it()
    {
        await SetAsync("vendor", "sk-1", Vendor);
        var other = (await identity.Workspaces.CreateAsync(Actor.LocalCommand, new NewWorkspace("other"), Token))
            .Value!
            .Workspace
            .Id;

        Assert.Empty(Store.List(other));
        Assert.Equal(SecretOutcome.Missing, Store.Find(other, "vendor", Vendor).Outcome);
        Assert.Equal(
            ChangeOutcome.NotFound,
            (await Store.RemoveAsync(Actor.System(other), "vendor", null, Token)).Outcome
        );
        await Store.SetAsync(Actor.System(other), new NewSecret("vendor", "sk-other", Vendor), Token);
        Assert.Equal("sk-1", Find("vendor").Value);
        Assert.Equal("sk-other", Store.Find(other, "vendor", Vendor).Value);
    }

    [Fact]
    public async Task Another_origin_is_refused_whatever_differs()
    {
        await SetAsync("vendor", "sk-1", Vendor);

        foreach (
            var origin in new[] { "http://api.example.com", "https://api.example.com:8443", "https://example.com" }
        )
        {
            var found = Find("vendor", origin);
            Assert.Equal((SecretOutcome.OtherOrigin, Vendor), (found.Outcome, found.Origin));
            Assert.Null(found.Value);
        }
    }

    [Fact]
    public async Task A_new_secret_says_where_it_may_be_sent()
    {
        var unbound = await SetAsync("vendor", "sk-1");

        Assert.Equal(ChangeOutcome.Invalid, unbound.Outcome);
        Assert.StartsWith("origin: ", unbound.Reason, StringComparison.Ordinal);
        Assert.Equal(SecretOutcome.Missing, Find("vendor").Outcome);
        Assert.True((await SetAsync("vendor", "sk-1", Vendor)).IsDone);
        Assert.True((await SetAsync("vendor", "sk-2")).IsDone);
    }

    [Fact]
    public async Task A_value_that_an_older_version_bound_to_nothing_belongs_to_the_first_that_uses_it_from_then_on()
    {
        await SetAsync("other", "sk-0", Vendor);
        var label = new SecretLabel(WorkspaceId.Default, "vendor", null, 1);
        await using (var writer = new SqliteDatabase(folder.File("control.db")).OpenWriter())
        {
            var ring = MasterKeyFile.Read(KeyFile).Keys!;
            await writer.ExecuteAsync(
                """
                INSERT INTO secret (workspace, name, sealed, key_id, version, created_at, updated_at, updated_by)
                VALUES (1, 'vendor', @Sealed, @KeyId, 1, 1, 1, 'local')
                """,
                new { Sealed = SecretBox.Seal(ring, label, "sk-1"), KeyId = ring.Newest.Name }
            );
        }

        Reopen();
        await Store.LoadAsync(Token);
        Assert.Equal("sk-1", Find("vendor").Value);

        Store.Bind(WorkspaceId.Default, "vendor", Vendor);
        Store.Bind(WorkspaceId.Default, "vendor", "https://thief.example");

        Assert.Equal(SecretOutcome.OtherOrigin, Find("vendor", "https://thief.example").Outcome);
        await Store.SettleAsync();
        Reopen();
        await Store.LoadAsync(Token);
        Assert.Equal("sk-1", Find("vendor").Value);
        Assert.Equal(SecretOutcome.OtherOrigin, Find("vendor", "https://thief.example").Outcome);
        Assert.Equal(2, Store.List(WorkspaceId.Default).Single(secret => secret.Name == "vendor").Version);
        var trail = identity.Audit.List(WorkspaceId.Default, new AuditQuestion { Limit = 200 });
        Assert.Contains(trail, entry => (entry.Action, entry.Target) == ("secret.bind", "secret:vendor"));
    }

    [Fact]
    public async Task Another_value_keeps_the_origin_unless_it_is_given_one()
    {
        await SetAsync("vendor", "sk-1", Vendor);

        await SetAsync("vendor", "sk-2");
        Assert.Equal("sk-2", Find("vendor").Value);
        await SetAsync("vendor", "sk-3", "https://other.example");

        Assert.Equal(SecretOutcome.OtherOrigin, Find("vendor").Outcome);
        Assert.Equal("sk-3", Find("vendor", "https://other.example").Value);
        Assert.Equal(3, Assert.Single(Store.List(WorkspaceId.Default)).Version);
    }

    [Theory]
    [InlineData("", "x", null, "name")]
    [InlineData("-a", "x", null, "name")]
    [InlineData("a/b", "x", null, "name")]
    [InlineData("a", "", null, "value")]
    [InlineData("a", "x\ny", null, "value")]
    [InlineData("a", "x", "ftp://host", "origin")]
    [InlineData("a", "x", "https://user:canary@host", "origin")]
    [InlineData("a", "x", "not an address", "origin")]
    public async Task What_is_unfit_is_told_by_its_field(string name, string value, string? origin, string field)
    {
        var change = await SetAsync(name, value, origin);

        Assert.Equal(ChangeOutcome.Invalid, change.Outcome);
        Assert.StartsWith(field + ":", change.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", change.Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public async Task Every_change_leaves_its_trace_and_no_value()
    {
        await SetAsync("vendor", "sk-canary-1", Vendor);
        await SetAsync("vendor", "sk-canary-2");
        await Store.RotateAsync(Actor.LocalCommand, Token);
        await Store.RemoveAsync(Actor.LocalCommand, "vendor", null, Token);

        await using var reader = new SqliteDatabase(folder.File("control.db")).OpenReader();
        var entries = reader.Query<(string Action, string? Before, string? After)>(
            "SELECT action, before, after FROM audit WHERE action LIKE 'secret.%' ORDER BY seq"
        );
        Assert.Equal(
            ["secret.create", "secret.change", "secret.rotate-key", "secret.remove"],
            entries.Select(entry => entry.Action)
        );
        Assert.DoesNotContain("canary", string.Concat(entries), StringComparison.Ordinal);
        Assert.Contains("***", entries.First().After!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_and_what_is_beside_it_hold_no_value()
    {
        await SetAsync("vendor", "sk-canary-value", Vendor);

        foreach (var file in Directory.GetFiles(folder.Path))
        {
            Assert.DoesNotContain(
                "sk-canary",
                Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Token)),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task A_rotation_seals_everything_anew_and_drops_the_old_key()
    {
        for (var i = 0; i < 130; i++)
        {
            await SetAsync($"s{i}", $"sk-{i}", Vendor);
        }

        var before = MasterKeyFile.Read(KeyFile).Keys!;
        var rotation = (await Store.RotateAsync(Actor.LocalCommand, Token)).Value!;

        var after = MasterKeyFile.Read(KeyFile).Keys!;
        Assert.Equal(new SecretRotation(after.Newest.Name, 130, 0, 1, Resumed: false), rotation);
        Assert.NotEqual(before.Newest.Name, Assert.Single(after.All).Name);
        Reopen();
        await Store.LoadAsync(Token);
        Assert.All(Enumerable.Range(0, 130), i => Assert.Equal($"sk-{i}", Find($"s{i}").Value));
        Assert.True(MasterKeyFile.Read(KeyFile).Keys!.Find(before.Newest.Id) is null);
    }

    [Fact]
    public async Task A_rotation_that_was_broken_off_goes_on_with_the_key_that_it_had_made()
    {
        await SetAsync("a", "sk-a", Vendor);
        await SetAsync("b", "sk-b", Vendor);
        var old = MasterKeyFile.Read(KeyFile).Keys!;
        var newer = MasterKey.New();
        // As it is after a key was made and one of two rows was sealed with it.
        MasterKeyFile.Write(KeyFile, new MasterKeys([newer, .. old.All]), first: false);
        Reopen();
        await SetAsync("a", "sk-a", Vendor);
        Assert.Equal("sk-b", Find("b").Value);

        var rotation = (await Store.RotateAsync(Actor.LocalCommand, Token)).Value!;

        Assert.Equal(new SecretRotation(newer.Name, 1, 0, 1, Resumed: true), rotation);
        Assert.Equal(newer.Name, Assert.Single(MasterKeyFile.Read(KeyFile).Keys!.All).Name);
        Assert.Equal(("sk-a", "sk-b"), (Find("a").Value, Find("b").Value));
    }

    [Fact]
    public async Task A_row_that_does_not_open_hinders_no_other()
    {
        await SetAsync("damaged", "sk-1", Vendor);
        await SetAsync("moved", "sk-2", Vendor);
        await SetAsync("sound", "sk-3", Vendor);
        await using (var writer = new SqliteDatabase(folder.File("control.db")).OpenWriter())
        {
            writer.Execute("UPDATE secret SET sealed = x'01' WHERE name = 'damaged'");
            writer.Execute(
                "UPDATE secret SET sealed = (SELECT sealed FROM secret WHERE name = 'sound') WHERE name = 'moved'"
            );
        }

        Reopen();
        await Store.LoadAsync(Token);
        Assert.Equal("its row holds no sealed value", Find("damaged").Trouble);
        Assert.Equal("its row was changed, or belongs elsewhere", Find("moved").Trouble);

        var rotation = (await Store.RotateAsync(Actor.LocalCommand, Token)).Value!;

        Assert.Equal((1, 2, false), (rotation.Resealed, rotation.Unopened, rotation.Resumed));
        Assert.False((await Store.RotateAsync(Actor.LocalCommand, Token)).Value!.Resumed);
        Assert.Equal("sk-3", Find("sound").Value);
        Assert.Equal(ChangeOutcome.Done, (await SetAsync("damaged", "sk-4")).Outcome);
        Assert.Equal("sk-4", Find("damaged").Value);
    }

    [Fact]
    public async Task Without_the_key_file_nothing_opens_and_none_is_made_in_its_place()
    {
        await SetAsync("vendor", "sk-1", Vendor);
        File.Delete(KeyFile);
        Reopen();
        await Store.LoadAsync(Token);

        var found = Find("vendor");
        Assert.Equal(SecretOutcome.Unopened, found.Outcome);
        Assert.Contains("the master keys are gone", found.Trouble, StringComparison.Ordinal);
        var refused = await SetAsync("other", "sk-2", Vendor);
        Assert.Equal(ChangeOutcome.Refused, refused.Outcome);
        Assert.Contains("the master keys are gone", refused.Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(KeyFile));

        await Store.RemoveAsync(Actor.LocalCommand, "vendor", null, Token);
        Assert.Equal(ChangeOutcome.Done, (await SetAsync("other", "sk-2", Vendor)).Outcome);
        Assert.Equal("sk-2", Find("other").Value);
    }

    [Fact]
    public async Task Secrets_move_from_the_file_to_the_variable()
    {
        await SetAsync("vendor", "sk-1", Vendor);
        var elsewhere = MasterKey.New();
        Reopen(new SecretKeys(elsewhere.ToBase64(), []));
        await Store.LoadAsync(Token);
        Assert.Equal("sk-1", Find("vendor").Value);

        var rotation = (await Store.RotateAsync(Actor.LocalCommand, Token)).Value!;
        File.Delete(KeyFile);
        Reopen(new SecretKeys(elsewhere.ToBase64(), []));
        await Store.LoadAsync(Token);

        Assert.Equal(new SecretRotation(elsewhere.Name, 1, 0, 0, Resumed: true), rotation);
        Assert.Equal("sk-1", Find("vendor").Value);
        var again = await Store.RotateAsync(Actor.LocalCommand, Token);
        Assert.Equal(ChangeOutcome.Refused, again.Outcome);
        Assert.Contains("put a new one in front", again.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_it_is_not_known_who_keeps_the_keys_nothing_is_sealed()
    {
        Reopen(new SecretKeys(null, [], "the configuration has faults"));

        var refused = await SetAsync("vendor", "sk-1", Vendor);

        Assert.Equal((ChangeOutcome.Refused, "the configuration has faults"), (refused.Outcome, refused.Reason));
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public async Task A_workspace_has_so_many_and_no_more()
    {
        await SetAsync("first", "sk-1", Vendor);
        await using (var writer = new SqliteDatabase(folder.File("control.db")).OpenWriter())
        {
            writer.Execute(
                """
                WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < @MostSecrets)
                INSERT INTO secret SELECT 1, 's' || i, sealed, key_id, origin, version, 0, 0, 'x' FROM secret, n
                WHERE name = 'first'
                """,
                new { SecretStore.MostSecrets }
            );
        }

        Assert.Equal(ChangeOutcome.Refused, (await SetAsync("one-more", "sk-1", Vendor)).Outcome);
        Assert.Equal(ChangeOutcome.Done, (await SetAsync("first", "sk-2", Vendor)).Outcome);
    }

    private Task<Change<Secret>> SetAsync(string name, string value, string? origin = null) =>
        Store.SetAsync(Actor.LocalCommand, new NewSecret(name, value, origin), Token);

    private SecretFinding Find(string name, string origin = Vendor) => Store.Find(WorkspaceId.Default, name, origin);

    private void Reopen(SecretKeys? keys = null)
    {
        identity.Dispose();
        identity = IdentityStore.Open(folder.Path, clock, keys).Store!;
    }
}

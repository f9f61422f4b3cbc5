using Weir.Foundation;
using Weir.Testing;

namespace Weir.Identity.Tests.ApiKeys;

public sealed class FirstKeyTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly DataFolder folder = new();
    private readonly FakeClock clock = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_first_start_makes_an_admin_key_once()
    {
        using var store = Open();
        var ring = store.Keys;
        var text = await ring.EnsureFirstKeyAsync(Never);

        Assert.True(ring.TryVerify(text, out var principal));
        Assert.Equal("admin", principal.KeyName);
        Assert.Equal(WorkspaceId.Default, principal.Workspace);
        Assert.Equal(PermissionSet.All, principal.Permissions);
        Assert.Equal(text + "\n", await File.ReadAllTextAsync(folder.File("admin.key")));
        Assert.Null(await ring.EnsureFirstKeyAsync(Never));

        using var reopened = Open();
        var again = reopened.Keys;
        Assert.Null(await again.EnsureFirstKeyAsync(Never));
        Assert.True(again.TryVerify(text, out _));
    }

    [Fact]
    public async Task Where_an_admin_was_none_is_made()
    {
        using var store = Open();
        var ring = store.Keys;
        var made = await ring.CreateAsync(
            Actors.Admin,
            new NewApiKey { Name = "a", Scopes = [KeyScopes.Admin] },
            Never
        );
        await ring.RevokeAsync(Actors.Admin, made.Key!.Id, Never);
        Assert.Null(await ring.EnsureFirstKeyAsync(Never));
        Assert.False(File.Exists(folder.File("admin.key")));
    }

    [Theory]
    [InlineData("alice", "admin")]
    [InlineData("admin", "first-admin")]
    public async Task Keys_that_were_made_before_the_first_start_do_not_stand_in_its_way(string before, string name)
    {
        using var store = Open();
        var ring = store.Keys;
        await ring.CreateAsync(Actors.Admin, new NewApiKey { Name = before }, Never);
        Assert.True(ring.TryVerify(await ring.EnsureFirstKeyAsync(Never), out var principal));
        Assert.Equal(name, principal.KeyName);
    }

    [Fact]
    public async Task A_file_left_by_a_start_that_died_is_replaced()
    {
        await File.WriteAllTextAsync(folder.File("admin.key"), KeyText.New() + "\n");
        await File.WriteAllTextAsync(folder.File("admin.key.new"), "half");
        using var store = Open();
        var ring = store.Keys;
        var text = await ring.EnsureFirstKeyAsync(Never);
        Assert.Equal(text + "\n", await File.ReadAllTextAsync(folder.File("admin.key")));
        Assert.False(File.Exists(folder.File("admin.key.new")));
    }

    [Fact]
    public async Task Without_the_file_there_is_no_key()
    {
        using var store = Open();
        var ring = store.Keys;
        Directory.CreateDirectory(folder.File("admin.key"));
        await Assert.ThrowsAnyAsync<IOException>(() => ring.EnsureFirstKeyAsync(Never));
        Assert.Empty(await ring.ListAsync(WorkspaceId.Default, true, Never));
        Directory.Delete(folder.File("admin.key"));
        Assert.NotNull(await ring.EnsureFirstKeyAsync(Never));
    }

    [Fact]
    public async Task Files_are_for_their_owner_alone()
    {
        using var store = Open();
        var ring = store.Keys;
        await ring.EnsureFirstKeyAsync(Never);
        foreach (var name in new[] { "admin.key", "control.db" })
        {
            Assert.True(File.Exists(folder.File(name)));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File(name)));
            }
        }
    }

    [Fact]
    public async Task Rotating_the_first_key_brings_its_file_along()
    {
        using var store = Open();
        var ring = store.Keys;
        await ring.EnsureFirstKeyAsync(Never);
        var rotated = await ring.RotateAsync(Actors.Admin, "admin", TimeSpan.Zero, Never);
        Assert.Equal(rotated.Text + "\n", await File.ReadAllTextAsync(folder.File("admin.key")));
        Assert.Null(rotated.Reason);
    }

    [Fact]
    public async Task Rotating_another_key_leaves_the_file_alone()
    {
        using var store = Open();
        var ring = store.Keys;
        var text = await ring.EnsureFirstKeyAsync(Never);
        await ring.CreateAsync(Actors.Admin, new NewApiKey { Name = "other" }, Never);
        await ring.RotateAsync(Actors.Admin, "other", TimeSpan.Zero, Never);
        Assert.Equal(text + "\n", await File.ReadAllTextAsync(folder.File("admin.key")));
    }

    [Fact]
    public async Task Revoking_the_first_key_removes_its_file()
    {
        using var store = Open();
        var ring = store.Keys;
        await ring.EnsureFirstKeyAsync(Never);
        await ring.CreateAsync(Actors.Admin, new NewApiKey { Name = "mine", Scopes = [KeyScopes.Admin] }, Never);
        var revoked = await ring.RevokeAsync(Actors.Admin, "admin", Never);
        Assert.Equal(ChangeOutcome.Done, revoked.Outcome);
        Assert.False(File.Exists(folder.File("admin.key")));
    }

    [Fact]
    public async Task A_file_that_cannot_be_replaced_does_not_lose_the_new_text()
    {
        using var store = Open();
        var ring = store.Keys;
        await ring.EnsureFirstKeyAsync(Never);
        Directory.CreateDirectory(folder.File("admin.key.new"));
        var rotated = await ring.RotateAsync(Actors.Admin, "admin", TimeSpan.Zero, Never);
        Assert.Equal(ChangeOutcome.Done, rotated.Outcome);
        Assert.True(ring.TryVerify(rotated.Text, out _));
        Assert.Contains("admin.key", rotated.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_starts_at_once_one_makes_the_key()
    {
        using var store = Open();
        var ring = store.Keys;
        var texts = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => ring.EnsureFirstKeyAsync(Never)))
        );
        Assert.Single(texts, t => t is not null);
        Assert.Single(await ring.ListAsync(WorkspaceId.Default, true, Never));
    }

    private IdentityStore Open() => IdentityStore.Open(folder.Path, clock).Store!;
}

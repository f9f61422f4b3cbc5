using System.Text;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Identity.Tests.ApiKeys;

public sealed class KeyRingTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly DataFolder folder = new();
    private readonly FakeClock clock = new();
    private readonly IdentityStore store;
    private readonly KeyRing ring;

    public KeyRingTests()
    {
        store = Open();
        ring = store.Keys;
    }

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_made_key_opens_with_what_it_stands_for()
    {
        var made = await ring.CreateAsync(
            Actors.Admin,
            new NewApiKey
            {
                Name = "ci.build-1_x",
                Scopes = [KeyScopes.Gateway, KeyScopes.Read],
                User = "ada",
                Team = "core",
                Project = "weir",
            },
            Never
        );

        Assert.Equal(ChangeOutcome.Done, made.Outcome);
        Assert.True(ring.TryVerify(made.Text, out var principal));
        Assert.Equal(
            new Principal
            {
                Workspace = WorkspaceId.Default,
                KeyId = made.Key!.Id,
                KeyName = "ci.build-1_x",
                Permissions = KeyScopes.Of([KeyScopes.Gateway, KeyScopes.Read]),
                User = "ada",
                Team = "core",
                Project = "weir",
            },
            principal
        );
        Assert.StartsWith("key_", made.Key.Id, StringComparison.Ordinal);
        Assert.Equal(made.Text![..7], made.Key.Prefix);
        Assert.Equal(clock.GetUtcNow(), made.Key.CreatedAt);
        Assert.Null(made.Key.RotatedAt);
        Assert.Null(made.Reason);
    }

    [Fact]
    public async Task A_well_formed_text_that_was_never_made_is_refused()
    {
        await Make("a");
        Assert.False(ring.TryVerify(KeyText.New(), out var principal));
        Assert.Null(principal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a/b")]
    [InlineData("a\n")]
    [InlineData("wk_pasted")]
    [InlineData("key_abc")]
    public async Task Unfit_names_are_refused(string name) =>
        await AssertInvalid(new NewApiKey { Name = name }, "name");

    [Fact]
    public async Task A_name_may_have_64_characters_and_no_more()
    {
        Assert.Equal(ChangeOutcome.Done, (await Make(new string('n', 64))).Outcome);
        await AssertInvalid(new NewApiKey { Name = new string('n', 65) }, "name");
    }

    [Fact]
    public async Task A_pasted_key_text_is_never_repeated()
    {
        var text = KeyText.New();
        var made = await ring.CreateAsync(Actors.Admin, new NewApiKey { Name = text }, Never);
        var rotated = await ring.RotateAsync(Actors.Admin, text, TimeSpan.Zero, Never);
        var revoked = await ring.RevokeAsync(Actors.Admin, text, Never);
        Assert.All([made, rotated, revoked], c => Assert.DoesNotContain(text, c.ToString(), StringComparison.Ordinal));
        Assert.Equal(ChangeOutcome.Invalid, made.Outcome);
        Assert.Equal(ChangeOutcome.NotFound, rotated.Outcome);
        Assert.Equal(ChangeOutcome.NotFound, revoked.Outcome);
    }

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData("Admin")]
    [InlineData("gateway", "config:rite")]
    public async Task Unfit_scopes_are_refused(params string[] scopes) =>
        await AssertInvalid(new NewApiKey { Name = "a", Scopes = [.. scopes] }, "scopes");

    [Fact]
    public async Task Unfit_attribution_is_refused()
    {
        await AssertInvalid(new NewApiKey { Name = "a", User = "" }, "user");
        await AssertInvalid(new NewApiKey { Name = "a", Team = "  " }, "team");
        await AssertInvalid(new NewApiKey { Name = "a", Project = "a\u0007" }, "project");
        await AssertInvalid(new NewApiKey { Name = "a", User = new string('u', 129) }, "user");
        Assert.Equal(
            ChangeOutcome.Done,
            (
                await ring.CreateAsync(Actors.Admin, new NewApiKey { Name = "a", User = new string('ü', 128) }, Never)
            ).Outcome
        );
    }

    [Fact]
    public async Task An_end_that_has_come_is_refused() =>
        await AssertInvalid(new NewApiKey { Name = "a", ExpiresAt = clock.GetUtcNow() }, "expiresAt");

    [Fact]
    public async Task An_unknown_workspace_is_refused()
    {
        var made = await ring.CreateAsync(Actors.Of(new WorkspaceId(7)), new NewApiKey { Name = "a" }, Never);
        Assert.Equal(ChangeOutcome.Invalid, made.Outcome);
        Assert.Contains("workspace", made.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_living_name_is_taken_and_a_dead_one_free()
    {
        await Make("same");
        Assert.Equal(ChangeOutcome.Taken, (await Make("same")).Outcome);
        Assert.Equal(ChangeOutcome.Done, (await Make("Same")).Outcome);
        await ring.RevokeAsync(Actors.Admin, "same", Never);
        Assert.Equal(ChangeOutcome.Done, (await Make("same", expiresIn: TimeSpan.FromHours(1))).Outcome);
        Assert.Equal(ChangeOutcome.Taken, (await Make("same")).Outcome);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(ChangeOutcome.Done, (await Make("same")).Outcome);
    }

    [Fact]
    public async Task A_key_ends_at_its_moment()
    {
        var made = await Make("short", expiresIn: TimeSpan.FromMinutes(5));
        clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.True(ring.TryVerify(made.Text, out _));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(ring.TryVerify(made.Text, out _));
        var rotated = await ring.RotateAsync(Actors.Admin, "short", TimeSpan.Zero, Never);
        Assert.Equal(ChangeOutcome.Invalid, rotated.Outcome);
    }

    [Fact]
    public async Task A_far_end_is_kept()
    {
        var made = await ring.CreateAsync(
            Actors.Admin,
            new NewApiKey { Name = "far", ExpiresAt = DateTimeOffset.MaxValue },
            Never
        );
        Assert.True(ring.TryVerify(made.Text, out _));
        Assert.Equal(9999, made.Key!.ExpiresAt!.Value.Year);
    }

    [Fact]
    public async Task Rotation_lets_the_old_text_go_on_for_the_overlap()
    {
        var made = await Make("svc");
        var rotated = await ring.RotateAsync(Actors.Admin, "svc", TimeSpan.FromHours(1), Never);

        Assert.Equal(ChangeOutcome.Done, rotated.Outcome);
        Assert.Equal(made.Key!.Id, rotated.Key!.Id);
        Assert.Equal(clock.GetUtcNow(), rotated.Key.RotatedAt);
        Assert.Equal(rotated.Text![..7], rotated.Key.Prefix);
        Assert.True(ring.TryVerify(made.Text, out var before));
        Assert.True(ring.TryVerify(rotated.Text, out var after));
        Assert.Equal(before, after);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.False(ring.TryVerify(made.Text, out _));
        Assert.True(ring.TryVerify(rotated.Text, out _));
    }

    [Fact]
    public async Task Rotation_without_overlap_ends_every_older_text()
    {
        var first = await Make("svc");
        var second = await ring.RotateAsync(Actors.Admin, first.Key!.Id, TimeSpan.FromDays(1), Never);
        var third = await ring.RotateAsync(Actors.Admin, "svc", TimeSpan.Zero, Never);
        Assert.False(ring.TryVerify(first.Text, out _));
        Assert.False(ring.TryVerify(second.Text, out _));
        Assert.True(ring.TryVerify(third.Text, out _));
    }

    [Fact]
    public async Task A_later_overlap_never_lengthens_an_earlier_one()
    {
        var first = await Make("svc");
        await ring.RotateAsync(Actors.Admin, "svc", TimeSpan.FromHours(1), Never);
        await ring.RotateAsync(Actors.Admin, "svc", TimeSpan.FromDays(30), Never);
        Assert.True(ring.TryVerify(first.Text, out _));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.False(ring.TryVerify(first.Text, out _));
    }

    [Fact]
    public async Task An_overlap_never_outlives_the_key()
    {
        var first = await Make("svc", expiresIn: TimeSpan.FromHours(1));
        var second = await ring.RotateAsync(Actors.Admin, "svc", TimeSpan.FromDays(1), Never);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.False(ring.TryVerify(first.Text, out _));
        Assert.False(ring.TryVerify(second.Text, out _));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(367 * 24 * 60 * 60)]
    public async Task An_absurd_overlap_is_refused(int seconds)
    {
        var made = await Make("svc");
        var rotated = await ring.RotateAsync(Actors.Admin, "svc", TimeSpan.FromSeconds(seconds), Never);
        Assert.Equal(ChangeOutcome.Invalid, rotated.Outcome);
        Assert.True(ring.TryVerify(made.Text, out _));
    }

    [Fact]
    public async Task Revocation_is_immediate_and_takes_the_overlap_with_it()
    {
        var first = await Make("svc");
        var second = await ring.RotateAsync(Actors.Admin, "svc", TimeSpan.FromDays(1), Never);
        var revoked = await ring.RevokeAsync(Actors.Admin, "svc", Never);

        Assert.Equal(ChangeOutcome.Done, revoked.Outcome);
        Assert.Equal(clock.GetUtcNow(), revoked.Key!.RevokedAt);
        Assert.False(ring.TryVerify(first.Text, out _));
        Assert.False(ring.TryVerify(second.Text, out _));
        Assert.Equal(ChangeOutcome.NotFound, (await ring.RevokeAsync(Actors.Admin, "svc", Never)).Outcome);
        Assert.Equal(
            ChangeOutcome.NotFound,
            (await ring.RotateAsync(Actors.Admin, revoked.Key.Id, TimeSpan.Zero, Never)).Outcome
        );
    }

    [Fact]
    public async Task Keys_of_another_workspace_are_out_of_reach()
    {
        var made = await Make("svc");
        var other = new WorkspaceId(2);
        Assert.Equal(ChangeOutcome.NotFound, (await ring.RevokeAsync(Actors.Of(other), made.Key!.Id, Never)).Outcome);
        Assert.Equal(
            ChangeOutcome.NotFound,
            (await ring.RotateAsync(Actors.Of(other), "svc", TimeSpan.Zero, Never)).Outcome
        );
        Assert.Empty(await ring.ListAsync(other, true, Never));
        Assert.True(ring.TryVerify(made.Text, out _));
    }

    [Fact]
    public async Task The_list_is_by_name_and_shows_revoked_keys_only_when_asked()
    {
        var b = await Make("b", expiresIn: TimeSpan.FromHours(1));
        var a = await Make("a");
        var c = await Make("c");
        var revoked = await ring.RevokeAsync(Actors.Admin, "c", Never);
        clock.Advance(TimeSpan.FromHours(2));

        ApiKey[] all = [a.Key!, b.Key!, revoked.Key!];
        Assert.Equal(all[..2].Select(Told), (await ring.ListAsync(WorkspaceId.Default, false, Never)).Select(Told));
        Assert.Equal(all.Select(Told), (await ring.ListAsync(WorkspaceId.Default, true, Never)).Select(Told));
        Assert.Equal(c.Key!.Id, revoked.Key!.Id);
    }

    [Fact]
    public async Task An_expired_key_can_be_revoked_by_name()
    {
        await Make("old", expiresIn: TimeSpan.FromHours(1));
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(ChangeOutcome.Done, (await ring.RevokeAsync(Actors.Admin, "old", Never)).Outcome);
    }

    [Fact]
    public async Task A_name_means_the_living_key_before_an_expired_one()
    {
        var old = await Make("n", expiresIn: TimeSpan.FromHours(1));
        clock.Advance(TimeSpan.FromHours(2));
        var living = await Make("n");
        var revoked = await ring.RevokeAsync(Actors.Admin, "n", Never);
        Assert.Equal(living.Key!.Id, revoked.Key!.Id);
        Assert.NotEqual(old.Key!.Id, living.Key.Id);
    }

    [Fact]
    public async Task The_last_admin_key_cannot_be_revoked()
    {
        var admin = await Make("root", "admin");
        await Make("plain", "gateway,read,ingest");
        var refused = await ring.RevokeAsync(Actors.Admin, "root", Never);
        Assert.Equal(ChangeOutcome.Refused, refused.Outcome);
        Assert.True(ring.TryVerify(admin.Text, out _));

        await Make("second", "admin,read");
        Assert.Equal(ChangeOutcome.Done, (await ring.RevokeAsync(Actors.Admin, "root", Never)).Outcome);
        Assert.Equal(ChangeOutcome.Refused, (await ring.RevokeAsync(Actors.Admin, "second", Never)).Outcome);
    }

    [Fact]
    public async Task An_admin_key_that_will_expire_does_not_free_the_last_lasting_one()
    {
        await Make("root", "admin");
        await Make("guest", "admin", TimeSpan.FromDays(30));
        Assert.Equal(ChangeOutcome.Refused, (await ring.RevokeAsync(Actors.Admin, "root", Never)).Outcome);
        Assert.Equal(ChangeOutcome.Done, (await ring.RevokeAsync(Actors.Admin, "guest", Never)).Outcome);
    }

    [Fact]
    public async Task An_expired_admin_key_can_always_be_revoked()
    {
        await Make("guest", "admin", TimeSpan.FromDays(1));
        Assert.Equal(ChangeOutcome.Refused, (await ring.RevokeAsync(Actors.Admin, "guest", Never)).Outcome);
        clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(ChangeOutcome.Done, (await ring.RevokeAsync(Actors.Admin, "guest", Never)).Outcome);
    }

    [Fact]
    public async Task Everything_is_there_after_a_restart()
    {
        var kept = await Make("kept", expiresIn: TimeSpan.FromDays(1));
        var gone = await Make("gone");
        var old = await Make("turned");
        var turned = await ring.RotateAsync(Actors.Admin, "turned", TimeSpan.FromHours(1), Never);
        await ring.RevokeAsync(Actors.Admin, "gone", Never);
        var before = await ring.ListAsync(WorkspaceId.Default, true, Never);

        using var reopened = Open();
        var again = reopened.Keys;
        Assert.Equal(before.Select(Told), (await again.ListAsync(WorkspaceId.Default, true, Never)).Select(Told));
        Assert.True(again.TryVerify(kept.Text, out _));
        Assert.False(again.TryVerify(gone.Text, out _));
        Assert.True(again.TryVerify(old.Text, out _));
        Assert.True(again.TryVerify(turned.Text, out _));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.False(again.TryVerify(old.Text, out _));
        clock.Advance(TimeSpan.FromDays(1));
        Assert.False(again.TryVerify(kept.Text, out _));
    }

    [Fact]
    public async Task No_text_reaches_the_disk_or_any_words()
    {
        var made = await Make("svc");
        var rotated = await ring.RotateAsync(Actors.Admin, "svc", TimeSpan.FromDays(1), Never);
        Assert.True(ring.TryVerify(made.Text, out var principal));
        var words = string.Join('\n', made, made.Key, rotated, rotated.Key, principal, ring);
        foreach (var text in new[] { made.Text!, rotated.Text! })
        {
            Assert.DoesNotContain(text, words, StringComparison.Ordinal);
            foreach (var file in Directory.EnumerateFiles(folder.Path))
            {
                Assert.True(
                    (await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) < 0,
                    file
                );
            }
        }

        Assert.Contains("Outcome = Done", made.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verification_allocates_nothing()
    {
        var made = await Make("hot");
        var unknown = KeyText.New();
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                Assert.True(ring.TryVerify(made.Text, out _));
                Assert.False(ring.TryVerify(unknown, out _));
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();
        Assert.Equal(0, Allocated());
    }

    [Fact]
    public async Task Verification_goes_on_while_keys_change()
    {
        var stable = await Make("stable");
        var busy = await Make("busy");
        using var stop = new CancellationTokenSource();
        var checkers = Enumerable
            .Range(0, 3)
            .Select(_ =>
                Task.Run(() =>
                {
                    var checks = 0;
                    do
                    {
                        Assert.True(ring.TryVerify(stable.Text, out var principal));
                        Assert.Equal("stable", principal.KeyName);
                        checks++;
                    } while (!stop.IsCancellationRequested);
                    return checks;
                })
            )
            .ToArray();
        var text = busy.Text!;
        for (var i = 0; i < 20; i++)
        {
            var rotated = await ring.RotateAsync(Actors.Admin, "busy", TimeSpan.Zero, Never);
            Assert.False(ring.TryVerify(text, out _));
            Assert.True(ring.TryVerify(rotated.Text, out _));
            text = rotated.Text!;
        }

        await ring.RevokeAsync(Actors.Admin, "busy", Never);
        Assert.False(ring.TryVerify(text, out _));
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(checkers), checks => Assert.True(checks > 0));
    }

    [Fact]
    public async Task Of_many_at_once_one_gets_the_name()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Make("wanted"))));
        Assert.Single(all, c => c.Outcome == ChangeOutcome.Done);
        Assert.Equal(15, all.Count(c => c.Outcome == ChangeOutcome.Taken));
    }

    [Fact]
    public async Task Two_admins_revoked_at_once_leave_one()
    {
        await Make("a", "admin");
        await Make("b", "admin");
        var outcomes = await Task.WhenAll(
            new[] { "a", "b" }.Select(n => Task.Run(() => ring.RevokeAsync(Actors.Admin, n, Never)))
        );
        Assert.Single(outcomes, c => c.Outcome == ChangeOutcome.Done);
        Assert.Single(outcomes, c => c.Outcome == ChangeOutcome.Refused);
    }

    [Theory]
    [InlineData("wk_", true)]
    [InlineData("wk_nonsense", true)]
    [InlineData("WK_", false)]
    [InlineData("sk-ant", false)]
    [InlineData("", false)]
    public void Claims_are_told_by_prefix(string text, bool claims) => Assert.Equal(claims, KeyRing.LooksLikeKey(text));

    private IdentityStore Open()
    {
        var opened = IdentityStore.Open(folder.Path, clock);
        Assert.Null(opened.Refusal);
        return opened.Store!;
    }

    private Task<KeyChange> Make(string name, string scopes = KeyScopes.Gateway, TimeSpan? expiresIn = null) =>
        ring.CreateAsync(
            Actors.Admin,
            new NewApiKey
            {
                Name = name,
                Scopes = [.. scopes.Split(',')],
                ExpiresAt = expiresIn is { } span ? clock.GetUtcNow() + span : null,
            },
            Never
        );

    // Lists in a record are compared by reference.
    private static string Told(ApiKey key) =>
        $"{key with { Scopes = [], Models = [], Networks = [], Origins = [] }} {string.Join(',', key.Scopes)}";

    private async Task AssertInvalid(NewApiKey request, string field)
    {
        var made = await ring.CreateAsync(Actors.Admin, request, Never);
        Assert.Equal(ChangeOutcome.Invalid, made.Outcome);
        Assert.StartsWith(field + ":", made.Reason, StringComparison.Ordinal);
        Assert.Null(made.Text);
    }
}

using System.Security.Cryptography;
using Weir.Foundation;

namespace Weir.Identity.Tests.Audit;

public sealed class AuditTrailTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly IdentityHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public async Task A_change_says_who_what_when_from_where_and_how_it_was()
    {
        await MakeKeysAsync(1);

        var entry = Assert.Single(house.Store.Audit.List(WorkspaceId.Default, new AuditQuestion()));
        Assert.Equal(1, entry.Seq);
        Assert.Equal("key.create", entry.Action);
        Assert.StartsWith("key:key_", entry.Target, StringComparison.Ordinal);
        Assert.Equal(("key", "key_tester", "tester"), (entry.ActorKind, entry.ActorId, entry.ActorName));
        Assert.Equal("192.0.2.7", entry.Address);
        Assert.Equal(house.Clock.GetUtcNow(), entry.At);
        Assert.Null(entry.Before);
        Assert.Contains("\"name\":\"k0\"", entry.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_failed_leaves_no_entry()
    {
        await house.Store.Keys.CreateAsync(Actors.Admin, new NewApiKey { Name = "not a name" }, Never);
        await house.Store.Keys.RevokeAsync(Actors.Admin, "nobody", Never);
        Assert.Empty(house.Store.Audit.List(WorkspaceId.Default, new AuditQuestion()));
    }

    [Fact]
    public async Task No_secret_stands_in_it()
    {
        var made = await house.Store.Keys.CreateAsync(Actors.Admin, new NewApiKey { Name = "k" }, Never);
        var turned = await house.Store.Keys.RotateAsync(Actors.Admin, "k", TimeSpan.Zero, Never);
        var told = string.Concat(house.Store.Audit.List(WorkspaceId.Default, new AuditQuestion()));
        Assert.DoesNotContain(made.Text!, told, StringComparison.Ordinal);
        Assert.DoesNotContain(turned.Text!, told, StringComparison.Ordinal);
        Assert.Contains("key.rotate", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sound_trail_verifies_also_after_a_restart()
    {
        await MakeKeysAsync(5);
        await AssertSoundAsync(5);
        house.Reopen();
        await AssertSoundAsync(5);
        await MakeKeysAsync(1, "after");
        await AssertSoundAsync(6);
    }

    [Fact]
    public async Task An_empty_trail_is_sound() => await AssertSoundAsync(0);

    public static TheoryData<string> Edits() =>
        [
            "UPDATE audit SET seq = seq + 100 WHERE seq = 2",
            "UPDATE audit SET at = at + 1 WHERE seq = 3",
            "UPDATE audit SET actor_kind = 'system' WHERE seq = 3",
            "UPDATE audit SET actor_id = 'key_other' WHERE seq = 1",
            "UPDATE audit SET actor_id = NULL WHERE seq = 1",
            "UPDATE audit SET actor_name = 'other' WHERE seq = 6",
            "UPDATE audit SET address = '198.51.100.1' WHERE seq = 3",
            "UPDATE audit SET action = 'key.revoke' WHERE seq = 3",
            "UPDATE audit SET target = 'key:key_x' WHERE seq = 3",
            "UPDATE audit SET before = '{}' WHERE seq = 3",
            "UPDATE audit SET after = replace(after, 'k0', 'k9') WHERE seq = 2",
            "UPDATE audit SET hash = zeroblob(32) WHERE seq = 6",
            "UPDATE audit SET workspace = 2 WHERE seq = 6",
            "DELETE FROM audit WHERE seq = 1",
            "DELETE FROM audit WHERE seq = 4",
            "DELETE FROM audit WHERE seq = 6",
            "DELETE FROM audit WHERE seq > 3",
            "DELETE FROM audit",
            // Two entries change places.
            "UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 99",
            // One is put in between, those after it moved on.
            """
                UPDATE audit SET seq = -seq WHERE seq > 3; UPDATE audit SET seq = 1 - seq WHERE seq < 0;
                INSERT INTO audit SELECT workspace, 4, at, actor_kind, actor_id, actor_name, address, action, target, before, after,
                    hash FROM audit WHERE seq = 3
                """,
            // One is put at the end.
            """
                INSERT INTO audit SELECT workspace, 7, at, actor_kind, actor_id, actor_name, address, action, target, before, after,
                    hash FROM audit WHERE seq = 6
                """,
            // The beginning is let go of without a signature.
            "INSERT INTO audit_floor SELECT 1, seq, hash, zeroblob(64) FROM audit WHERE seq = 2 AND workspace = 1; DELETE FROM audit WHERE seq <= 2",
        ];

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task Every_edit_deletion_and_reordering_is_found(string edit)
    {
        await house.WorkspaceAsync("other");
        await MakeKeysAsync(5);
        await AssertSoundAsync(6);

        house.Tamper(
            "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; PRAGMA ignore_check_constraints = ON; " + edit
        );

        var verdict = await house.Store.Audit.VerifyAsync(WorkspaceId.Default, Never);
        Assert.False(verdict.IsSound, edit);
        house.Reopen();
        Assert.False((await house.Store.Audit.VerifyAsync(WorkspaceId.Default, Never)).IsSound);
    }

    [Fact]
    public async Task A_chain_that_was_made_anew_is_found_by_its_signed_end()
    {
        await MakeKeysAsync(3);
        // Somebody who knows the format, and has no key, writes a trail that holds together.
        var entries = house.Store.Audit.List(WorkspaceId.Default, new AuditQuestion()).Reverse().ToList();
        var previous = new byte[32];
        house.Tamper("DROP TRIGGER audit_no_update");
        foreach (var entry in entries)
        {
            var hash = (entry with { ActorName = "nobody" }).ComputeHash(previous);
            house.Tamper(
                "UPDATE audit SET actor_name = 'nobody', hash = @hash WHERE seq = @Seq",
                new { hash, entry.Seq }
            );
            previous = hash;
        }

        var verdict = await house.Store.Audit.VerifyAsync(WorkspaceId.Default, Never);
        Assert.Equal("entry 3 is not the one that was signed", Assert.Single(verdict.Faults));
    }

    [Fact]
    public async Task A_head_that_is_gone_or_of_another_key_is_found()
    {
        await MakeKeysAsync(2);
        var head = house.Folder.File("audit/1.json");
        var signed = await File.ReadAllTextAsync(head);

        File.Delete(head);
        Assert.Contains("gone", await OnlyFaultAsync(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(head, signed.Replace("\"seq\":2", "\"seq\":1", StringComparison.Ordinal));
        Assert.Contains("damaged", await OnlyFaultAsync(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(head, "[");
        Assert.Contains("damaged", await OnlyFaultAsync(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(head, signed);
        await AssertSoundAsync(2);

        house.Store.Dispose();
        File.Delete(house.Folder.File("audit/key.pem"));
        house.Reopen();
        Assert.Contains("damaged", await OnlyFaultAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_itself_refuses_to_alter_and_to_delete()
    {
        await MakeKeysAsync(1);
        Assert.ThrowsAny<Exception>(() => house.Tamper("UPDATE audit SET actor_name = 'x'"));
        Assert.ThrowsAny<Exception>(() => house.Tamper("DELETE FROM audit"));
        await AssertSoundAsync(1);
    }

    // As a process leaves it that died between the signature and the end of its commit.
    [Fact]
    public async Task Whichever_moment_a_process_dies_in_the_trail_is_sound()
    {
        await MakeKeysAsync(1);
        var one = await File.ReadAllTextAsync(house.Folder.File("audit/1.json"));
        await MakeKeysAsync(1, "second");
        var two = await File.ReadAllTextAsync(house.Folder.File("audit/1.json"));
        var both = one.TrimEnd(']') + "," + two.TrimStart('[');

        await File.WriteAllTextAsync(house.Folder.File("audit/1.json"), both);
        await AssertSoundAsync(2);
        house.Reopen();
        await AssertSoundAsync(2);
        var settled = await File.ReadAllTextAsync(house.Folder.File("audit/1.json"));
        Assert.Contains("\"seq\":2", settled, StringComparison.Ordinal);
        Assert.DoesNotContain("\"seq\":1", settled, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_workspace_has_a_trail_of_its_own()
    {
        var other = await house.WorkspaceAsync("other");
        await house.Store.Keys.CreateAsync(Actors.Of(other), new NewApiKey { Name = "theirs" }, Never);

        var own = house.Store.Audit.List(WorkspaceId.Default, new AuditQuestion());
        var theirs = house.Store.Audit.List(other, new AuditQuestion());
        Assert.Equal(["workspace.create"], own.Select(entry => entry.Action));
        Assert.Equal(["key.create", "key.create", "workspace.create"], theirs.Select(entry => entry.Action));
        Assert.Equal(3, (await house.Store.Audit.VerifyAsync(other, Never)).Entries);
    }

    [Fact]
    public async Task Questions_narrow_the_list()
    {
        await MakeKeysAsync(3);
        house.Clock.Advance(TimeSpan.FromHours(1));
        await house.Store.Keys.RevokeAsync(Actors.Admin, "k1", Never);
        await house.Store.Roles.SetAsync(
            Actors.Admin,
            new Role { Name = "r", Own = PermissionSet.Of(Permission.AuditView) },
            mustBeNew: true,
            Never
        );

        long[] Seqs(AuditQuestion question) =>
            [.. house.Store.Audit.List(WorkspaceId.Default, question).Select(entry => entry.Seq)];
        Assert.Equal([5, 4, 3, 2, 1], Seqs(new AuditQuestion()));
        Assert.Equal([5, 4], Seqs(new AuditQuestion { Limit = 2 }));
        Assert.Equal([3, 2, 1], Seqs(new AuditQuestion { Before = 4 }));
        Assert.Equal([4, 3, 2, 1], Seqs(new AuditQuestion { Action = "key" }));
        Assert.Equal([4], Seqs(new AuditQuestion { Action = "key.revoke" }));
        Assert.Equal([5], Seqs(new AuditQuestion { Target = "role:r" }));
        Assert.Equal([5, 4], Seqs(new AuditQuestion { From = house.Clock.GetUtcNow() }));
        Assert.Equal([3, 2, 1], Seqs(new AuditQuestion { To = house.Clock.GetUtcNow() }));
        Assert.Equal([5, 4, 3, 2, 1], Seqs(new AuditQuestion { Actor = "tester" }));
        Assert.Empty(Seqs(new AuditQuestion { Actor = "nobody" }));
    }

    [Fact]
    public async Task A_shortened_trail_says_so_and_still_verifies()
    {
        await MakeKeysAsync(4);
        house.Clock.Advance(TimeSpan.FromDays(400));
        await MakeKeysAsync(2, "new");

        Assert.Equal(4, await house.Store.Audit.PruneAsync(house.Clock.GetUtcNow() - TimeSpan.FromDays(365), Never));
        Assert.Equal(0, await house.Store.Audit.PruneAsync(house.Clock.GetUtcNow() - TimeSpan.FromDays(365), Never));
        await AssertSoundAsync(3);
        Assert.Equal(
            ["audit.prune", "key.create", "key.create"],
            house.Store.Audit.List(WorkspaceId.Default, new AuditQuestion()).Select(entry => entry.Action)
        );
        house.Tamper("UPDATE audit_floor SET seq = seq - 1");
        Assert.False((await house.Store.Audit.VerifyAsync(WorkspaceId.Default, Never)).IsSound);
    }

    [Fact]
    public async Task The_last_entry_is_never_let_go_of()
    {
        await MakeKeysAsync(2);
        Assert.Equal(1, await house.Store.Audit.PruneAsync(DateTimeOffset.MaxValue, Never));
        await AssertSoundAsync(2);
    }

    [Fact]
    public async Task An_exported_trail_verifies_by_itself_and_only_whole()
    {
        await MakeKeysAsync(4);
        var lines = await LinesAsync();
        var key = await File.ReadAllTextAsync(house.Folder.File("audit/public.pem"));

        Assert.Equal(4, Verify(lines, key).Entries);
        Assert.True(Verify(lines, key).IsSound);
        Assert.True(Verify(lines, null).IsSound);
        for (var i = 0; i < lines.Count; i++)
        {
            Assert.False(Verify([.. lines[..i], .. lines[(i + 1)..]], key).IsSound, $"without line {i}");
            var edited = lines[i].Replace("k1", "k7", StringComparison.Ordinal);
            Assert.Equal(edited == lines[i], Verify([.. lines[..i], edited, .. lines[(i + 1)..]], key).IsSound);
        }

        Assert.False(Verify([lines[0], lines[2], lines[1], .. lines[3..]], key).IsSound);
        Assert.False(Verify([], key).IsSound);
        Assert.False(Verify(["{}"], key).IsSound);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.False(Verify(lines, stranger.ExportSubjectPublicKeyInfoPem()).IsSound);
        Assert.Throws<CryptographicException>(() => Verify(lines, "no key"));
    }

    [Fact]
    public async Task A_shortened_trail_can_be_exported_too()
    {
        await MakeKeysAsync(3);
        house.Clock.Advance(TimeSpan.FromDays(1));
        await MakeKeysAsync(1, "new");
        await house.Store.Audit.PruneAsync(house.Clock.GetUtcNow(), Never);
        var lines = await LinesAsync();
        Assert.True(Verify(lines, house.Store.Audit.PublicKey).IsSound);
        var forged = lines[0].Replace("\"floorSeq\":3", "\"floorSeq\":4", StringComparison.Ordinal);
        Assert.NotEqual(lines[0], forged);
        Assert.False(Verify([forged, .. lines[1..]], house.Store.Audit.PublicKey).IsSound);
    }

    [Fact]
    public async Task A_full_disk_before_the_commit_changes_nothing()
    {
        await MakeKeysAsync(1);
        Directory.CreateDirectory(house.Folder.File("audit/1.json.d"));
        File.Delete(house.Folder.File("audit/1.json"));
        Directory.Move(house.Folder.File("audit/1.json.d"), house.Folder.File("audit/1.json"));

        await Assert.ThrowsAnyAsync<Exception>(() => MakeKeysAsync(1, "lost"));

        Assert.Equal(["k0"], (await house.Store.Keys.ListAsync(WorkspaceId.Default, true, Never)).Select(k => k.Name));
        Assert.Single(house.Store.Audit.List(WorkspaceId.Default, new AuditQuestion()));
    }

    private static AuditVerdict Verify(IReadOnlyList<string> lines, string? key)
    {
        using var reader = new StringReader(string.Join('\n', lines));
        return AuditFile.Verify(reader, key);
    }

    private async Task<List<string>> LinesAsync()
    {
        var lines = new List<string>();
        await foreach (var line in house.Store.Audit.ExportAsync(WorkspaceId.Default, Never))
        {
            lines.Add(line);
        }

        return lines;
    }

    private async Task<string> OnlyFaultAsync() =>
        Assert.Single((await house.Store.Audit.VerifyAsync(WorkspaceId.Default, Never)).Faults);

    private async Task AssertSoundAsync(long entries)
    {
        var verdict = await house.Store.Audit.VerifyAsync(WorkspaceId.Default, Never);
        Assert.True(verdict.IsSound, string.Join('\n', verdict.Faults));
        Assert.Equal(entries, verdict.Entries);
    }

    private async Task MakeKeysAsync(int count, string prefix = "k")
    {
        for (var i = 0; i < count; i++)
        {
            await house.Store.Keys.CreateAsync(Actors.Admin, new NewApiKey { Name = $"{prefix}{i}" }, Never);
        }
    }
}

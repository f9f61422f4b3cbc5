using Weir.Foundation;

namespace Weir.Identity.Tests.Audit;

/// <summary>Weir signs on its own what comes after: that must not make good what somebody did to the trail before.</summary>
public sealed class AuditWashingTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly IdentityHouse house = new();

    public void Dispose() => house.Dispose();

    public static TheoryData<string> Tampers() =>
        [
            "DELETE FROM audit WHERE seq = 4",
            "DELETE FROM audit WHERE seq > 1",
            "DELETE FROM audit",
            "UPDATE audit SET hash = zeroblob(32) WHERE seq = 4",
        ];

    [Theory]
    [MemberData(nameof(Tampers))]
    public async Task A_change_after_a_tampering_does_not_hide_it(string tamper)
    {
        await MakeKeysAsync(4);
        house.Tamper("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; " + tamper);
        await MakeKeysAsync(2, "later");

        Assert.False((await VerifyAsync()).IsSound);
        house.Reopen();
        await MakeKeysAsync(2, "restarted");
        Assert.False((await VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task A_trail_that_was_cut_short_says_where_and_only_once()
    {
        await MakeKeysAsync(4);
        house.Tamper("DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE seq > 2");
        await MakeKeysAsync(2, "later");

        Assert.Equal(
            ["key.create", "key.create", "audit.broken", "key.create", "key.create"],
            house.Store.Audit.List(WorkspaceId.Default, new AuditQuestion()).Reverse().Select(entry => entry.Action)
        );
        Assert.Equal(
            "what stood before entry 3 is not what was signed: Weir found it so, and went on from there",
            Assert.Single((await VerifyAsync()).Faults)
        );
    }

    [Fact]
    public async Task Signed_ends_that_are_gone_are_not_simply_made_anew()
    {
        await MakeKeysAsync(2);
        File.Delete(house.Folder.File("audit/1.json"));
        await MakeKeysAsync(1, "later");
        Assert.False((await VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task An_export_does_not_sign_what_was_cut_short()
    {
        await MakeKeysAsync(4);
        house.Tamper("DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE seq > 2");

        var verdict = VerifyFile(await LinesAsync());
        Assert.Equal("entries after 2 are missing: the trail was signed up to 4", Assert.Single(verdict.Faults));

        File.Delete(house.Folder.File("audit/1.json"));
        Assert.False(VerifyFile(await LinesAsync()).IsSound);
    }

    // Every export holds a signed end; it must not do for a signed beginning.
    [Fact]
    public async Task An_old_end_does_not_do_for_a_beginning()
    {
        await MakeKeysAsync(2);
        var old = (await LinesAsync())[^1];
        await MakeKeysAsync(2, "later");
        var (seq, hash, signature) = Values(old);

        house.Tamper(
            "INSERT INTO audit_floor VALUES (1, @seq, @hash, @signature); DELETE FROM audit WHERE seq <= @seq",
            new
            {
                seq,
                hash,
                signature,
            }
        );

        Assert.False((await VerifyAsync()).IsSound);
        Assert.False(VerifyFile(await LinesAsync()).IsSound);
    }

    private static (long Seq, byte[] Hash, byte[] Signature) Values(string end)
    {
        using var json = System.Text.Json.JsonDocument.Parse(end);
        var root = json.RootElement;
        return (
            root.GetProperty("seq").GetInt64(),
            Convert.FromHexString(root.GetProperty("hash").GetString()!),
            root.GetProperty("signature").GetBytesFromBase64()
        );
    }

    private AuditVerdict VerifyFile(IReadOnlyList<string> lines)
    {
        using var reader = new StringReader(string.Join('\n', lines));
        return AuditFile.Verify(reader, house.Store.Audit.PublicKey);
    }

    private Task<AuditVerdict> VerifyAsync() => house.Store.Audit.VerifyAsync(WorkspaceId.Default, Never);

    private async Task<List<string>> LinesAsync()
    {
        var lines = new List<string>();
        await foreach (var line in house.Store.Audit.ExportAsync(WorkspaceId.Default, Never))
        {
            lines.Add(line);
        }

        return lines;
    }

    private async Task MakeKeysAsync(int count, string prefix = "k")
    {
        for (var i = 0; i < count; i++)
        {
            await house.Store.Keys.CreateAsync(Actors.Admin, new NewApiKey { Name = $"{prefix}{i}" }, Never);
        }
    }
}

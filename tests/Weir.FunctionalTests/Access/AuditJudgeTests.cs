using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Weir.Foundation.Storage;
using Weir.Identity;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.Access;

/// <summary>
/// An exported trail of a real server before a judge from outside: a short program that was written from the format's page and
/// has nothing but node's own cryptography. Weir's own <c>audit verify</c> has to say the same of every file.
/// </summary>
public sealed class AuditJudgeTests(ExportedTrail exported) : IClassFixture<ExportedTrail>, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string[] lines = exported.Lines;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_trail_as_it_was_exported_is_sound_to_both()
    {
        Assert.InRange(lines.Length, 8, 100);
        var told = await JudgeAsync(lines);
        Assert.Equal(lines.Length - 2, told.Entries);
        Assert.Empty(told.Faults);
        Assert.Contains(lines, line => line.Contains("10.0.0.0/8", StringComparison.Ordinal));
        Assert.Contains(lines, line => JsonNode.Parse(line)!["after"]?.GetValue<string>().Contains("Zo") == true);
    }

    [Fact]
    public async Task Every_field_of_an_entry_is_vouched_for()
    {
        foreach (
            var (name, value) in new (string, JsonNode?)[]
            {
                ("seq", 99),
                ("at", 1),
                ("actorKind", "user"),
                ("actorId", "key_other"),
                ("actorId", null),
                ("actorName", "nobody"),
                ("address", "203.0.113.9"),
                ("action", "key.view"),
                ("target", "key:key_other"),
                ("before", "{}"),
                ("after", "{}"),
                ("hash", new string('0', 64)),
            }
        )
        {
            await AssertFoundAsync($"{name} altered", [.. lines[..3], With(lines[3], name, value), .. lines[4..]]);
        }
    }

    [Fact]
    public async Task What_is_missing_out_of_place_or_put_in_is_found()
    {
        for (var at = 0; at < lines.Length; at++)
        {
            await AssertFoundAsync($"without line {at}", [.. lines[..at], .. lines[(at + 1)..]]);
        }

        await AssertFoundAsync("in another order", [.. lines[..2], lines[3], lines[2], .. lines[4..]]);
        await AssertFoundAsync("an entry twice", [.. lines[..3], lines[2], .. lines[3..]]);
        await AssertFoundAsync("of another workspace", [With(lines[0], "workspace", 2), .. lines[1..]]);
        await AssertFoundAsync("nothing", []);
    }

    [Fact]
    public async Task The_last_entries_cannot_go_unseen()
    {
        var before = JsonNode.Parse(lines[^3])!;
        var end = With(With(lines[^1], "seq", before["seq"]!.DeepClone()), "hash", before["hash"]!.DeepClone());
        await AssertFoundAsync("an end that fits and was not signed", [.. lines[..^2], end]);

        var last = JsonNode.Parse(lines[^2])!;
        var floor = With(
            With(With(lines[0], "floorSeq", last["seq"]!.DeepClone()), "floorHash", last["hash"]!.DeepClone()),
            "floorSignature",
            JsonNode.Parse(lines[^1])!["signature"]!.DeepClone()
        );
        await AssertFoundAsync("an end that serves as the beginning", [floor, lines[^1]]);
    }

    [Fact]
    public async Task A_trail_that_was_written_anew_is_found_by_its_signature()
    {
        // Somebody who knows the format takes his name out and chains what follows as it should be.
        var forged = Chained([.. lines.Select(line => line.Replace("revoke", "create", StringComparison.Ordinal))]);
        Assert.NotEqual(lines, forged);
        var last = JsonNode.Parse(forged[^2])!;
        var statement = string.Create(
            CultureInfo.InvariantCulture,
            $"weir-audit-head-1\n{JsonNode.Parse(forged[0])!["workspace"]}\n{last["seq"]}\n{last["hash"]}"
        );
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = Convert.ToBase64String(
            stranger.SignData(Encoding.ASCII.GetBytes(statement), HashAlgorithmName.SHA256)
        );
        var end = With(forged[^1], "hash", last["hash"]!.DeepClone());

        await AssertFoundAsync("the old signature", [.. forged[..^1], end]);
        end = With(With(end, "signature", signature), "publicKey", stranger.ExportSubjectPublicKeyInfoPem());
        await AssertFoundAsync("a stranger's signature and his key", [.. forged[..^1], end]);

        // The forger's own key vouches for it, so that it is the signature alone that gives him away.
        await File.WriteAllTextAsync(folder.At("stranger.pem"), stranger.ExportSubjectPublicKeyInfoPem());
        var told = await JudgeAsync([.. forged[..^1], end], folder.At("stranger.pem"));
        Assert.Empty(told.Faults);
    }

    [Fact]
    public async Task A_shortened_trail_is_sound_and_its_beginning_cannot_be_moved()
    {
        var shortened = await ExportAsync(
            exported.CopyTo(folder.Make("data")),
            identity => identity.Audit.PruneAsync(DateTimeOffset.MaxValue, CancellationToken.None)
        );

        Assert.Equal(4, shortened.Length);
        Assert.Contains("audit.prune", shortened[2], StringComparison.Ordinal);
        Assert.Empty((await JudgeAsync(shortened)).Faults);
        await AssertFoundAsync("no signed beginning", [With(shortened[0], "floorSignature", null), .. shortened[1..]]);
        await AssertFoundAsync("shortened further", [shortened[0], .. shortened[2..]]);
    }

    [Fact]
    public async Task What_was_cut_off_in_the_database_is_told_by_every_export_after_it()
    {
        var data = exported.CopyTo(folder.Make("data"));
        await using (var control = new SqliteDatabase(Path.Combine(data, "control.db")).OpenWriter())
        {
            await control.ExecuteAsync(
                """
                DROP TRIGGER audit_no_delete;
                DELETE FROM audit WHERE workspace = 1 AND seq > (SELECT max(seq) FROM audit WHERE workspace = 1) - 2
                """
            );
        }

        await AssertFoundAsync("at once", await ExportAsync(data, _ => Task.CompletedTask));
        var later = await ExportAsync(
            data,
            identity =>
                identity.Audit.NoteAsync(
                    Actor.LocalCommand,
                    "audit.export",
                    "audit",
                    null,
                    null,
                    CancellationToken.None
                )
        );
        Assert.Contains("audit.broken", later[^3], StringComparison.Ordinal);
        await AssertFoundAsync("after another entry", later);
    }

    private static string With(string line, string name, JsonNode? value)
    {
        var json = JsonNode.Parse(line)!;
        json[name] = value?.DeepClone();
        return json.ToJsonString();
    }

    private static string[] Chained(string[] trail)
    {
        var previous = new byte[32];
        for (var at = 1; at < trail.Length - 1; at++)
        {
            var entry = JsonNode.Parse(trail[at])!;
            using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            sha.AppendData(previous);
            var names = "seq at actorKind actorId actorName address action target before after".Split(' ');
            foreach (
                var text in (string?[])
                    [
                        "weir-audit-1",
                        JsonNode.Parse(trail[0])!["workspace"]!.ToString(),
                        .. names.Select(name => entry[name]?.ToString()),
                    ]
            )
            {
                var length = new byte[4];
                var bytes = Encoding.UTF8.GetBytes(text ?? "");
                BinaryPrimitives.WriteUInt32BigEndian(length, text is null ? uint.MaxValue : (uint)bytes.Length);
                sha.AppendData(length);
                sha.AppendData(bytes);
            }

            previous = sha.GetHashAndReset();
            trail[at] = With(trail[at], "hash", Convert.ToHexStringLower(previous));
        }

        return trail;
    }

    private static async Task<string[]> ExportAsync(string data, Func<IdentityStore, Task> change)
    {
        using var identity = IdentityStore.Open(data, TimeProvider.System).Store!;
        await change(identity);
        return await identity.Audit.ExportAsync(Foundation.WorkspaceId.Default, CancellationToken.None).ToArrayAsync();
    }

    private async Task AssertFoundAsync(string what, string[] trail)
    {
        var told = await JudgeAsync(trail);
        Assert.True(told.Faults.Length > 0, $"{what}: not found");
    }

    // What the judge says; Weir must come to the same.
    private async Task<(int Entries, string[] Faults)> JudgeAsync(string[] trail, string? publicKey = null)
    {
        var file = folder.At("judged");
        var text = string.Concat(trail.Select(line => line + "\n"));
        await File.WriteAllTextAsync(file, text);
        var told = await Programs.NodeAsync(
            "audit-judge.mjs",
            [file, publicKey ?? exported.PublicKey],
            new Dictionary<string, string> { ["HOME"] = folder.Path }
        );
        var verdict = told.Json();
        var isSound = verdict.GetProperty("sound").GetBoolean();
        Assert.True(told.ExitCode == (isSound ? 0 : 1), told.ToString());
        using var reader = new StringReader(text);
        var own = AuditFile.Verify(reader, await File.ReadAllTextAsync(publicKey ?? exported.PublicKey));
        Assert.True(own.IsSound == isSound, $"{told}\n{string.Join('\n', own.Faults)}\n{text}");
        return (
            verdict.GetProperty("entries").GetInt32(),
            [.. verdict.GetProperty("faults").EnumerateArray().Select(fault => fault.GetString()!)]
        );
    }
}

/// <summary>The trail of a server on which a few things were done, as <c>weir audit export</c> wrote it.</summary>
public sealed class ExportedTrail : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Its lines.</summary>
    public string[] Lines { get; private set; } = [];

    /// <summary>The file of the server's public key.</summary>
    public string PublicKey => folder.At("data", "audit", "public.pem");

    public async ValueTask InitializeAsync()
    {
        await using var weir = await WeirProcess.StartAsync(folder.At("data"));
        await DoAsync(weir, "keys", "create", "first", "--network", "10.0.0.0/8,fd00:1::/64", "--project", "web");
        await DoAsync(weir, "users", "create", "zoe", "--display-name", "Zoë \"Z\" <b>\\ 🌊", "--role", "viewer");
        await DoAsync(weir, "keys", "rotate", "first");
        await DoAsync(weir, "teams", "create", "core");
        await DoAsync(weir, "keys", "revoke", "first");
        await DoAsync(weir, "audit", "export", "-o", folder.At("trail"));
        Lines = await File.ReadAllLinesAsync(folder.At("trail"));
        await weir.StopAsync();
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Copies what the server left of its trail.</summary>
    public string CopyTo(string data)
    {
        Directory.CreateDirectory(Path.Combine(data, "audit"));
        foreach (
            var file in new[] { "control.db" }.Concat(
                Directory.GetFiles(folder.At("data", "audit")).Select(f => Path.Combine("audit", Path.GetFileName(f)))
            )
        )
        {
            File.Copy(folder.At("data", file), Path.Combine(data, file));
        }

        return data;
    }

    private static async Task DoAsync(WeirProcess weir, params string[] arguments)
    {
        var told = await weir.CommandAsync(arguments);
        Assert.True(told.ExitCode == 0, told.ToString());
    }
}

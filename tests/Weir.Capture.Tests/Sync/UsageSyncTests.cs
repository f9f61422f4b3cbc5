using System.Text;
using Weir.Capture.Agents;
using Weir.Capture.Sync;
using Weir.Capture.Tests.Archive;
using Weir.Foundation;

namespace Weir.Capture.Tests.Sync;

/// <summary>What machines send to one server is there once, whatever is broken off.</summary>
public sealed class UsageSyncTests : CaptureTest
{
    private static readonly Uri Server = new("https://weir.example");

    [Fact]
    public async Task A_session_that_is_on_two_machines_is_counted_once_and_bears_the_name_of_the_first()
    {
        Write("a.jsonl", Answer("m1", 1), Answer("m1", 30), Answer("m2", 9, session: "s2"));
        var other = At("other");
        CopyFolder(Home, other);
        File.WriteAllText(
            Path.Combine(other, ".claude", "projects", "-home-ada-weir", "own.jsonl"),
            Answer("m3", 7, session: "s3") + "\n"
        );
        await using var server = await ServerAsync();

        var first = await SendAsync(server, Home, "laptop");
        var second = await SendAsync(server, other, "desktop", user: "grace");

        Assert.Equal((2, 1), (first.Requests, second.Requests));
        var records = await OpenCapture.RecordsAsync(server.Ledger, Cancel);
        Assert.Equal("m1:30 m2:9 m3:7", Show(records));
        Assert.Equal(
            ["m1 laptop key's owner weir", "m2 laptop key's owner weir", "m3 desktop grace weir"],
            records.Select(r => $"{r.MessageId} {r.Tags["host"]} {r.User} {r.Project}").Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Only_what_is_new_is_sent()
    {
        var path = Write("a.jsonl", Answer("m1", 5), Answer("m2", 6));
        await using var server = await ServerAsync();
        Assert.Equal((1, 2), await TwoOf(SendAsync(server, Home, "laptop")));
        Assert.Equal((0, 0), await TwoOf(SendAsync(server, Home, "laptop")));

        await File.AppendAllTextAsync(path, Answer("m3", 7) + "\n", Cancel);
        var third = await SendAsync(server, Home, "laptop");

        Assert.Equal((1, 1, 2), (third.Batches, third.Requests, third.Records));
    }

    [Fact]
    public async Task A_lost_answer_counts_nothing_twice()
    {
        Write("a.jsonl", Answer("m1", 5), Answer("m2", 6));
        await using var server = await ServerAsync();
        var bodies = new List<byte[]>();

        var told = await SendAsync(
            server,
            Home,
            "laptop",
            around: async (body, send) =>
            {
                bodies.Add(body.ToArray());
                var answer = await send();
                return bodies.Count == 1 ? SyncAnswer.NotStored("the answer was lost", mayComeAgain: true) : answer;
            }
        );

        Assert.Equal((2, 1, 2), (bodies.Count, told.Batches, told.Requests));
        Assert.Equal(bodies[0], bodies[1]);
        Assert.Equal("m1:5 m2:6", Show(await OpenCapture.RecordsAsync(server.Ledger, Cancel)));
    }

    [Fact]
    public async Task What_is_broken_off_goes_on_where_it_stood()
    {
        for (var file = 0; file < 6; file++)
        {
            var session = $"s{file}";
            Write(
                $"{file}.jsonl",
                [.. Enumerable.Range(0, 2000).Select(i => Answer($"{session}-m{i:0000}", 1 + i, session: session))]
            );
        }

        await using var server = await ServerAsync();
        var sent = 0;
        var batches = 0;
        for (var run = 0; run < 8; run++)
        {
            try
            {
                var told = await SendAsync(
                    server,
                    Home,
                    "laptop",
                    around: async (_, send) =>
                    {
                        var answer = await send();
                        // Every second batch is stored and its answer lost for good.
                        return ++sent % 2 == 0 ? SyncAnswer.NotStored("gone", mayComeAgain: false) : answer;
                    }
                );
                batches += told.Batches;
                break;
            }
            catch (SyncRefusedException)
            {
                batches++;
            }
        }

        Assert.True(sent is > 3 and < 30, $"{sent} batches were sent.");
        var status = await server.Ledger.CountAsync(1022, Cancel);
        Assert.Equal(12_000, status);
        Assert.Equal((0, 0), await TwoOf(SendAsync(server, Home, "laptop")));
    }

    [Fact]
    public async Task Two_at_once_to_the_same_server_are_refused()
    {
        var (sync, _) = Open(Home, "laptop", null);
        using (sync)
        {
            var (second, refusal) = Open(Home, "laptop", null);
            Assert.Null(second);
            Assert.Contains("already", refusal, StringComparison.Ordinal);
        }

        var (third, _) = Open(Home, "laptop", null);
        Assert.NotNull(third);
        third.Dispose();
    }

    [Fact]
    public async Task Nothing_in_a_batch_makes_the_server_look_at_its_own_disk()
    {
        var repository = At("victim");
        Directory.CreateDirectory(Path.Combine(repository, ".git"));
        Directory.CreateDirectory(Path.Combine(repository, "inner"));
        await using var server = await ServerAsync();
        var (batch, _) = Read(
            $$"""{"kind":"request","source":2,"client":"claude-code","at":1778673600000000,"messageId":"m","output":3,"folder":"{{repository}}/inner"}"""
        );

        await server.Capture.IngestAsync(WorkspaceId.Default, null, batch!, Cancel);

        Assert.Equal("inner", (await OpenCapture.RecordsAsync(server.Ledger, Cancel)).Single().Project);
    }

    [Theory]
    [InlineData("", "first line")]
    [InlineData("{}", "first line")]
    [InlineData("[]", "first line")]
    [InlineData("""{"kind":"batch","id":"x"}""", "version")]
    [InlineData("""{"kind":"batch","version":2,"id":"x"}""", "version 2")]
    [InlineData("""{"kind":"batch","version":1}""", "missing field")]
    [InlineData("""{"kind":"batch","version":1,"id":"x","host":7}""", "not a text")]
    [InlineData(
        """{"kind":"batch","version":1,"id":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}""",
        "64"
    )]
    public void A_body_that_is_no_batch_is_refused_with_its_reason(string body, string reason)
    {
        var (batch, fault) = CaptureBatch.Read(Encoding.UTF8.GetBytes(body), Noon);

        Assert.Null(batch);
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_refused_is_counted_by_reason_and_the_rest_is_taken()
    {
        var (batch, _) = Read(
            """{"kind":"request","source":2,"client":"c","at":1778673600000000,"messageId":"m","output":-3}""",
            """{"kind":"request","source":2,"client":"c","at":1778673600000000,"messageId":"m","output":3}""",
            "nonsense",
            """{"kind":"request","source":1,"client":"c","at":1778673600000000,"messageId":"m"}""",
            """{"kind":"from","workspace":7,"host":"other"}""",
            """{"kind":"request","source":2,"client":"c","at":1778673600000000,"messageId":"n","output":3}"""
        );

        Assert.Equal(2, batch!.Records);
        Assert.Equal(
            "impossible number 1, not json 1, source not allowed 1",
            string.Join(", ", batch.Refused.Select(r => $"{r.Key} {r.Value}"))
        );
        Assert.Equal(
            "laptop m, other n",
            string.Join(", ", batch.Parts.Select(p => $"{p.Host} {p.Caught.Sightings.Single().MessageId}"))
        );
    }

    private static (CaptureBatch? Batch, string? Fault) Read(params string[] lines) =>
        CaptureBatch.Read(
            Encoding.UTF8.GetBytes(
                """{"kind":"batch","version":1,"id":"b1","host":"laptop"}""" + "\n" + string.Join('\n', lines)
            ),
            TimeProvider.System.GetUtcNow()
        );

    private static async Task<(int Batches, int Requests)> TwoOf(Task<SyncProgress> sending)
    {
        var told = await sending;
        return (told.Batches, (int)told.Requests);
    }

    private Task<OpenCapture> ServerAsync() => OpenCapture.OpenAsync(At("server"), At("no home"), Cancel);

    private async Task<SyncProgress> SendAsync(
        OpenCapture server,
        string home,
        string host,
        string? user = null,
        Func<ReadOnlyMemory<byte>, Func<Task<SyncAnswer>>, Task<SyncAnswer>>? around = null
    )
    {
        var (sync, refusal) = Open(home, host, user);
        Assert.Null(refusal);
        using var opened = sync!;
        var sender = new BatchSender(
            (body, cancel) =>
                around is null
                    ? Rebuild.SendAsync(server, body, cancel)
                    : around(body, () => Rebuild.SendAsync(server, body, cancel)),
            patience: 3,
            told: null,
            TimeProvider.System
        );
        await opened.CatchUpAsync(sender, Cancel);
        return sender.Progress;
    }

    private (UsageSync? Sync, string? Refusal) Open(string home, string host, string? user) =>
        UsageSync.Open(
            new CaptureOptions { DataFolder = At("client-" + Path.GetFileName(home)), User = user },
            CodingAgents.All,
            new Places(home, _ => null) { System = OSPlatformKind.Linux },
            Server,
            host,
            TimeProvider.System
        );

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
    }
}

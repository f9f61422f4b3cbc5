using Weir.Capture.Agents;
using Weir.Capture.Sessions;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger;

namespace Weir.Capture.Tests.Joining;

/// <summary>One request is counted once, however many lines, files, witnesses and restarts it is met in.</summary>
public sealed class JoiningTests : CaptureTest
{
    private const int CaptureNode = 1022;

    [Fact]
    public async Task Of_copies_the_one_with_most_output_stands_whole()
    {
        Write("a.jsonl", Answer("m1", 1), Answer("m1", 1), Answer("m1", 30), Answer("m2", 9));
        Write(
            "b.jsonl",
            Answer("m1", 1, session: "s2"),
            Answer("m2", 9, session: "s2"),
            Answer("m2", 12, session: "s2")
        );
        await CatchUpAsync();
        var records = await RecordsAsync();
        Assert.Equal("m1:30 m2:12", Show(records));
        Assert.Equal(["s1", "s2"], records.Select(r => r.Session).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_pair_of_ids_is_the_request_and_the_message_id_alone_where_one_lacks_the_other()
    {
        Write(
            "a.jsonl",
            Answer("m1", 5, request: "r1"),
            Answer("m1", 6, request: "r2"),
            Answer("m1", 7, request: "r1"),
            Answer("m2", 5, request: "r1").Replace("\"requestId\":\"r1\",", "", StringComparison.Ordinal),
            Answer("m2", 8, request: "r3")
        );
        Write(
            Path.Combine("s1", "subagents", "agent-x1.jsonl"),
            Answer("m1", 7, request: "r9", extra: ",\"isSidechain\":true,\"agentId\":\"x1\"")
        );
        await CatchUpAsync();
        Assert.Equal("m1:6 m1:7 m2:8", Show(await RecordsAsync()));
    }

    [Fact]
    public async Task A_main_conversations_word_wins_over_a_subagents_copy_with_as_much_output()
    {
        Write(
            Path.Combine("s1", "subagents", "agent-x1.jsonl"),
            Answer("m1", 5, extra: ",\"isSidechain\":true,\"agentId\":\"x1\"")
        );
        await CatchUpAsync();
        Assert.Equal("x1", (await RecordsAsync()).Single().Agent);
        Write("a.jsonl", Answer("m1", 5));
        await CatchUpAsync();
        Assert.Null((await RecordsAsync()).Single().Agent);
    }

    [Fact]
    public async Task Losing_captures_own_file_loses_and_doubles_nothing()
    {
        Write("a.jsonl", Answer("m1", 5), Answer("m2", 6));
        await CatchUpAsync();
        File.Copy(Path.Combine(Data, "capture.db"), Path.Combine(Data, "earlier"));
        var path = Write("b.jsonl", Answer("m2", 6), Answer("m3", 7), Answer("m4", 1));
        await CatchUpAsync();

        // As after a crash between the two files.
        File.Move(Path.Combine(Data, "earlier"), Path.Combine(Data, "capture.db"), overwrite: true);
        await File.AppendAllTextAsync(path, Answer("m4", 8) + "\n", Cancel);
        Assert.Equal(1, (await CatchUpAsync()).Requests);
        Assert.Equal("m1:5 m2:6 m3:7 m4:8", Show(await RecordsAsync()));

        File.Delete(Path.Combine(Data, "capture.db"));
        Assert.Equal((2, 0), (await CatchUpAsync()) is var read ? (read.Files, read.Requests) : default);
        Assert.Equal("m1:5 m2:6 m3:7 m4:8", Show(await RecordsAsync()));
    }

    [Fact]
    public async Task A_ledger_that_was_put_back_gets_everything_again()
    {
        Write("a.jsonl", Answer("m1", 5), Answer("m2", 6));
        await CatchUpAsync();
        foreach (var file in Directory.EnumerateFiles(Data, "ledger.db*"))
        {
            File.Delete(file);
        }

        Directory.Delete(Path.Combine(Data, "journal"), recursive: true);
        Assert.Equal(2, (await CatchUpAsync()).Requests);
        Assert.Equal("m1:5 m2:6", Show(await RecordsAsync()));
    }

    [Fact]
    public async Task What_the_ledger_never_took_is_read_again_after_a_stop()
    {
        Write("a.jsonl", Answer("m1", 5), Answer("m2", 6));
        await using (await OpenAsync()) { }
        await using (var other = new SqliteDatabase(Path.Combine(Data, "ledger.db")).OpenWriter())
        {
            await using var open = await OpenAsync();
            await using var held = other.BeginTransaction(deferred: false);
            await Assert.ThrowsAsync<IOException>(() => open.Capture.CatchUpAsync(null, Cancel));
            // What tells of no request could be stored.
            Assert.True(open.Capture.TryTake(WorkspaceId.Default, new Catch(), out _));
            await open.DisposeAsync();
        }

        Assert.Equal(2, (await CatchUpAsync()).Requests);
        Assert.Equal("m1:5 m2:6", Show(await RecordsAsync()));
    }

    [Theory]
    [InlineData("capture.db")]
    [InlineData("ledger.db")]
    public async Task What_cannot_be_stored_for_a_while_is_told_and_then_stored_once(string file)
    {
        // More than the batches that are under way at once; the later word on each request is the better one.
        const int requests = 9_000;
        for (var part = 0; part < 9; part++)
        {
            var own = Enumerable.Range(part * 1_000, 1_000).ToArray();
            Write($"a{part}.jsonl", [.. own.Select(i => Answer($"m{i}", 1 + (i % 9)))]);
            Write($"b{part}.jsonl", [.. own.Select(i => Answer($"m{i}", 10 + (i % 9), session: "s2"))]);
        }

        await using var open = await OpenAsync();
        await using (var other = new SqliteDatabase(Path.Combine(Data, file)).OpenWriter())
        {
            await using var held = other.BeginTransaction(deferred: false);
            var failure = await Assert.ThrowsAsync<IOException>(() => open.Capture.CatchUpAsync(null, Cancel));
            Assert.Contains("locked", failure.Message, StringComparison.Ordinal);
            Assert.Contains("locked", open.Capture.Failure, StringComparison.Ordinal);
        }

        while (open.Capture.Failure is not null)
        {
            await Task.Delay(20, Cancel);
        }

        await open.Capture.CatchUpAsync(null, Cancel);
        var records = await OpenCapture.RecordsAsync(open.Ledger, Cancel);
        Assert.Equal(requests, await open.Ledger.CountAsync(CaptureNode, Cancel));
        Assert.All(records, r => Assert.Equal("s2", r.Session));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_gateway_saw_as_well_is_one_record_with_all_that_is_known(bool gatewayFirst)
    {
        await using var open = await OpenAsync();
        Write("a.jsonl", Answer("m1", 5), Answer("m2", 6));
        if (gatewayFirst)
        {
            await GatewayAsync(open.Ledger, Gateway);
        }

        await open.Capture.CatchUpAsync(null, Cancel);
        if (!gatewayFirst)
        {
            await GatewayAsync(open.Ledger, Gateway);
        }

        var records = await OpenCapture.RecordsAsync(open.Ledger, Cancel);
        Assert.Equal("m1:50 m2:6", Show(records));
        var joined = records.Single(r => r.MessageId == "m1");
        Assert.Equal(UsageSources.Gateway | UsageSources.Transcript, joined.SeenBy);
        Assert.Equal(("ci", "s1", "weir", "main"), (joined.Key, joined.Session, joined.Project, joined.Tags["branch"]));
        Assert.Equal(Doubts.Tokens, joined.Doubts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_gateway_translated_is_known_by_the_ids_that_it_gave_out(bool gatewayFirst)
    {
        var id = new RecordIdSource(TimeProvider.System).Next();
        var line = Answer(CallerIds.Make(Dialect.AnthropicMessages, id, 0), 50, request: CallerIds.RequestId(id));
        const string text = """[{"type":"text","text":"x"}]""";
        Assert.Contains(text, line, StringComparison.Ordinal);
        Write(
            "a.jsonl",
            line.Replace(
                text,
                """[{"type":"tool_use","id":"toolu_1","name":"Bash","input":{"command":"ls"}}]""",
                StringComparison.Ordinal
            ),
            Answer("m2", 6, minute: 1)
        );
        await using var open = await OpenAsync();
        var translated = Gateway with
        {
            Id = id,
            Provider = "openai",
            Model = "gpt-5",
            RequestedModel = "claude-sonnet-5",
            MessageId = "chatcmpl-1",
            UpstreamId = "upstream-1",
            Dialect = Dialect.AnthropicMessages,
            UpstreamDialect = Dialect.OpenAIChat,
            Dropped = ["cache_control"],
            Cost = new Money(7),
        };
        if (gatewayFirst)
        {
            await GatewayAsync(open.Ledger, translated);
        }

        await open.Capture.CatchUpAsync(null, Cancel);
        if (!gatewayFirst)
        {
            // Nobody can say yet whose model answered: no price is better than Claude's.
            var alone = (await OpenCapture.RecordsAsync(open.Ledger, Cancel))[0];
            Assert.Equal((null, null), (alone.Provider, alone.Cost));
            await GatewayAsync(open.Ledger, translated);
        }

        var records = await OpenCapture.RecordsAsync(open.Ledger, Cancel);
        Assert.Equal("chatcmpl-1:50 m2:6", Show(records));
        var joined = records.Single(r => r.MessageId == "chatcmpl-1");
        Assert.Equal(UsageSources.Gateway | UsageSources.Transcript, joined.SeenBy);
        Assert.Equal(("ci", "s1", "weir", "main"), (joined.Key, joined.Session, joined.Project, joined.Tags["branch"]));
        Assert.Equal(("openai", "gpt-5", new Money(7)), (joined.Provider, joined.Model, joined.Cost));
        Assert.Equal((Dialect.OpenAIChat, "cache_control"), (joined.UpstreamDialect, Assert.Single(joined.Dropped)));
        Assert.Equal(Doubts.None, joined.Doubts);

        // The transcript's calls name the answer by the id that it saw.
        var tree = await open.Capture.Sessions.TreeAsync(WorkspaceId.Default, "s1", name => name, Cancel);
        var request = Flat(tree!.Root).Single(node => node.Request?.Id == joined.Id);
        Assert.Equal("Bash", Assert.Single(request.Children).Name);
        var activity = await open.Capture.Sessions.ActivityAsync(
            new UsageQuery
            {
                Workspace = WorkspaceId.Default,
                From = Noon.AddHours(-1),
                To = Noon.AddHours(1),
            },
            Cancel
        );
        Assert.Equal(7, activity.Tools.Single(row => row.Name == "Bash").Usage.Cost);
    }

    [Fact]
    public async Task What_is_read_costs_what_the_list_says_and_belongs_to_its_project()
    {
        Write("a.jsonl", Answer("m1", 1000));
        await CatchUpAsync();
        var record = (await RecordsAsync()).Single();
        var charge = new PriceBook().Current.Charge(
            new PriceRequest
            {
                Catalogue = "anthropic",
                Served = "claude-sonnet-5",
                Usage = record.Usage,
                At = record.StartedAt,
            }
        );
        Assert.NotNull(charge.Cost);
        Assert.Equal((charge.Cost, charge.PriceVersion), (record.Cost, record.PriceVersion));
        Assert.Equal(
            (UsageSource.Transcript, UsageQuality.Reported, "claude-code", "weir", Noon),
            (record.Source, record.Quality, record.Client, record.Project, record.StartedAt)
        );
    }

    [Theory]
    [InlineData("""{"claudeAiOauth":{"accessToken":"secret","subscriptionType":"max"}}""", Billing.Subscription)]
    [InlineData("""{"claudeAiOauth":{"accessToken":"secret","subscriptionType":null}}""", Billing.Metered)]
    [InlineData("""{"claudeAiOauth":[]}""", Billing.Metered)]
    [InlineData("[", Billing.Metered)]
    public async Task What_a_plan_covers_is_listed_and_not_billed(string credentials, Billing billing)
    {
        await File.WriteAllTextAsync(Path.Combine(Home, ".claude", ".credentials.json"), credentials, Cancel);
        Write("a.jsonl", Answer("m1", 1000));
        await CatchUpAsync();
        var record = (await RecordsAsync()).Single();
        Assert.Equal(billing, record.Billing);
        Assert.True(record.Cost > Money.Zero);
        Assert.Equal(billing == Billing.Metered ? record.Cost : Money.Zero, record.Billed);
    }

    private static IEnumerable<SessionNode> Flat(SessionNode node) => node.Children.SelectMany(Flat).Prepend(node);

    private static UsageRecord Gateway { get; } =
        new()
        {
            Id = new RecordIdSource(TimeProvider.System).Next(),
            Workspace = WorkspaceId.Default,
            StartedAt = Noon.AddSeconds(-4),
            Source = UsageSource.Gateway,
            Status = RequestStatus.Ok,
            Key = "ci",
            Provider = "anthropic",
            Model = "claude-sonnet-5",
            MessageId = "m1",
            UpstreamId = "req_m1",
            Usage = new TokenUsage
            {
                Input = 10,
                CacheRead = 100,
                Output = 50,
            },
            Quality = UsageQuality.Measured,
        };

    private static async Task GatewayAsync(UsageLedger ledger, UsageRecord record)
    {
        Assert.True(ledger.Journal.TryReserve());
        ledger.Journal.Append(record);
        ledger.Journal.Release();
        await ledger.FlushAsync(Cancel);
    }
}

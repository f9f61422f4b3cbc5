using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Weir.Capture.Sessions;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Tests.Sessions;

/// <summary>Where requests, tools and subagents stand.</summary>
public sealed class TreeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 13, 12, 0, 0, TimeSpan.Zero);
    private long lastId;

    [Fact]
    public void Every_request_stands_in_the_tree_once_and_the_sums_are_theirs_whatever_the_log_says() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    var session = new RandomSession(seed);
                    var root = Build(session.Events, session.Records);

                    var all = Flat(root).ToList();
                    Assert.Equal(
                        session.Records.Select(r => r.Id).Order(),
                        all.Where(n => n.Request is not null).Select(n => n.Request!.Id).Order()
                    );
                    var sums = session.Records.Aggregate(default(SessionSums), (sum, r) => sum + SessionSums.Of(r));
                    Assert.Equal(sums, root.Total);
                    Assert.Equal(sums, all.Aggregate(default(SessionSums), (sum, n) => sum + n.Own));
                    Assert.All(
                        all,
                        n => Assert.Equal(n.Total, n.Children.Aggregate(n.Own, (sum, child) => sum + child.Total))
                    );
                    Assert.True(Depth(root) <= 26);
                    // Nothing told is left out but what a hook told a second time, of which there is none here.
                    Assert.Equal(
                        session.Events.Length,
                        all.Count(n => n.Kind is not (SessionNodeKind.Session or SessionNodeKind.Request))
                            - all.Count(n =>
                                n.Kind == SessionNodeKind.Agent
                                && !session.Events.Any(e => e.Kind == SessionEventKind.Agent && e.Id == n.Id)
                            )
                    );
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Requests_stand_under_their_prompt_tools_under_their_request_and_subagents_under_their_tool()
    {
        var root = Build(
            [
                Event(SessionEventKind.Prompt, "p1", 0),
                Event(SessionEventKind.Prompt, "p2", 60),
                Event(SessionEventKind.Tool, "t1", 5) with
                {
                    Name = "Task",
                    Parent = "m1",
                    EndedAt = At(50),
                },
                Event(SessionEventKind.Agent, "a1", 6) with
                {
                    Name = "Explore",
                    Parent = "t1",
                    EndedAt = At(49),
                },
                Event(SessionEventKind.Tool, "t2", 10) with
                {
                    Name = "Bash",
                    Parent = "m2",
                    Agent = "a1",
                },
                Event(SessionEventKind.Permission, "t2", 11) with
                {
                    EndedAt = At(14),
                    Agent = "a1",
                    Succeeded = true,
                },
                Event(SessionEventKind.Turn, "p1", 55) with
                {
                    StartedAt = null,
                    EndedAt = At(55),
                    Parent = "p1",
                },
                Event(SessionEventKind.Compaction, "c1", 70) with
                {
                    Tokens = 9000,
                },
            ],
            [
                Record("m1", 5, cost: 100),
                Record("m2", 9, cost: 20, agent: "a1"),
                Record("m3", 30, cost: 3, agent: "a1"),
                Record("m4", 54, cost: 7),
                Record("m5", 65, cost: 1000),
            ]
        );

        Assert.Equal(["Prompt p1 130", "Prompt p2 1000"], root.Children.Select(Show));
        var first = root.Children[0];
        Assert.Equal(["Request m1 123", "Request m4 7", "Turn p1 0"], first.Children.Select(Show));
        Assert.Equal((At(0), At(55), TimeSpan.FromSeconds(55)), (first.StartedAt, first.EndedAt, first.Duration));
        Assert.Equal(TimeSpan.FromSeconds(3), first.Waited);
        var tool = first.Children[0].Children.Single();
        Assert.Equal("Tool t1 23", Show(tool));
        var agent = tool.Children.Single();
        Assert.Equal(("Agent a1 23", "Explore"), (Show(agent), agent.Name));
        Assert.Equal(["Request m2 20", "Request m3 3"], agent.Children.Select(Show));
        Assert.Equal("Permission t2 0", Show(agent.Children[0].Children.Single().Children.Single()));
        Assert.Equal(["Request m5 1000", "Compaction c1 0"], root.Children[1].Children.Select(Show));
    }

    [Fact]
    public void What_comes_before_the_first_prompt_or_from_an_unknown_agent_stands_under_the_session()
    {
        var root = Build(
            [Event(SessionEventKind.Prompt, "p1", 60)],
            [Record("m1", 5, cost: 1), Record("m2", 6, cost: 2, agent: "a1"), Record("m3", 61, cost: 4, agent: "a2")]
        );

        Assert.Equal(["Request m1 1", "Agent a1 2", "Prompt p1 4"], root.Children.Select(Show));
        Assert.Equal(["Agent a2 4"], root.Children[2].Children.Select(Show));
    }

    [Fact]
    public void A_call_that_Codex_wrote_down_belongs_to_the_answer_that_was_not_told_yet()
    {
        var root = Build(
            [
                Event(SessionEventKind.Tool, "t1", 10),
                Event(SessionEventKind.Tool, "t2", 30),
                Event(SessionEventKind.Tool, "t3", 900),
            ],
            [
                Record("m1", 12, cost: 1) with
                {
                    Client = "codex",
                },
                // As the gateway saw it: from its start on.
                Record("m2", 20, cost: 2) with
                {
                    Client = "codex",
                    Source = UsageSource.Gateway,
                    Duration = TimeSpan.FromSeconds(11),
                },
            ]
        );

        Assert.Equal(["Request m1 1", "Request m2 2", "Tool t3 0"], root.Children.Select(Show));
        Assert.Equal("Tool t1 0", Show(root.Children[0].Children.Single()));
        Assert.Equal("Tool t2 0", Show(root.Children[1].Children.Single()));
    }

    [Fact]
    public void A_cache_miss_is_told_with_what_was_paid_anew_and_what_that_cost()
    {
        var root = Build(
            [],
            [
                Record("m1", 1) with
                {
                    Usage = Tokens(10, 50_000, 1_000, 0),
                },
                // Fresh and written: 51,000 had stood in the cache.
                Record("m2", 2) with
                {
                    Usage = Tokens(2_000, 1_000, 49_000, 0),
                },
                Record("m3", 3) with
                {
                    Usage = Tokens(10, 50_000, 3_000, 0),
                },
                // Another model has a cache of its own.
                Record("m4", 4) with
                {
                    Usage = Tokens(60_000, 0, 0, 0),
                    Model = "claude-haiku-4-5",
                },
                // A shorter prompt: after a compaction, say.
                Record("m5", 5) with
                {
                    Usage = Tokens(10, 20_000, 0, 0),
                },
            ]
        );

        var miss = Assert.Single(root.Children, n => n.CacheMiss is not null);
        Assert.Equal("m2", miss.Request!.MessageId);
        Assert.Equal(50_000, miss.CacheMiss!.Tokens);
        // 49,000 written at 3.75 and 1,000 fresh at 3 dollars a million, instead of 50,000 read at 0.30.
        Assert.Equal(
            Money.FromUsd((49_000 * 3.75m + 1_000 * 3m - 50_000 * 0.3m) / 1_000_000),
            miss.CacheMiss.ExtraCost
        );
    }

    [Fact]
    public void A_failure_that_a_hook_tells_beside_the_log_is_one()
    {
        var root = Build(
            [
                Event(SessionEventKind.Error, "uuid", 5) with
                {
                    Name = "overloaded",
                },
                Event(SessionEventKind.Error, "stop:p1", 6) with
                {
                    Name = "overloaded",
                },
                Event(SessionEventKind.Error, "stop:p2", 3600) with
                {
                    Name = "rate_limit",
                },
            ],
            []
        );

        Assert.Equal(["Error uuid 0", "Error stop:p2 0"], root.Children.Select(Show));
    }

    [Fact]
    public void Failures_without_number_that_hooks_tell_are_placed_in_no_time()
    {
        const int count = 100_000;
        var root = Build(
            [
                .. Enumerable.Range(0, count).Select(i => Event(SessionEventKind.Error, $"log{i}", i * 600)),
                .. Enumerable.Range(0, count).Select(i => Event(SessionEventKind.Error, $"stop:{i}", (i * 600) + 300)),
            ],
            []
        );

        Assert.Equal(2 * count, root.Children.Length);
    }

    private static SessionNode Build(IReadOnlyList<SessionEvent> events, IReadOnlyList<UsageRecord> records) =>
        TreeBuilder.Build(
            "s1",
            events,
            records,
            ImmutableDictionary<RecordId, RecordId>.Empty,
            new CacheMisses(new PriceBook().Current, name => name)
        );

    private static IEnumerable<SessionNode> Flat(SessionNode node) => node.Children.SelectMany(Flat).Prepend(node);

    private static int Depth(SessionNode node) => node.Children.Select(Depth).DefaultIfEmpty(0).Max() + 1;

    private static string Show(SessionNode node) =>
        $"{node.Kind} {node.Request?.MessageId ?? node.Id} {node.Total.Cost}";

    private static DateTimeOffset At(int second) => Noon.AddSeconds(second);

    private static TokenUsage Tokens(long input, long read, long written, long output) =>
        new()
        {
            Input = input,
            CacheRead = read,
            CacheWrite5m = written,
            CacheWrite1h = 0,
            Output = output,
        };

    private static SessionEvent Event(SessionEventKind kind, string id, int second) =>
        new()
        {
            Kind = kind,
            Session = "s1",
            Id = id,
            StartedAt = At(second),
        };

    private UsageRecord Record(string message, int second, long cost = 0, string? agent = null) =>
        new()
        {
            Id = new RecordId(++lastId),
            Workspace = WorkspaceId.Default,
            StartedAt = At(second),
            Source = UsageSource.Transcript,
            Status = RequestStatus.Ok,
            Provider = "anthropic",
            Model = "claude-sonnet-4-5",
            Session = "s1",
            Agent = agent,
            Client = "claude-code",
            MessageId = message,
            Cost = new Money(cost),
        };
}

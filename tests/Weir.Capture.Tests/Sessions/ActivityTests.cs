using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Weir.Capture.Sessions;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Tests.Sessions;

/// <summary>What tools, agents and models are told to have used.</summary>
public sealed class ActivityTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 13, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void All_shares_together_are_the_whole_and_none_is_more_than_one_unit_from_another() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<long>(),
                ArbMap.Default.ArbFor<PositiveInt>(),
                (whole, parts) =>
                {
                    var sums = new SessionSums { Cost = whole, Output = -whole / 3 };
                    var shares = Enumerable.Range(0, parts.Get).Select(i => sums.Share(parts.Get, i)).ToList();
                    Assert.Equal(sums.Cost, shares.Sum(s => s.Cost));
                    Assert.Equal(sums.Output, shares.Sum(s => s.Output));
                    Assert.True(shares.Max(s => s.Cost) - shares.Min(s => s.Cost) <= 1);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Rows_of_random_sessions_add_up_to_the_requests() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    var session = new RandomSession(seed);
                    var requests = session.Records.Select(Request).ToList();

                    var activity = Count(requests, [.. session.Events]);

                    var total = session.Records.Aggregate(default(SessionSums), (sum, r) => sum + SessionSums.Of(r));
                    Assert.Equal(total, activity.Total);
                    Assert.Equal(total, Sum(activity.Agents));
                    Assert.Equal(total, Sum(activity.Models));
                    Assert.Equal(
                        (total.Cost, total.Billed, total.Tokens, total.Savings),
                        Sum(activity.Tools) is var tools
                            ? (tools.Cost, tools.Billed, tools.Tokens, tools.Savings)
                            : default
                    );
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_request_that_called_several_tools_is_shared_and_counts_once_for_each()
    {
        var activity = Count(
            [
                Request("m1", 10) with
                {
                    Cost = new Money(10),
                    Usage = new TokenUsage { Output = 7 },
                },
                Request("m2", 20) with
                {
                    Cost = new Money(5),
                },
            ],
            [
                Tool("t1", "Bash", "m1", 11, 4),
                Tool("t2", "Bash", "m1", 12, 2) with
                {
                    Succeeded = false,
                },
                Tool("t3", "mcp__web__search", "m1", 13, 9),
                Tool("t4", "Bash", "m9", 14, 1),
                // It began before the range, and its request in it.
                Tool("t5", "Read", "m1", -5, 1),
            ]
        );

        Assert.Equal(
            ["- 0/0 1 5 0", "Bash 3/1 1 5 4", "Read 0/0 1 3 2", "mcp__web__search 1/0 1 2 1"],
            activity
                .Tools.Select(t =>
                    $"{t.Name ?? "-"} {t.Calls}/{t.Failed} {t.Usage.Requests} {t.Usage.Cost} {t.Usage.Output}"
                )
                .Order(StringComparer.Ordinal)
        );
        var bash = activity.Tools.Single(t => t.Name == "Bash");
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)), (bash.P50, bash.P95));
        Assert.Equal(
            ("web", 1L, 2L),
            activity.McpServers.Single() is var web ? (web.Name, web.Calls, web.Usage.Cost) : default
        );
    }

    [Theory]
    [InlineData("mcp__web__search", "web")]
    [InlineData("mcp__my_server__a__b", "my_server")]
    [InlineData("mcp__web", null)]
    [InlineData("mcp____x", null)]
    [InlineData("Bash", null)]
    [InlineData(null, null)]
    public void The_server_is_in_the_tools_name(string? tool, string? server) =>
        Assert.Equal(server, ActivityCount.ServerOf(tool));

    [Fact]
    public void A_request_with_calls_without_number_is_shared_in_no_time()
    {
        const int count = 100_000;
        var activity = Count(
            [Request("m1", 10) with { Cost = new Money(count) }],
            [.. Enumerable.Range(0, count).Select(i => Tool($"t{i}", $"tool{i}", "m1", 10, 1))]
        );

        Assert.Equal(count, activity.Tools.Length);
        Assert.All(activity.Tools, row => Assert.Equal((1, 1), (row.Usage.Requests, row.Usage.Cost)));
    }

    private static SessionSums Sum(IEnumerable<ActivityRow> rows) =>
        rows.Aggregate(default(SessionSums), (sum, row) => sum + row.Usage);

    private static SessionActivity Count(
        IReadOnlyCollection<SessionRequest> requests,
        IReadOnlyCollection<SessionEvent> events
    ) =>
        new ActivityCount(Noon, Noon.AddHours(1), ImmutableDictionary<RecordId, RecordId>.Empty).Of(
            requests,
            events,
            onlyTheirs: false
        );

    private static SessionEvent Tool(string id, string name, string message, int second, int seconds) =>
        new()
        {
            Kind = SessionEventKind.Tool,
            Session = "s1",
            Id = id,
            Name = name,
            Parent = message,
            StartedAt = Noon.AddSeconds(second),
            EndedAt = Noon.AddSeconds(second + seconds),
        };

    private static SessionRequest Request(string message, int second) =>
        new()
        {
            Id = new RecordId(second + 1),
            Session = "s1",
            MessageId = message,
            Model = "m",
            StartedAt = Noon.AddSeconds(second),
            Status = RequestStatus.Ok,
        };

    private static SessionRequest Request(UsageRecord record) =>
        new()
        {
            Id = record.Id,
            Session = record.Session!,
            Agent = record.Agent,
            Model = record.Model,
            Client = record.Client,
            StartedAt = record.StartedAt,
            Duration = record.Duration,
            Source = record.Source,
            Status = record.Status,
            Quality = record.Quality,
            Billing = record.Billing,
            Usage = record.Usage,
            Cost = record.Cost,
            RequestedCost = record.RequestedCost,
            MessageId = record.MessageId,
        };
}

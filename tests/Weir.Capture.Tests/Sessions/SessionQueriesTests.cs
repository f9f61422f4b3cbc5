using System.Globalization;
using Weir.Capture.Sessions;
using Weir.Capture.Tests.Agents;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Tests.Sessions;

/// <summary>Sessions as logs and ledger tell of them together.</summary>
public sealed class SessionQueriesTests : CaptureTest
{
    private static readonly DateTimeOffset Real = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("claude-code-real/config", ".claude", 7)]
    [InlineData("codex-real", ".codex", 3)]
    public async Task What_real_programs_left_is_a_tree_whose_sums_are_the_ledgers(
        string fixture,
        string home,
        int atLeast
    )
    {
        Copy(Path.Combine(AgentFiles.Fixtures(), fixture), Path.Combine(Home, home));
        await using var open = await OpenAsync();
        await open.Capture.CatchUpAsync(null, Cancel);

        var page = await open.Capture.Sessions.ListAsync(All, null, 100, Cancel);

        Assert.True(page.Items.Length >= atLeast, $"{page.Items.Length}");
        Assert.Null(page.Next);
        Assert.Equal(page.Items.OrderByDescending(s => s.LastAt).Select(s => s.Id), page.Items.Select(s => s.Id));
        foreach (var session in page.Items)
        {
            var tree = await open.Capture.Sessions.TreeAsync(WorkspaceId.Default, session.Id, n => n, Cancel);
            var summary = await open.Ledger.Queries.SummaryAsync(
                new UsageQuery
                {
                    Workspace = WorkspaceId.Default,
                    From = DateTimeOffset.UnixEpoch,
                    To = DateTimeOffset.MaxValue,
                    Filters = [new UsageFilter(new UsageDimension(UsageDimensionKind.Session), [session.Id])],
                },
                Cancel
            );
            Assert.Equal(SessionSums.Of(summary.Total), tree!.Root.Total);
            Assert.Equal(tree.Root.Total, session.Usage);
            Assert.Equal(session.Usage.Requests, Flat(tree.Root).Count(n => n.Kind == SessionNodeKind.Request));
            Assert.Equal(session.Counts.ToolCalls, Flat(tree.Root).Count(n => n.Kind == SessionNodeKind.Tool));
            // Real logs name what a request belongs to: nothing is left over but what has no prompt.
            if (Flat(tree.Root).Any(n => n.Kind == SessionNodeKind.Prompt))
            {
                Assert.DoesNotContain(
                    tree.Root.Children,
                    n => n.Kind is SessionNodeKind.Request or SessionNodeKind.Tool
                );
            }

            Assert.All(
                Flat(tree.Root).Where(n => n.Kind is SessionNodeKind.Request or SessionNodeKind.Prompt),
                n =>
                    Assert.DoesNotContain(
                        n.Children,
                        c => c.Kind == SessionNodeKind.Tool && n.Kind == SessionNodeKind.Prompt
                    )
            );
        }
    }

    [Fact]
    public async Task Real_subagents_stand_under_the_tool_that_started_them_a_nested_one_too()
    {
        Copy(Path.Combine(AgentFiles.Fixtures(), "claude-code-real/config"), Path.Combine(Home, ".claude"));
        await using var open = await OpenAsync();
        await open.Capture.CatchUpAsync(null, Cancel);
        var id = (await open.Capture.Sessions.ListAsync(All with { IdPrefix = "cc66" }, null, 10, Cancel))
            .Items.Single()
            .Id;

        var tree = (await open.Capture.Sessions.TreeAsync(WorkspaceId.Default, id, n => n, Cancel))!;

        var agents = Flat(tree.Root).Where(n => n.Kind == SessionNodeKind.Agent).ToList();
        Assert.Equal(4, agents.Count);
        Assert.All(agents, a => Assert.NotNull(a.Name));
        Assert.All(agents, a => Assert.True(a.Total.Requests > 0));
        Assert.Equal(
            agents.Count,
            Flat(tree.Root)
                .Where(n => n.Kind == SessionNodeKind.Tool)
                .SelectMany(n => n.Children)
                .Count(n => n.Kind == SessionNodeKind.Agent)
        );
        Assert.Contains(agents, outer => Flat(outer).Count(n => n.Kind == SessionNodeKind.Agent) > 1);

        var handoffs = await open.Capture.Sessions.HandoffsAsync(
            new HandoffQuery
            {
                Workspace = WorkspaceId.Default,
                From = Real,
                To = Real.AddDays(2),
            },
            null,
            3,
            Cancel
        );
        Assert.Equal(3, handoffs.Items.Length);
        var rest = await open.Capture.Sessions.HandoffsAsync(
            new HandoffQuery
            {
                Workspace = WorkspaceId.Default,
                From = Real,
                To = Real.AddDays(2),
            },
            handoffs.Next,
            100,
            Cancel
        );
        var all = handoffs.Items.AddRange(rest.Items);
        Assert.Equal(
            agents.Select(a => a.Id).Order(),
            all.Where(h => h.Kind == HandoffKind.Subagent).Select(h => h.Id).Order()
        );
        Assert.All(
            all.Where(h => h.Kind == HandoffKind.Subagent),
            h => Assert.Equal(Flat(tree.Root).Where(n => n.Request?.Agent == h.Id).Sum(n => n.Own.Cost), h.Usage.Cost)
        );
    }

    [Fact]
    public async Task A_session_that_goes_on_from_another_and_a_request_that_another_model_served_are_handoffs()
    {
        Copy(Path.Combine(AgentFiles.Fixtures(), "codex-real"), Path.Combine(Home, ".codex"));
        await using var open = await OpenAsync();
        await open.Capture.CatchUpAsync(null, Cancel);
        var handedOver = Gateway(1, "gate", Real) with { HandoffReason = "route", RequestedCost = new Money(5) };
        await open.Ledger.ImportAsync(
            [.. Enumerable.Range(1, 7).Select(i => handedOver with { Id = new RecordId(i) }), Gateway(8, "gate", Real)],
            Cancel
        );
        var all = new List<SessionHandoff>();
        string? cursor = null;
        do
        {
            // All requests are of one moment: the cursor stands among them.
            var page = await open.Capture.Sessions.HandoffsAsync(
                new HandoffQuery
                {
                    Workspace = WorkspaceId.Default,
                    From = Real,
                    To = Real.AddDays(2),
                },
                cursor,
                2,
                Cancel
            );
            Assert.True(page.Items.Length <= 2);
            all.AddRange(page.Items);
            cursor = page.Next;
        } while (cursor is not null);

        Assert.Equal(all.Count, all.DistinctBy(h => (h.Kind, h.Id)).Count());
        Assert.Equal(7, all.Count(h => h.Kind == HandoffKind.Model));
        Assert.All(
            all.Where(h => h.Kind == HandoffKind.Model),
            h => Assert.Equal((4L, "route"), (h.Usage.Savings, h.Request!.HandoffReason))
        );
        var fork = Assert.Single(all, h => h.Kind == HandoffKind.Session);
        Assert.NotNull(fork.FromSession);
        Assert.True(fork.Usage.Requests > 0);
    }

    [Fact]
    public async Task The_activity_of_a_range_shares_every_nano_dollar_among_the_tools()
    {
        Copy(Path.Combine(AgentFiles.Fixtures(), "claude-code-real/config"), Path.Combine(Home, ".claude"));
        await using var open = await OpenAsync();
        await open.Capture.CatchUpAsync(null, Cancel);
        var query = new UsageQuery
        {
            Workspace = WorkspaceId.Default,
            From = Real,
            To = Real.AddDays(2),
        };

        var activity = await open.Capture.Sessions.ActivityAsync(query, Cancel);

        var summary = await open.Ledger.Queries.SummaryAsync(query, Cancel);
        Assert.Equal(SessionSums.Of(summary.Total), activity.Total);
        foreach (var table in new[] { activity.Tools, activity.Agents, activity.Models })
        {
            Assert.Equal(activity.Total.Cost, table.Sum(row => row.Usage.Cost));
            Assert.Equal(activity.Total.Tokens, table.Sum(row => row.Usage.Tokens));
        }

        Assert.Equal(activity.Total.Requests, activity.Models.Sum(row => row.Usage.Requests));
        Assert.Contains(activity.Tools, row => row is { Name: "Bash", Calls: > 0 });
        Assert.Contains(activity.McpServers, row => row.Calls > 0);
        Assert.Contains(activity.Agents, row => row is { Name: "main", Usage.Requests: > 0 });
    }

    [Fact]
    public async Task Sessions_that_the_gateway_alone_knows_stand_among_the_others_in_the_order_of_their_last_moment()
    {
        Write("a.jsonl", Answer("m1", 5, session: "log-1"), Answer("m2", 5, session: "log-2", minute: 40));
        await using var open = await OpenAsync();
        await open.Capture.CatchUpAsync(null, Cancel);
        await open.Ledger.ImportAsync(
            [
                .. Enumerable
                    .Range(0, 30)
                    .Select(i =>
                        Gateway(i + 1, "gate-" + (i % 5).ToString(CultureInfo.InvariantCulture), Noon.AddMinutes(i * 7))
                    ),
            ],
            Cancel
        );

        var whole = await open.Capture.Sessions.ListAsync(All, null, 100, Cancel);
        var paged = new List<SessionOverview>();
        string? cursor = null;
        do
        {
            var page = await open.Capture.Sessions.ListAsync(All, cursor, 2, Cancel);
            Assert.True(page.Items.Length <= 2);
            paged.AddRange(page.Items);
            cursor = page.Next;
        } while (cursor is not null);

        Assert.Equal(
            ["gate-4", "gate-3", "gate-2", "gate-1", "gate-0", "log-2", "log-1"],
            whole.Items.Select(s => s.Id)
        );
        Assert.Equal(whole.Items.Select(s => s.Id), paged.Select(s => s.Id));
        var last = whole.Items[0];
        Assert.Equal((Noon.AddMinutes(28), Noon.AddMinutes(203)), (last.FirstAt, last.LastAt));
        Assert.Equal((6L, "claude-code", false), (last.Usage.Requests, last.Client, last.HasLog));
        Assert.Equal(["m"], last.Models);
    }

    [Fact]
    public async Task Filters_hold_and_another_workspace_sees_nothing()
    {
        Write("a.jsonl", Answer("m1", 5, session: "log-1"));
        await using var open = await OpenAsync();
        await open.Capture.CatchUpAsync(null, Cancel);
        await open.Ledger.ImportAsync([Gateway(1, "gate", Noon) with { Client = "codex", Project = "p" }], Cancel);
        async Task<string> ListAsync(SessionListQuery query) =>
            string.Join(
                ' ',
                (await open.Capture.Sessions.ListAsync(query, null, 10, Cancel)).Items.Select(s => s.Id).Order()
            );

        Assert.Equal("gate log-1", await ListAsync(All));
        Assert.Equal("gate", await ListAsync(All with { Clients = ["codex"] }));
        Assert.Equal("gate", await ListAsync(All with { Projects = ["p"] }));
        Assert.Equal("log-1", await ListAsync(All with { Projects = ["weir"] }));
        Assert.Equal("log-1", await ListAsync(All with { IdPrefix = "lo" }));
        Assert.Equal("", await ListAsync(All with { From = Noon.AddDays(1) }));
        Assert.Equal("", await ListAsync(All with { Workspace = new WorkspaceId(2) }));
        Assert.Equal("", await ListAsync(All with { ActiveOnly = true }));
        Assert.Null(await open.Capture.Sessions.TreeAsync(new WorkspaceId(2), "log-1", n => n, Cancel));
        Assert.Null(await open.Capture.Sessions.TreeAsync(WorkspaceId.Default, "log", n => n, Cancel));
    }

    [Fact]
    public async Task News_of_a_session_is_told_when_it_is_stored()
    {
        await using var open = await OpenAsync();
        var changes = open.Capture.Sessions.Changes;
        var waiting = changes.WaitAsync(0, Cancel);
        Assert.False(waiting.IsCompleted);
        Write("a.jsonl", Answer("m1", 5, session: "log-1"));

        await open.Capture.CatchUpAsync(null, Cancel);

        await waiting;
        var (sessions, reached) = changes.Read(WorkspaceId.Default, 0);
        Assert.Equal(["log-1"], sessions!.Value);
        Assert.Empty(changes.Read(WorkspaceId.Default, reached).Sessions!.Value);
        Assert.Empty(changes.Read(new WorkspaceId(2), 0).Sessions!.Value);
    }

    private static SessionListQuery All { get; } =
        new()
        {
            Workspace = WorkspaceId.Default,
            From = Noon.AddYears(-1),
            To = Noon.AddYears(1),
        };

    private static IEnumerable<SessionNode> Flat(SessionNode node) => node.Children.SelectMany(Flat).Prepend(node);

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static UsageRecord Gateway(long id, string session, DateTimeOffset at) =>
        new()
        {
            Id = new RecordId(id),
            Workspace = WorkspaceId.Default,
            StartedAt = at,
            Source = UsageSource.Gateway,
            Status = RequestStatus.Ok,
            Model = "m",
            Client = "claude-code",
            Session = session,
            Usage = new TokenUsage { Input = 1, Output = 1 },
            Cost = new Money(1),
        };
}

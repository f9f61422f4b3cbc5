using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Weir.Cli.Top;
using Weir.Client;
using Weir.Client.Json;
using static Weir.Cli.Tests.Top.TopExamples;

namespace Weir.Cli.Tests.Top;

/// <summary>What a state looks like, in every size.</summary>
public sealed class TopViewTests
{
    private const string Hostile = "a\u001b[31mb\r\n[red]c[/]\u202ed\u2028e\u0007\u009b中文字";

    [Fact]
    public void The_screen_has_everything()
    {
        var text = Text(Full());

        Assert.Contains("weir top  127.0.0.1:8082  default  ● live", text, StringComparison.Ordinal);
        Assert.Contains("Today  $3.00  1,200 tokens  2 requests", text, StringComparison.Ordinal);
        Assert.Contains("tokens a minute, $0 an hour", text, StringComparison.Ordinal);
        Assert.Contains("3h 0m left  $3.10  1,234,567 tokens", text, StringComparison.Ordinal);
        Assert.Contains("if it goes on so: $7.60 and 3,000,000 tokens", text, StringComparison.Ordinal);
        Assert.Matches(@"five_hour\s+██████▌\s+~41 %", text);
        Assert.Contains("$7.50 ($6.80 – $8.20)", text, StringComparison.Ordinal);
        Assert.Matches(@"waiting\s+web\s", text);
        Assert.Contains("! 1 session waits for a permission: web", text, StringComparison.Ordinal);
        Assert.Matches(@"MODEL TODAY\s+REQUESTS\s+INPUT", text);
        Assert.Contains("? keys   q end", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Before_anything_was_read_it_says_so_by_dots()
    {
        var text = Text(TopState.Begin("here", Now));

        Assert.Contains("○ connecting", text, StringComparison.Ordinal);
        Assert.Contains("Today  …", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_wider_or_higher_than_the_screen_and_the_foot_stands_below()
    {
        foreach (var state in new[] { Full(), Full().Type("?"), Full().Type("⏎"), Full().Type("/web"), Begin() })
        {
            for (var width = 20; width <= 250; width += 7)
            {
                for (var height = 3; height <= 80; height++)
                {
                    var lines = TopView.Screen(state with { Width = width, Height = height });

                    Assert.Equal(height, lines.Length);
                    Assert.All(lines, line => Assert.True(line.Width <= width, $"{width}x{height}: {line}"));
                    Assert.NotEqual("", lines[^1].Text);
                }
            }
        }
    }

    [Theory]
    [InlineData(60, "STATE PROJECT LAST▼ TOKENS COST", "CLIENT BRANCH SESSION")]
    [InlineData(100, "STATE PROJECT CLIENT MODEL SESSION LAST▼ REQUESTS TOKENS COST", "PROMPTS")]
    [InlineData(160, "STATE PROJECT CLIENT MODEL BRANCH WHERE SESSION LAST▼ PROMPTS REQUESTS TOKENS COST", "AGENTS")]
    public void Columns_come_with_the_room(int width, string there, string notThere)
    {
        var heading = TopView
            .Screen(Full() with { Width = width })
            .Single(line => line.Text.StartsWith("STATE ", StringComparison.Ordinal));
        var names = heading.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(there.Split(' '), names.Where(there.Split(' ').Contains));
        Assert.DoesNotContain(names, notThere.Split(' ').Contains);
    }

    [Fact]
    public void The_marked_session_is_in_sight()
    {
        var many = Begin(height: 15)
            .After(All(sessions: [.. Enumerable.Range(0, 100).Select(i => Session($"s{i:00}", minutesAgo: i))]));

        foreach (var keys in new[] { "", "jjj", "G", "Gkk", "⇟⇟⇟" })
        {
            var state = many.Type(keys);
            var marked = Assert.Single(TopView.Screen(state), line => line.IsSelected);
            var place = SessionChoice.Place(state, SessionChoice.Shown(state));
            Assert.Contains($"s{place:00}", marked.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_column_that_sorts_has_an_arrow()
    {
        Assert.Contains("COST▼", Text(Full().Type("c")), StringComparison.Ordinal);
        Assert.Contains("COST▲", Text(Full().Type("cr")), StringComparison.Ordinal);
        Assert.Contains("PROJECT▲", Text(Full().Type("p")), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_move_no_cursor_and_are_no_markup()
    {
        var state = Full();
        state = state.After(
            All(
                Summary(10, (Hostile, 1, 1)),
                [Session(Hostile, Hostile, Hostile, host: Hostile, models: Hostile)],
                [Limit(Hostile, 99)],
                Sources(Hostile),
                Status(Hostile)
            ),
            new Linked(new Link.Broken(Now.AddSeconds(4), Hostile)),
            new ReadFailed(Hostile, false)
        );
        state = state with { Filter = "", Source = Hostile };
        var opened = state.Type("⏎").After(new SessionFailed(Hostile, Hostile));

        foreach (var lines in new[] { Lines(state), Lines(opened), TopView.Plain(state, 500) })
        {
            Assert.All(lines, line => Assert.DoesNotContain(line, c => char.IsControl(c) || c is '\u202e' or '\u2028'));
        }

        Assert.Contains("[red]c[/]", Text(state), StringComparison.Ordinal);
    }

    [Fact]
    public void An_open_session_is_its_tree()
    {
        var usage = Session("x", cost: 2);
        var tool = Node("tool", "Bash\u001b[2J", [], usage) with { Succeeded = false };
        var detail = new SessionDetail(
            Session("s1", "active"),
            Node("session", null, [Node("prompt", null, [tool], usage)], usage),
            IsCut: true
        );
        var state = Full() with { Open = new OpenSession("s1", null, null, false, 0, 0) };
        Assert.Contains("…", Text(state), StringComparison.Ordinal);

        var text = Text(state.After(new SessionRead("s1", detail)));

        Assert.StartsWith("session s1  active", text, StringComparison.Ordinal);
        Assert.Contains("└─ prompt", text, StringComparison.Ordinal);
        Assert.Contains("   └─ Bash\uFFFD[2J", text, StringComparison.Ordinal);
        Assert.Contains("[failed]", text, StringComparison.Ordinal);
        Assert.Contains("these are the newest", text, StringComparison.Ordinal);
        Assert.Contains(
            "it is not there any more",
            Text(state.After(new SessionRead("s1", null))),
            StringComparison.Ordinal
        );
        Assert.Null(Full().After(new SessionRead("s1", detail)).Open);
    }

    [Fact]
    public void A_connection_that_broke_says_when_it_is_tried_again()
    {
        var state = Full().After(new Linked(new Link.Broken(Now.AddSeconds(3.2), "refused")));

        Assert.Contains("broken off, again in 4 s: refused", Text(state), StringComparison.Ordinal);
        Assert.Contains(
            "no server runs: read every 10 s",
            Text(state.After(new Linked(new Link.Folder(TimeSpan.FromSeconds(10))))),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Alerts_that_have_no_room_are_counted()
    {
        var state = Begin(height: 15)
            .After(All(limits: [Limit("a", 99), Limit("b", 99), Limit("c", 99)], sources: Sources("x")));

        Assert.Contains("! (+3) agents' logs are not read: x", Text(state), StringComparison.Ordinal);
        Assert.Contains("! 2 more", Text(state with { Height = 24 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_for_who_has_no_screen_hold_all_sessions_and_nothing_that_moves()
    {
        var state = Begin(height: 10)
            .After(All(sessions: [.. Enumerable.Range(0, 60).Select(i => Session($"s{i:00}-xyz"))]));

        var lines = TopView.Plain(state, 4000).ToList();

        Assert.Equal(60, lines.Count(line => line.Contains("-xyz", StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 300));
    }

    [Fact]
    public void The_snapshot_for_programs_has_the_same_figures()
    {
        var json = JsonSerializer.SerializeToElement(TopJson.Of(Full()), WeirJson.Written.TopSnapshot);

        Assert.Equal("live", json.GetProperty("link").GetString());
        Assert.Equal("3", json.GetProperty("today").GetProperty("costUsd").GetString());
        Assert.Equal(1200, json.GetProperty("today").GetProperty("totalTokens").GetInt64());
        Assert.Equal("gpt-5.5", json.GetProperty("today").GetProperty("models")[0].GetProperty("model").GetString());
        Assert.Equal("3.1", json.GetProperty("block").GetProperty("costUsd").GetString());
        Assert.Equal("five_hour", json.GetProperty("limits")[0].GetProperty("scope").GetString());
        Assert.Equal("s2", json.GetProperty("sessions")[0].GetProperty("id").GetString());
        Assert.Equal("warning", json.GetProperty("alerts")[0].GetProperty("level").GetString());
        Assert.Equal(
            JsonValueKind.Null,
            JsonSerializer
                .SerializeToElement(TopJson.Of(Begin()), WeirJson.Written.TopSnapshot)
                .GetProperty("today")
                .ValueKind
        );
    }

    [Fact]
    public void Any_text_fits_any_width() =>
        Prop.ForAll<string, int>(
                (text, width) =>
                {
                    var room = Math.Abs(width % 40);
                    var line = Line.Of(text ?? "").Add(text ?? "", Tone.Bad);
                    return line.Fit(room).Width <= room
                        && Cells.Width(Cells.Take(text ?? "", room)) <= room
                        && line.Skip(room).Width == Math.Max(0, line.Width - room)
                        && !line.Text.Any(char.IsControl);
                }
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("中文", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("🙂", 2)]
    [InlineData("한글", 4)]
    [InlineData("│─└", 3)]
    [InlineData("█▏", 2)]
    [InlineData("", 0)]
    public void Width_is_in_cells(string text, int cells) => Assert.Equal(cells, Cells.Width(text));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(9_999, "9,999")]
    [InlineData(10_000, "10.0k")]
    [InlineData(99_999, "99.9k")]
    [InlineData(999_999, "999k")]
    [InlineData(1_000_000, "1.00M")]
    [InlineData(34_567_890, "34.5M")]
    [InlineData(5_000_000_000, "5.00G")]
    [InlineData(long.MaxValue, "9223372T")]
    public void Counts_are_short(long count, string text) => Assert.Equal(text, Shorthand.Count(count));

    private static TopState Full() =>
        Begin(140, 40)
            .After(
                All(
                    Summary(10, ("claude-opus-4-8", 1, 1000), ("gpt-5.5", 2, 200)),
                    [
                        Session("s1", minutesAgo: 40, models: "claude-opus-4-8", host: "laptop"),
                        Session("s2", "waiting", "web", models: "gpt-5.5"),
                    ],
                    [Limit()],
                    block: Block()
                )
            );

    private static SessionTreeNode Node(
        string kind,
        string? name,
        IReadOnlyList<SessionTreeNode> children,
        SessionFigures usage
    ) =>
        new()
        {
            Kind = kind,
            Id = kind,
            Name = name,
            Agent = null,
            StartedAt = Now,
            EndedAt = Now,
            DurationMs = 5,
            Succeeded = true,
            Usage = usage,
            Children = children,
        };

    private static IEnumerable<string> Lines(TopState state) => TopView.Screen(state).Select(line => line.Text);

    private static string Text(TopState state) => string.Join('\n', Lines(state));
}

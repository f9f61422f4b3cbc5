using System.Text;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Identity;

namespace Weir.Gateway.Tests.Activities;

public sealed class ActivityKindsTests
{
    /// <summary>
    /// One event of each kind, as it stands in files that exist: lines may be added, and members to lines, and nothing else may change.
    /// </summary>
    private static readonly (ActivityDetails Details, string Kind, string Json)[] Kept =
    [
        (new BreakerOpenedDetails(9, 12, 5000), "breaker.opened", """{"failures":9,"attempts":12,"forMs":5000}"""),
        (new BreakerClosedDetails(61000), "breaker.closed", """{"afterMs":61000}"""),
        (new ProbeFailedDetails(2, 10000), "probe.failed", """{"times":2,"forMs":10000}"""),
        (new CooldownBeganDetails(30000, "requests"), "cooldown.began", """{"forMs":30000,"scope":"requests"}"""),
        (new CooldownEndedDetails(30100), "cooldown.ended", """{"afterMs":30100}"""),
        (new TargetLeftDetails("open"), "target.left", """{"because":"open"}"""),
        (new TargetReturnedDetails(7), "target.returned", """{"afterMs":7}"""),
        (new AccountRefusedDetails(401, 60000), "provider_key.refused", """{"status":401,"forMs":60000}"""),
        (new AccountRestedDetails(60000), "provider_key.rested", """{"forMs":60000}"""),
        (new StageReachedDetails(80, "warn"), "budget.stage_reached", """{"percent":80,"action":"warn"}"""),
        (new StageLeftDetails(80, 0), "budget.stage_left", """{"percent":80,"now":0}"""),
        (
            new BudgetExhaustedDetails(3, 0, new Money(5_000_000_000), new Money(4_900_000_000), new Money(1)),
            "budget.exhausted",
            """{"count":3,"overMs":0,"bound":5000000000,"spent":4900000000,"reserved":1}"""
        ),
        (
            new LimitRefusedDetails(1000, 300000, "tokens", 20000),
            "limit.refused",
            """{"count":1000,"overMs":300000,"measure":"tokens","bound":20000}"""
        ),
        (
            new ApprovalAskedDetails(1, 0, new Money(5), new Money(6)),
            "approval.asked",
            """{"count":1,"overMs":0,"bound":5,"spent":6}"""
        ),
        (
            new ApprovalGrantedDetails(new Money(7), new DateTimeOffset(2026, 7, 3, 0, 0, 0, TimeSpan.Zero)),
            "approval.granted",
            """{"amount":7,"until":"2026-07-03T00:00:00+00:00"}"""
        ),
        (new ApprovalEndedDetails(new Money(7)), "approval.ended", """{"amount":7}"""),
        (
            new OverrideSetDetails("route-moved", "coding", null, "incident"),
            "override.set",
            """{"what":"route-moved","route":"coding","reason":"incident"}"""
        ),
        (new OverrideEndedDetails("spending-stopped", null), "override.ended", """{"what":"spending-stopped"}"""),
        (new ConfigAppliedDetails(12, "api"), "config.applied", """{"version":12,"how":"api"}"""),
        (new ConfigRefusedDetails(2, "file"), "config.refused", """{"faults":2,"how":"file"}"""),
        (new ConfigRolledBackDetails(13, 11), "config.rolled_back", """{"version":13,"restores":11}"""),
        (
            new ConfigWarnedDetails(99.5, 80, 120),
            "config.warned",
            """{"beforePercent":99.5,"afterPercent":80,"requests":120}"""
        ),
        (new JournalFullDetails("no room"), "journal.full", """{"reason":"no room"}"""),
        (new JournalRecoveredDetails(5), "journal.recovered", """{"afterMs":5}"""),
        (new LedgerBehindDetails(20000, "full"), "ledger.behind", """{"pending":20000,"failure":"full"}"""),
        (new LedgerCaughtUpDetails(5), "ledger.caught_up", """{"afterMs":5}"""),
        (new BackupFailedDetails("full"), "backup.failed", """{"reason":"full"}"""),
        (new ActivityDroppedDetails(4), "activity.dropped", """{"count":4}"""),
    ];

    [Fact]
    public void What_is_kept_is_read_by_every_later_version()
    {
        Assert.Equal(ActivityKinds.All.Select(kind => kind.Name), Kept.Select(kept => kept.Kind));
        foreach (var (details, name, json) in Kept)
        {
            Assert.Equal(name, ActivityKinds.Of(details).Name);
            Assert.Equal(json, Encoding.UTF8.GetString(ActivityJson.Write(details)));
            Assert.Equal(details, ActivityJson.Read(ActivityKinds.Find(name)!, Encoding.UTF8.GetBytes(json)));
        }
    }

    [Fact]
    public void Every_type_of_the_family_is_a_kind()
    {
        var family = typeof(ActivityDetails)
            .Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ActivityDetails)))
            .Select(type => type.Name);

        Assert.Equal(family.Order(), ActivityKinds.All.Select(kind => kind.Details.Name).Order());
    }

    [Fact]
    public void Every_kind_says_in_one_line_what_happened()
    {
        var subject = new ActivitySubject
        {
            Provider = "anthropic",
            Model = "claude-sonnet-5",
            Account = "second",
            Budget = "team",
            Limit = "keys",
            Key = "ci",
            Actor = "ada",
        };

        Assert.All(
            Kept,
            kept =>
            {
                var line = kept.Details.Say(subject);
                Assert.InRange(line.Length, 10, 200);
                Assert.DoesNotContain('\n', line);
                Assert.DoesNotContain("Details", line, StringComparison.Ordinal);
                Assert.DoesNotContain('{', line);
            }
        );
        Assert.Equal(
            "anthropic/claude-sonnet-5: 9 of the last 12 attempts failed; nothing is sent there for 5 s",
            Kept[0].Details.Say(subject)
        );
        Assert.Equal(
            "budget team (key ci, model claude-sonnet-5, provider anthropic): 3 requests were refused; 4.9 of 5 USD is spent, 0.000000001 set aside",
            Kept[11].Details.Say(subject)
        );
    }

    [Fact]
    public void What_concerns_the_instance_asks_for_a_permission_of_the_instance() =>
        Assert.All(
            ActivityKinds.All,
            kind =>
                Assert.Equal(
                    kind.Name.StartsWith("journal.", StringComparison.Ordinal)
                        || kind.Name.StartsWith("ledger.", StringComparison.Ordinal)
                        || kind.Name.StartsWith("backup.", StringComparison.Ordinal),
                    kind.Needs == Permission.InstanceView
                )
        );

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"afterMs\":\"x\"}")]
    [InlineData("{\"afterMs\":1e99}")]
    public void What_cannot_be_read_is_passed_over(string json) =>
        Assert.Null(ActivityJson.Read(ActivityKinds.Find("target.returned")!, Encoding.UTF8.GetBytes(json)));
}

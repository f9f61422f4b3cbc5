using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Testing;

namespace Weir.Gateway.Tests.Admission;

/// <summary>A wall clock that can be set without the steady one noticing, as on real machines.</summary>
internal sealed class TwoClocks : TimeProvider
{
    private readonly FakeClock steady = new();
    private TimeSpan set;

    public override long TimestampFrequency => steady.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + set;

    public override long GetTimestamp() => steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        steady.CreateTimer(callback, state, dueTime, period);

    public void Advance(TimeSpan by) => steady.Advance(by);

    public void SetWall(TimeSpan by) => set += by;
}

/// <summary>Short ways to write rules and requests.</summary>
internal static class Rooms
{
    public static AdmissionRules Rules(params BudgetConfig[] budgets) => AdmissionRules.ForServer([.. budgets], []);

    public static AdmissionRules Rules(params LimitConfig[] limits) => AdmissionRules.ForServer([], [.. limits]);

    public static BudgetConfig Budget(long nano, string name = "team", WindowConfig? window = null) =>
        new()
        {
            Name = name,
            Limit = new Money(nano),
            Window = window ?? WindowConfig.Day,
        };

    public static LimitConfig Limit(Measure measure, long most, WindowConfig? window = null, string name = "pace") =>
        new()
        {
            Name = name,
            Bounds = [new LimitBound(measure, most, window ?? WindowConfig.Sliding(TimeSpan.FromMinutes(1)))],
        };

    public static AdmissionSubject Someone(string? key = "ci", string model = "claude-sonnet-5") =>
        new()
        {
            Organisation = "acme",
            Workspace = "default",
            Team = "blue",
            User = "ann",
            Key = key,
            Model = model,
            Providers = ["anthropic", "openrouter"],
            Tags = ImmutableSortedDictionary<string, string>.Empty.Add("project", "weir"),
        };

    public static AdmissionRequest Request(
        long nano,
        long input = 1000,
        long output = 1000,
        string? key = "ci",
        string model = "claude-sonnet-5"
    ) => new() { Subject = Someone(key, model), Estimate = new CostEstimate(new Money(nano), input, output) };

    public static AdmissionActuals Came(long nano, long input = 10, long output = 10, string? provider = null) =>
        new()
        {
            Cost = new Money(nano),
            Billed = new Money(nano),
            Usage = new TokenUsage { Input = input, Output = output },
            Requests = 1,
            Provider = provider,
        };

    public static CounterStanding Only(this AdmissionBook book, AdmissionRules rules) =>
        Assert.Single(book.Standings(rules));
}

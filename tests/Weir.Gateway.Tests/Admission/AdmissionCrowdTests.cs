using System.Diagnostics;
using Weir.Gateway.Admission;

namespace Weir.Gateway.Tests.Admission;

/// <summary>Many at once.</summary>
public sealed class AdmissionCrowdTests(ITestOutputHelper output)
{
    private const long Worst = 1_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(EstimateMode.Worst, 100)]
    [InlineData(EstimateMode.Worst, 30)]
    [InlineData(EstimateMode.Learned, 30)]
    [InlineData(EstimateMode.Learned, 90)]
    public async Task A_thousand_at_once_against_room_for_ten(EstimateMode mode, int actualPercent)
    {
        var clock = TimeProvider.System;
        var book = new AdmissionBook(clock);
        var rules = Rooms.Rules(
            Rooms.Budget(10 * Worst, window: WindowConfig.Sliding(TimeSpan.FromDays(1))) with
            {
                Estimate = mode,
            }
        );
        var teaching = Rooms.Rules(Rooms.Budget(long.MaxValue / 4, "school") with { Estimate = EstimateMode.Learned });
        for (var i = 0; i < 100; i++)
        {
            book.Admit(teaching, Rooms.Request(Worst)).Ticket!.Settle(Rooms.Came(Actual(i, actualPercent)));
        }

        var excess = 0L;
        var admitted = 0;
        await Parallel.ForAsync(
            0,
            1000,
            new ParallelOptions { MaxDegreeOfParallelism = 1000, CancellationToken = Cancel },
            async (i, cancel) =>
            {
                var outcome = await book.AdmitAsync(rules, Rooms.Request(Worst), Patience, cancel);
                if (!outcome.IsAdmitted)
                {
                    Assert.NotNull(outcome.Refusal);
                    return;
                }

                var reserved = Assert.Single(outcome.Ticket.Holds).Amount;
                await Task.Yield();
                var actual = Actual(i, actualPercent);
                Interlocked.Add(ref excess, Math.Max(0, actual - reserved));
                Interlocked.Increment(ref admitted);
                outcome.Ticket.Settle(Rooms.Came(actual));
            }
        );

        var standing = book.Only(rules);
        output.WriteLine(
            $"{mode}, {actualPercent} % of the worst: {admitted} let in, {100.0 * standing.Spent / standing.Bound:0.0} % used, excess {excess}"
        );
        Assert.Equal((0, 0, 0), (standing.Reserved, standing.AtRisk, standing.Waiting));
        Assert.True(
            standing.Spent <= standing.Bound + excess,
            $"{standing.Spent} of {standing.Bound}, excess {excess}"
        );
        Assert.True(standing.Spent >= standing.Bound * 7 / 10, $"{standing.Spent} of {standing.Bound}");
        if (mode == EstimateMode.Worst)
        {
            Assert.True(standing.Spent <= standing.Bound);
        }
    }

    [Fact]
    public async Task A_hundred_thousand_who_hang_up_leave_nothing()
    {
        var book = new AdmissionBook(TimeProvider.System);
        var rules = AdmissionRules.ForServer(
            [Rooms.Budget(20 * Worst) with { Stages = [new BudgetStage(50, StageAction.Throttle)] }],
            [Rooms.Limit(Measure.Concurrent, 15), Rooms.Limit(Measure.Tokens, 1_000_000, name: "tokens")]
        );
        await Parallel.ForAsync(
            0,
            100_000,
            new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Cancel },
            async (i, _) =>
            {
                using var caller = new CancellationTokenSource();
                try
                {
                    var admitting = book.AdmitAsync(
                        rules,
                        Rooms.Request(Worst, key: $"k{i % 20}"),
                        Patience,
                        caller.Token
                    );
                    await (i % 3 == 0 ? caller.CancelAsync() : Task.CompletedTask);
                    using var ticket = (i % 3 == 0 ? await admitting : await Within(admitting, caller)).Ticket;
                    await Task.Yield();
                }
                catch (OperationCanceledException)
                {
                    // Hung up while waiting.
                }
            }
        );

        Assert.All(book.Standings(rules), s => Assert.Equal((0, 0, 0, 0), (s.Spent, s.Reserved, s.AtRisk, s.Waiting)));
        Assert.True(book.Admit(rules, Rooms.Request(Worst)).IsAdmitted);
    }

    [Fact]
    public void What_it_costs()
    {
        var book = new AdmissionBook(TimeProvider.System);
        var rules = AdmissionRules.ForServer(
            [
                Rooms.Budget(long.MaxValue / 2, "all", WindowConfig.Month),
                Rooms.Budget(long.MaxValue / 2, "team") with
                {
                    Scope = new AdmissionScope { Team = "blue" },
                },
                Rooms.Budget(long.MaxValue / 2, "each") with
                {
                    Scope = new AdmissionScope { Key = "*" },
                },
            ],
            [Rooms.Limit(Measure.Tokens, long.MaxValue / 2)]
        );
        var request = Rooms.Request(Worst);
        var came = Rooms.Came(Worst / 2);

        Measured(AdmissionRules.None, 1000);
        Measured(rules, 1000);
        var (none, noneNs) = Measured(AdmissionRules.None, 100_000);
        var (four, fourNs) = Measured(rules, 100_000);

        output.WriteLine(
            $"no rule: {none} B, {noneNs:0} ns; four rules: {four} B, {fourNs:0} ns for each admit and settle"
        );
        Assert.Equal(0, none);
        Assert.InRange(four, 1, 600);

        (long Bytes, double Nanoseconds) Measured(AdmissionRules held, int times)
        {
            var began = Stopwatch.GetTimestamp();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
            {
                book.AdmitAsync(held, request, Patience, CancellationToken.None)
                    .GetAwaiter()
                    .GetResult()
                    .Ticket!.Settle(came);
            }

            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            return (bytes / times, Stopwatch.GetElapsedTime(began).TotalNanoseconds / times);
        }
    }

    private static long Actual(int i, int percent) => (Worst * percent / 100) - (i % 7 * Worst / 200);

    private static async Task<AdmissionOutcome> Within(
        ValueTask<AdmissionOutcome> admitting,
        CancellationTokenSource caller
    )
    {
        await Task.Yield();
        caller.CancelAfter(TimeSpan.FromMilliseconds(1));
        return await admitting;
    }
}

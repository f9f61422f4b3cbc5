using System.Diagnostics.CodeAnalysis;
using System.Text;
using Weir.Capture.Agents;
using Weir.Capture.Otlp;
using Weir.Foundation;
using Weir.Testing;
using static Weir.Capture.Tests.Otlp.OtlpFixtures;

namespace Weir.Capture.Tests.Otlp;

public class MetricTests
{
    private const long Before = 1795270000_000000000;
    private const long After = 1795284100_000000000;
    private const long Minute = 60_000000000;

    private readonly RecordingIntake intake = new();
    private readonly OtlpReceiver receiver;
    private int exports;

    public MetricTests() => receiver = new OtlpReceiver(intake, new FakeClock(ReceivedAt));

    [Fact]
    public async Task A_cumulative_series_that_began_before_counts_from_where_it_was_met()
    {
        Assert.Equal([], await SendAsync(Before, After, 1_000));
        Assert.Equal([250L], await SendAsync(Before, After + Minute, 1_250));
        Assert.Equal([], await SendAsync(Before, After + (2 * Minute), 1_250));
    }

    [Fact]
    public async Task One_that_begins_later_counts_from_its_beginning_and_anew_when_it_begins_anew()
    {
        Assert.Equal([40L], await SendAsync(After, After + Minute, 40));
        Assert.Equal([2L], await SendAsync(After, After + (2 * Minute), 42));
        Assert.Equal([7L], await SendAsync(After + (3 * Minute), After + (4 * Minute), 7));
        Assert.Equal([3L], await SendAsync(After + (3 * Minute), After + (5 * Minute), 3));
    }

    [Fact]
    public async Task A_point_that_is_delivered_again_adds_nothing()
    {
        Assert.Equal([40L], await SendAsync(After, After + Minute, 40));
        Assert.Equal([], await SendAsync(After, After + Minute, 40));
        Assert.Equal([], await SendAsync(After, After, 10));
    }

    [Fact]
    public async Task What_there_was_no_room_for_is_counted_when_it_comes_again()
    {
        intake.IsFull = true;
        Assert.Equal(OtlpOutcome.Full, await DeliverAsync(After, After + Minute, 40));
        intake.IsFull = false;
        Assert.Equal([40L], await SendAsync(After, After + Minute, 40));
    }

    [Fact]
    public async Task The_same_bytes_again_are_the_same_export()
    {
        const int delta = 1;
        var export = Export(After, After + Minute, "40", delta);
        Assert.Equal(OtlpOutcome.Stored, await DeliverAsync(export));
        Assert.Equal(OtlpOutcome.Stored, await DeliverAsync(export));
        Assert.Single(intake.All);
        Assert.Equal(OtlpOutcome.Stored, await DeliverAsync(export, workspace: 2));
        Assert.Equal(2, intake.All.Count);
    }

    [Fact]
    public async Task What_cannot_be_stored_is_not_answered_for_and_counts_once_when_it_comes_again()
    {
        const int delta = 1;
        var export = Export(After, After + Minute, "40", delta);
        var stored = new TaskCompletionSource();
        intake.Stored = stored.Task;
        intake.Fail();
        Assert.Equal(OtlpOutcome.NotStored, await DeliverAsync(export));

        intake.Recover();
        var again = DeliverAsync(export);
        Assert.False(again.IsCompleted);
        stored.SetResult();
        Assert.Equal(OtlpOutcome.Stored, await again);
        Assert.Single(intake.All);
    }

    [Fact]
    public async Task Series_of_other_workspaces_are_others()
    {
        Assert.Equal([40L], await SendAsync(After, After + Minute, 40));
        Assert.Equal([40L], await SendAsync(After, After + Minute, 40, workspace: 2));
    }

    [Fact]
    public async Task A_delta_counts_as_it_stands_and_has_the_same_id_when_it_comes_again()
    {
        await SendAsync(After, After + Minute, 40, temporality: 1);
        await SendAsync(After, After + Minute, 40, temporality: 1);

        Assert.Equal([40L, 40L], intake.All.SelectMany(c => c.Aggregates).Select(a => a.Usage.Output!.Value));
        Assert.Single(intake.All.SelectMany(c => c.Aggregates).Select(a => a.Id).Distinct());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("1e300")]
    [InlineData("null")]
    public async Task Impossible_numbers_are_passed_over(string value)
    {
        await DeliverAsync(After, After + Minute, value);
        Assert.Equal(1, Assert.Single(intake.All).Skipped["impossible numbers"]);
    }

    [Fact]
    public void Of_both_families_the_newer_counts_and_the_cache_is_inside_the_input()
    {
        var body = $$"""
            {"resourceMetrics":[{"resource":{"attributes":[{{Text(
                "service.name",
                "shop"
            )}}]},"scopeMetrics":[{"scope":{"name":"a"},"metrics":[
            {{Metric("gen_ai.client.token.usage", "histogram", "sum", 90, Text("gen_ai.token.type", "input"))}},
            {{Metric("gen_ai.client.inference.usage.input_tokens", "sum", "asInt", 100)}},
            {{Metric("gen_ai.client.inference.usage.cache_read.input_tokens", "sum", "asInt", 60)}},
            {{Metric("gen_ai.client.inference.usage.output_tokens", "sum", "asInt", 5)}},
            {{Metric("gen_ai.client.operation.duration", "histogram", "sum", 3)}}]}]}]}
            """;
        var caught = Read(OtlpSignal.Metrics, OtlpFormat.Json, Encoding.UTF8.GetBytes(body));

        var one = Assert.Single(caught.Aggregates);
        Assert.Equal((40, 60, 5), (one.Usage.Input, one.Usage.CacheRead, one.Usage.Output));
        Assert.Equal(("shop", "openai", "gpt-5"), (one.Client, one.Provider, one.Model));
        Assert.Equal(1, caught.Skipped["other metric"]);
    }

    [Fact]
    public void Series_are_forgotten_and_then_not_counted_twice()
    {
        var series = new MetricSeries(DateTimeOffset.UnixEpoch, most: 10);
        for (var i = 1; i <= 50; i++)
        {
            Assert.Equal(5, series.Advance(Key(i), start: (ulong)(i * 10), time: (ulong)((i * 10) + 1), 5));
            series.Commit();
        }

        Assert.InRange(series.Count, 1, 10);
        Assert.Equal(0, series.Advance(Key(1), start: 10, time: 1_000, 9));
        Assert.Equal(4, series.Advance(Key(50), start: 500, time: 1_000, 9));
    }

    private static SeriesKey Key(int i) => new(WorkspaceId.Default, "m", "s", 0, (ulong)i);

    private static string Metric(string name, string form, string field, long value, params string[] more) =>
        $$"""
            {"name":"{{name}}","{{form}}":{"aggregationTemporality":1,"dataPoints":[{"startTimeUnixNano":"{{After}}","timeUnixNano":"{{After
                + Minute}}","{{field}}":{{value}},
            "attributes":[{{string.Join(
                ',',
                [Text("gen_ai.provider.name", "openai"), Text("gen_ai.request.model", "gpt-5"), .. more]
            )}}]}]} }
            """;

    private async Task<List<long>> SendAsync(long start, long time, long value, int temporality = 2, int workspace = 1)
    {
        var before = intake.All.Count;
        Assert.Equal(OtlpOutcome.Stored, await DeliverAsync(start, time, $"{value}", temporality, workspace));
        return [.. intake.All[before].Aggregates.Select(a => a.Usage.Output!.Value)];
    }

    private Task<OtlpOutcome> DeliverAsync(long start, long time, long value) => DeliverAsync(start, time, $"{value}");

    private Task<OtlpOutcome> DeliverAsync(
        long start,
        long time,
        string value,
        int temporality = 2,
        int workspace = 1
    ) => DeliverAsync(Export(start, time, value, temporality), workspace);

    private async Task<OtlpOutcome> DeliverAsync(string export, int workspace = 1) =>
        (
            await receiver.ReceiveAsync(
                new WorkspaceId(workspace),
                OtlpSignal.Metrics,
                OtlpFormat.Json,
                Encoding.UTF8.GetBytes(export),
                TestContext.Current.CancellationToken
            )
        ).Outcome;

    // Each is another export, by its number: the same bytes are the same export.
    private string Export(long start, long time, string value, int temporality) =>
        $$"""
            {"n":{{++exports}},"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"gen_ai.client.inference.usage.output_tokens",
            "sum":{"aggregationTemporality":{{temporality}},"dataPoints":[{"startTimeUnixNano":"{{start}}","timeUnixNano":"{{time}}","asDouble":{{value}}}]} }]}]}]}
            """;

    private sealed class RecordingIntake : ICaptureIntake
    {
        public List<Catch> All { get; } = [];

        public bool IsFull { get; set; }

        public Task Stored { get; set; } = Task.CompletedTask;

        public Task NextFailure { get; private set; } = new TaskCompletionSource().Task;

        public void Fail() => NextFailure = Task.CompletedTask;

        public void Recover() => NextFailure = new TaskCompletionSource().Task;

        public bool TryTake(WorkspaceId workspace, Catch caught, [NotNullWhen(true)] out Task? stored)
        {
            if (!IsFull)
            {
                All.Add(caught);
            }

            stored = IsFull ? null : Stored;
            return !IsFull;
        }
    }
}

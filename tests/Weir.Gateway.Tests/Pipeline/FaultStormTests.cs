using System.Collections.Concurrent;
using System.Globalization;
using Weir.Foundation;
using Weir.Gateway.Resilience;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>Faults drawn from a seed, over real sockets and from many callers at once; then the books are held against the stand-in's.</summary>
public sealed class FaultStormTests(ITestOutputHelper output)
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";
    private const string AskStream = """{"model":"claude-sonnet-4-5","stream":true,"max_tokens":64,"messages":[]}""";

    /// <summary>Nano-dollars a token of claude-sonnet-4-5, as its vendor's list has them.</summary>
    private const long PerInput = 3_000;
    private const long PerOutput = 15_000;

    [Theory]
    [InlineData(1)]
    [InlineData(20261122)]
    public async Task Each_request_has_one_record_and_each_record_what_was_really_asked_and_charged(int seed)
    {
        var first = new StandIn(seed, faultsInAHundred: 40);
        var second = new StandIn(seed + 1, faultsInAHundred: 10);
        await using var one = new FakeUpstream().Handle(first.Answer);
        await using var two = new FakeUpstream().Handle(second.Answer);
        var resilience = new ResilienceConfig
        {
            Retries = 1,
            Breaker = new BreakerConfig
            {
                OpenFor = TimeSpan.FromMilliseconds(100),
                Longest = TimeSpan.FromMilliseconds(200),
            },
            LongestCooldown = TimeSpan.FromMilliseconds(30),
            Concurrency = new ConcurrencyConfig(Adaptive: true, 4, 12),
            Timeouts = new TimeoutConfig { Silence = TimeSpan.FromMilliseconds(400) },
        };
        var config = ResilienceAtWorkTests.Two(one, two, resilience);
        await using var host = await GatewayHost.StartAsync(
            config with
            {
                Providers =
                [
                    config.Providers[0],
                    config.Providers[1] with
                    {
                        Resilience = resilience with { Concurrency = null },
                    },
                ],
            }
        );
        var room = RefusalTests.Room(host);
        var seen = new ConcurrentDictionary<string, bool>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 600),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) =>
            {
                var id = i.ToString(CultureInfo.InvariantCulture);
                seen[id] = await IsServedAsync(host, i % 2 == 0, id);
            }
        );

        var records = await host.RecordsAsync();
        Assert.Equal(seen.Keys.Order(), records.Select(r => r.Session!).Order());
        // Never a failure dressed as success, nor the other way round.
        Assert.Equal(
            seen.Where(s => s.Value).Select(s => s.Key).Order(),
            records.Where(r => r.Status == RequestStatus.Ok).Select(r => r.Session!).Order()
        );
        var attempts = records.Sum(r => Math.Max(1, r.Attempts.Length));
        // What a connection that was used before loses, before a byte of an answer, the HTTP client sends once more by itself.
        var resets = first.Faults.GetValueOrDefault("reset") + second.Faults.GetValueOrDefault("reset");
        Assert.InRange(one.Requests.Count + two.Requests.Count - attempts, 0, resets);
        Assert.All(
            records.Where(r => r.Attempts.Length > 0),
            r => Assert.Equal(r.Attempts.Aggregate((Money?)Money.Zero, (sum, a) => sum + a.Cost), r.Cost)
        );
        var charged = first.Charged.Concat(second.Charged).ToDictionary();
        var known = records
            .SelectMany(r =>
                r.Attempts.Length > 0
                    ? r.Attempts.Select(a => (a.UpstreamId, a.Cost, a.Status))
                    : [(r.UpstreamId, r.Cost, r.Status)]
            )
            .Where(a => a is { Status: RequestStatus.Ok, UpstreamId: not null })
            .ToDictionary(a => a.UpstreamId!, a => a.Cost!.Value.NanoUsd);
        Assert.Equal(charged.OrderBy(c => c.Key), known.OrderBy(c => c.Key));
        await Until.TrueAsync(() => host.Gateway.InFlight == 0);
        Assert.All(
            host.Gateway.HealthOf(WorkspaceId.Default)
                .SelectMany(p => p.Models)
                .Select(m => m.Slots)
                .OfType<(int, int, int)>(),
            slots => Assert.Equal((0, 0), (slots.Item1, slots.Item2))
        );
        Assert.InRange(RefusalTests.Room(host), room - records.Length, room);
        output.WriteLine(
            $"{seen.Count} requests, {attempts} attempts, {host.Gateway.Metrics.Retries} retries, "
                + $"{seen.Count(s => !s.Value)} not served, breakers opened {host.Gateway.Metrics.BreakersOpened} times, "
                + $"{charged.Values.Sum() / 1e9:0.000000} USD charged and booked"
        );
        output.WriteLine(string.Join(", ", first.Faults.OrderBy(f => f.Key).Select(f => $"{f.Key} {f.Value}")));
    }

    [Fact]
    public async Task With_another_target_alive_fewer_than_one_request_in_a_thousand_fails()
    {
        const int Requests = 4_000;
        var schedule = new Schedule(Requests);
        await using var one = new FakeUpstream().Handle(schedule.Answer);
        await using var two = new FakeUpstream().Handle(_ => AnthropicAnswers.Stream(StandIn.Completion("b", 7)));
        await using var host = await GatewayHost.StartAsync(
            ResilienceAtWorkTests.Two(
                one,
                two,
                new ResilienceConfig
                {
                    Breaker = new BreakerConfig
                    {
                        OpenFor = TimeSpan.FromMilliseconds(100),
                        Longest = TimeSpan.FromMilliseconds(200),
                    },
                    LongestCooldown = TimeSpan.FromMilliseconds(100),
                    Timeouts = new TimeoutConfig { FirstByte = TimeSpan.FromMilliseconds(400) },
                }
            )
        );
        var failed = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Requests),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, cancel) =>
            {
                // A bad day lasts longer than a breaker is open.
                await Task.Delay(25, cancel);
                schedule.Arrived();
                if (!await IsServedAsync(host, streams: true, $"{i}"))
                {
                    Interlocked.Increment(ref failed);
                }
            }
        );

        var records = await host.RecordsAsync();
        output.WriteLine(
            $"{Requests} requests, {failed} failed; the first target was asked {one.Requests.Count} times and served "
                + $"{records.Count(r => r.Provider == "first")}, breakers opened {host.Gateway.Metrics.BreakersOpened} times, "
                + $"{host.Gateway.Metrics.Cooldowns} rests; attempts that failed: {records.Sum(r => Math.Max(0, r.Attempts.Length - 1))}"
        );
        Assert.Equal(Requests, records.Length);
        Assert.InRange(failed, 0, Requests / 1000);
        // All the phases were met, and the target that gets well is asked again.
        Assert.Equal(Schedule.Phases, schedule.Met);
        Assert.InRange(records.Count(r => r.Provider == "first"), Requests / 100, Requests - 1);
    }

    [Fact]
    public async Task Streams_that_their_callers_leave_keep_no_place_and_no_room()
    {
        var events = AnthropicAnswers.Events(StandIn.Completion("x", 5));
        await using var one = new FakeUpstream().Handle(_ => UpstreamAnswer.Sse(events.Take(4)).Stall());
        await using var two = new FakeUpstream().Handle(_ => UpstreamAnswer.Sse(events.Take(1)).Stall());
        await using var host = await GatewayHost.StartAsync(
            ResilienceAtWorkTests.Two(
                one,
                two,
                new ResilienceConfig { Concurrency = new ConcurrencyConfig(Adaptive: false, Most: 10) }
            )
        );
        var room = RefusalTests.Room(host);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 400),
            new ParallelOptions { MaxDegreeOfParallelism = 20 },
            async (i, _) =>
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(i % 40));
                try
                {
                    using var answer = await host.SendAsync(host.Post("/v1/messages", AskStream), patience.Token);
                    await answer.Content.ReadAsStringAsync(patience.Token);
                }
                catch (Exception e) when (e is OperationCanceledException or HttpRequestException)
                {
                    // That is what this caller does.
                }
            }
        );

        await Until.TrueAsync(() => host.Gateway.InFlight == 0);
        var models = host.Gateway.HealthOf(WorkspaceId.Default).Single(p => p.Provider == "first").Models;
        Assert.Equal((0, 0, 10), Assert.Single(models).Slots);
        Assert.Equal("ready", models[0].Stands);
        Assert.InRange(RefusalTests.Room(host), room - (await host.RecordsAsync()).Length, room);
    }

    /// <summary>Whether a caller got a whole good answer.</summary>
    private static async Task<bool> IsServedAsync(GatewayHost host, bool streams, string session)
    {
        try
        {
            var (answer, body) = await host.AskAsync(
                host.Post("/v1/messages", streams ? AskStream : Ask).With("X-Claude-Code-Session-Id", session)
            );
            return (int)answer.StatusCode == 200
                && (
                    streams
                        ? body.Contains("event: message_stop", StringComparison.Ordinal)
                        : body.Contains("\"stop_reason\":\"end_turn\"", StringComparison.Ordinal)
                );
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return false;
        }
    }

    /// <summary>Answers by lot, and writes down what it charges.</summary>
    private sealed class StandIn(int seed, int faultsInAHundred)
    {
        private readonly Random random = new(seed);
        private int number;

        public ConcurrentDictionary<string, long> Charged { get; } = new();

        public ConcurrentDictionary<string, int> Faults { get; } = new();

        public static VendorCompletion Completion(string id, int output) =>
            new()
            {
                Id = $"msg_{id}",
                Model = "claude-sonnet-4-5",
                Usage = new TokenUsage { Input = 12, Output = output },
            };

        public UpstreamAnswer Answer(RecordedRequest request)
        {
            int lot;
            int output;
            string id;
            lock (random)
            {
                (lot, output) = (random.Next(100), random.Next(1, 500));
                id = string.Create(CultureInfo.InvariantCulture, $"{seed}-{++number}");
            }

            var completion = Completion(id, output);
            var streams = request.BodyText.Contains("\"stream\":true", StringComparison.Ordinal);
            var events = AnthropicAnswers.Events(completion);
            if (lot >= faultsInAHundred)
            {
                Charged[$"req_{completion.Id}"] = (12 * PerInput) + (output * PerOutput);
                return streams ? AnthropicAnswers.Stream(completion) : AnthropicAnswers.Message(completion);
            }

            var fault = (lot % 8) switch
            {
                0 => "500",
                1 => "529",
                2 => "429",
                3 => "429 with a word",
                4 => "reset",
                5 => streams ? "error in the stream" : "503",
                6 => streams ? "dies in the middle" : "reset in the middle",
                _ => lot < 8 ? "stall" : "500",
            };
            Faults.AddOrUpdate(fault, 1, (_, count) => count + 1);
            return fault switch
            {
                "529" => AnthropicAnswers.Error(529, "overloaded_error"),
                "503" => AnthropicAnswers.Error(503, "overloaded_error").Header("retry-after-ms", "20"),
                "429" => AnthropicAnswers.Error(429, "rate_limit_error"),
                "429 with a word" => AnthropicAnswers.Error(429, "rate_limit_error").Header("retry-after-ms", "30"),
                "reset" => UpstreamAnswer.Nothing(Ending.Reset),
                "error in the stream" => UpstreamAnswer.Sse(events[0], AnthropicAnswers.ErrorEvent()),
                "dies in the middle" => UpstreamAnswer.Sse(events.Take(5)).Dies(),
                "reset in the middle" => AnthropicAnswers.Message(completion).CutAfter(40),
                "stall" => UpstreamAnswer.Json("{}").StallBeforeHead(),
                _ => AnthropicAnswers.Error(500, "api_error"),
            };
        }
    }

    /// <summary>A target that has its bad days one after the other, with good ones between them.</summary>
    private sealed class Schedule(int requests)
    {
        public static readonly string[] Phases =
        [
            "dead",
            "good",
            "limited",
            "limited with a word",
            "broken",
            "overloaded in the stream",
            "silent",
            "good again",
        ];

        private readonly ConcurrentDictionary<string, bool> met = new();
        private int arrived;

        public IEnumerable<string> Met => Phases.Where(met.ContainsKey);

        public void Arrived() => Interlocked.Increment(ref arrived);

        public UpstreamAnswer Answer(RecordedRequest request)
        {
            var phase = Phases[Math.Min(Phases.Length - 1, Volatile.Read(ref arrived) * Phases.Length / requests)];
            met[phase] = true;
            var completion = StandIn.Completion("a", 5);
            return phase switch
            {
                "dead" => AnthropicAnswers.Error(500, "api_error"),
                "limited" => AnthropicAnswers.Error(429, "rate_limit_error"),
                "limited with a word" => AnthropicAnswers
                    .Error(429, "rate_limit_error")
                    .Header("retry-after-ms", "100"),
                "broken" => UpstreamAnswer.Nothing(Ending.Reset),
                "overloaded in the stream" => UpstreamAnswer.Sse(
                    AnthropicAnswers.Events(completion)[0],
                    AnthropicAnswers.ErrorEvent()
                ),
                "silent" => UpstreamAnswer.Json("{}").StallBeforeHead(),
                _ => AnthropicAnswers.Stream(completion),
            };
        }
    }
}

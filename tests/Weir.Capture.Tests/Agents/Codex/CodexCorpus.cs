using System.Globalization;
using System.Text;
using Weir.Foundation;

namespace Weir.Capture.Tests.Agents.Codex;

/// <summary>
/// Makes the files of a user of Codex from a seed, and knows what was used: threads of all the program's ages, forks and
/// subagents with copies of their parents, totals told twice, counters that begin anew, threads put away.
/// </summary>
internal sealed class CodexCorpus
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly string[] Models = ["gpt-5.1-codex", "gpt-5.2", "gpt-5.2-codex"];

    private readonly Random random;
    private readonly List<Thread> threads = [];
    private readonly List<Tally> requests = [];
    private int counter;

    public CodexCorpus(int seed)
    {
        random = new Random(seed);
        for (var i = 0; i < 12; i++)
        {
            var parent = threads.Count > 0 && random.Next(2) == 0 ? threads[random.Next(threads.Count)] : null;
            threads.Add(Make(parent, Start.AddHours(i * 7)));
        }

        foreach (var thread in threads)
        {
            var name = $"rollout-2026-03-01T08-00-00-{thread.Id}.jsonl";
            var bytes = Encoding.UTF8.GetBytes(string.Join('\n', thread.Lines) + "\n");
            var place = random.Next(6);
            if (place != 0)
            {
                Files[$"sessions/2026/03/01/{name}"] = bytes;
            }

            if (place <= 1)
            {
                Files[$"archived_sessions/{name}"] = bytes;
            }
        }
    }

    /// <summary>The files by their path below the home.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>What was used.</summary>
    public IReadOnlyList<Tally> Truth => Tally.Sum(requests);

    /// <summary>How many lines of a kind the generator made; a test asks that there were any.</summary>
    public Dictionary<string, int> Made { get; } = [];

    private Thread Make(Thread? parent, DateTimeOffset at)
    {
        var age = parent?.Age ?? (Age)random.Next(3);
        var thread = new Thread(Uuid(at), age);
        var isAgent = parent is not null && random.Next(2) == 0;
        // Of a subagent's subagent the oldest files only tell the nearest parent.
        var root = isAgent ? (age == Age.Records ? parent!.Session : parent!.Id) : thread.Id;
        thread.Session = root;
        var origin =
            parent is null ? ""
            : isAgent
                ? $$""","source":{"subagent":{"thread_spawn":{"parent_thread_id":"{{parent.Id}}","depth":1,"agent_role":"explorer"} } }"""
            : $$""","forked_from_id":"{{parent.Id}}","source":"cli" """;
        var sessionId = age == Age.Records ? $$""","session_id":"{{root}}" """ : "";
        thread.Add(
            at,
            "session_meta",
            $$"""{"id":"{{thread.Id}}","timestamp":"{{Iso(at)}}","cwd":"/home/ada/engine","cli_version":"0.1"{{origin}}{{sessionId}}}"""
        );
        if (parent is not null)
        {
            at = Copy(parent, thread, at);
        }

        var turns = random.Next(1, 5);
        for (var turn = 0; turn < turns; turn++)
        {
            at = Turn(thread, at.AddSeconds(random.Next(2, 4000)));
        }

        return thread;
    }

    /// <summary>The parent's lines as a fork gets them: with their times or with one, all of them or a part, or none at all.</summary>
    private DateTimeOffset Copy(Thread parent, Thread thread, DateTimeOffset at)
    {
        var way = random.Next(4);
        if (way == 0)
        {
            // Nothing is copied; the counter goes on from the parent's, or from nothing.
            Note("bare fork");
            thread.Total = random.Next(2) == 0 ? parent.Total : default;
            thread.AlwaysTellsLast = true;
            return at;
        }

        var restamped = random.Next(2) == 0;
        at = at.AddMilliseconds(restamped ? random.Next(2) * 1500 : 0);
        foreach (var (time, type, payload) in parent.Told)
        {
            if (type == "token_usage_record" && way == 1)
            {
                continue;
            }

            at = at.AddMilliseconds(random.Next(3) == 0 ? 1 : 0);
            thread.Add(restamped ? at : time, type, payload);
            Note("copied " + type);
        }

        thread.Total = way == 3 ? default : parent.Total;
        thread.AlwaysTellsLast |= way == 3;
        return at;
    }

    private DateTimeOffset Turn(Thread thread, DateTimeOffset at)
    {
        var model = Models[random.Next(Models.Length)];
        var turn = thread.Age == Age.Plain ? null : Uuid(at);
        var named = turn is null ? "" : $$""","turn_id":"{{turn}}" """;
        thread.Add(at, "event_msg", $$"""{"type":"task_started"{{named}}}""");
        thread.Add(at, "turn_context", $$"""{"cwd":"/home/ada/engine","model":"{{model}}"{{named}}}""");
        thread.Add(at, "event_msg", """{"type":"user_message","message":"MARKER"}""");
        var answers = random.Next(1, 6);
        for (var i = 0; i < answers; i++)
        {
            at = at.AddMilliseconds(random.Next(700, 60_000));
            Answer(thread, model, turn, at);
        }

        return at;
    }

    private void Answer(Thread thread, string model, string? turn, DateTimeOffset at)
    {
        var input = random.Next(5_000, 90_000);
        var cached = random.Next(0, input);
        var output = random.Next(10, 5_000);
        var used = new Count(input, cached, output, random.Next(0, output));
        var anew = thread.Total.Input > 300_000 && random.Next(3) == 0;
        if (anew)
        {
            Note("anew");
        }

        thread.Total = anew ? used : thread.Total + used;
        requests.Add(
            Tally.Of(
                model,
                at,
                thread.Session,
                new TokenUsage
                {
                    Input = used.Input - used.Cached,
                    CacheRead = used.Cached,
                    Output = used.Output,
                    Reasoning = used.Reasoning,
                }
            )
        );
        if (thread.Age == Age.Records)
        {
            thread.Add(
                at,
                "token_usage_record",
                $$"""{"thread_id":"{{thread.Id}}","turn_id":"{{turn}}","response_id":"resp_{{++counter}}","usage":{{used}},"thread_token_usage":{{thread.Total}}}"""
            );
        }

        var tellsLast = anew || thread.AlwaysTellsLast || random.Next(3) > 0;
        var last = tellsLast ? $$""","last_token_usage":{{used}}""" : "";
        var count =
            $$"""{"type":"token_count","info":{"total_token_usage":{{thread.Total}}{{last}}},"rate_limits":null}""";
        if (random.Next(4) == 0 && thread.Counts.Count > 0)
        {
            Note("stale");
            thread.Add(at, "event_msg", thread.Counts[^Math.Min(thread.Counts.Count, random.Next(1, 4))]);
        }

        thread.Add(at, "event_msg", count);
        thread.Counts.Add(count);
        if (random.Next(4) == 0)
        {
            Note("twice");
            thread.Add(at.AddMilliseconds(200), "event_msg", count);
        }
    }

    private void Note(string what) => Made[what] = Made.GetValueOrDefault(what) + 1;

    private string Uuid(DateTimeOffset at)
    {
        var tail = new byte[10];
        random.NextBytes(tail);
        var hex =
            at.ToUnixTimeMilliseconds().ToString("x12")
            + "7"
            + Convert.ToHexStringLower(tail)[1..4]
            + "8"
            + Convert.ToHexStringLower(tail)[5..];
        return $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..32]}";
    }

    private static string Iso(DateTimeOffset at) =>
        at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private enum Age
    {
        Plain,
        NamedTurns,
        Records,
    }

    private readonly record struct Count(long Input, long Cached, long Output, long Reasoning)
    {
        public static Count operator +(Count a, Count b) =>
            new(a.Input + b.Input, a.Cached + b.Cached, a.Output + b.Output, a.Reasoning + b.Reasoning);

        public override string ToString() =>
            $$"""{"input_tokens":{{Input}},"cached_input_tokens":{{Cached}},"output_tokens":{{Output}},"reasoning_output_tokens":{{Reasoning}},"total_tokens":{{Input + Output}}}""";
    }

    private sealed class Thread(string id, Age age)
    {
        public string Id { get; } = id;

        public Age Age { get; } = age;

        public string Session { get; set; } = id;

        public Count Total { get; set; }

        public bool AlwaysTellsLast { get; set; }

        public List<string> Counts { get; } = [];

        public List<(DateTimeOffset At, string Type, string Payload)> Told { get; } = [];

        public IEnumerable<string> Lines =>
            Told.Select(l => $$"""{"timestamp":"{{Iso(l.At)}}","type":"{{l.Type}}","payload":{{l.Payload}}}""");

        public void Add(DateTimeOffset at, string type, string payload) => Told.Add((at, type, payload));
    }
}

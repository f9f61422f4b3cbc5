using System.Globalization;
using System.Text;

namespace Weir.Bench.Load;

/// <summary>What load is made.</summary>
/// <param name="Url">Whom to ask.</param>
/// <param name="Keys">The keys that take turns.</param>
internal sealed record LoadOptions(Uri Url, IReadOnlyList<string> Keys)
{
    private static readonly string[] KnownModels =
    [
        "claude-haiku-4-5",
        "claude-haiku-4-5-20251001",
        "claude-opus-4-0",
        "claude-opus-4-1",
        "claude-opus-4-1-20250805",
        "claude-opus-4-20250514",
        "claude-opus-4-5",
        "claude-opus-4-5-20251101",
        "claude-opus-4-6",
        "claude-opus-4-7",
        "claude-opus-4-8",
        "claude-sonnet-4-0",
        "claude-sonnet-4-20250514",
        "claude-sonnet-4-5",
        "claude-sonnet-4-5-20250929",
        "claude-sonnet-4-6",
        "claude-sonnet-5",
        "claude-fable-5",
        "claude-3-haiku-20240307",
        "claude-3-7-sonnet-20250219",
    ];

    public int Requests { get; init; } = 10_000;
    public int Connections { get; init; } = 64;
    public int Rate { get; init; } = 500;
    public int Seconds { get; init; } = 10;
    public int Body { get; init; } = 2048;
    public int DelayMs { get; init; }
    public int IntervalMs { get; init; }
    public int Models { get; init; } = 1;
    public bool Stream { get; init; }
    public bool Agent { get; init; }
    public string? Model { get; init; }

    /// <summary>Reads MODE URL KEY OPTIONS…; a key that begins with @ names a file with one in each line.</summary>
    public static LoadOptions Parse(string[] args)
    {
        var keys = args[2].StartsWith('@') ? File.ReadAllLines(args[2][1..]) : [args[2]];
        var options = new LoadOptions(new Uri(args[1]), keys);
        for (var i = 3; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--requests" => options with { Requests = Number(args[++i]) },
                "--connections" => options with { Connections = Number(args[++i]) },
                "--rate" => options with { Rate = Number(args[++i]) },
                "--seconds" => options with { Seconds = Number(args[++i]) },
                "--body" => options with { Body = Number(args[++i]) },
                "--delay" => options with { DelayMs = Number(args[++i]) },
                "--interval" => options with { IntervalMs = Number(args[++i]) },
                "--models" => options with { Models = Number(args[++i]) },
                "--stream" => options with { Stream = true },
                "--agent" => options with { Agent = true },
                "--model" => options with { Model = args[++i] },
                var other => throw new ArgumentException($"Unknown option {other}."),
            };
        }

        return options;
    }

    /// <summary>The requests as they go on the wire, one for each pairing of key and model, which take turns.</summary>
    public byte[][] Wires() =>
        [
            .. Enumerable
                .Range(0, Keys.Count * Models)
                .Select(i => Wire(Keys[i % Keys.Count], Model ?? KnownModels[i / Keys.Count % KnownModels.Length])),
        ];

    private byte[] Wire(string key, string model)
    {
        var stream = Stream ? "\"stream\":true," : "";
        var head = $$"""{"model":"{{model}}",{{stream}}"max_tokens":1024,"messages":[{"role":"user","content":""";
        const string Tail = "\"}]}";
        var body = Agent
            ? AgentBody.Make(model, Stream, Body)
            : head + "\"" + new string('w', Math.Max(1, Body - head.Length - 1 - Tail.Length)) + Tail;
        var delay = DelayMs > 0 ? $"x-bench-delay-ms: {DelayMs}\r\n" : "";
        var interval = IntervalMs > 0 ? $"x-bench-interval-ms: {IntervalMs}\r\n" : "";
        return Encoding.ASCII.GetBytes(
            $"POST /v1/messages HTTP/1.1\r\nHost: {Url.Authority}\r\ncontent-type: application/json\r\n"
                + $"anthropic-version: 2023-06-01\r\nx-api-key: {key}\r\naccept: application/json\r\n{delay}{interval}"
                + $"content-length: {body.Length}\r\n\r\n{body}"
        );
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;

namespace Weir.Bench.Load;

internal sealed record LoadOptions(Uri Url, string Key)
{
    public int Requests { get; init; } = 10_000;
    public int Connections { get; init; } = 64;
    public int Rate { get; init; } = 500;
    public int Seconds { get; init; } = 10;
    public int Body { get; init; } = 2048;
    public int DelayMs { get; init; }
    public bool Stream { get; init; }

    public static LoadOptions Parse(string[] args)
    {
        var options = new LoadOptions(new Uri(args[1]), args[2]);
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
                "--stream" => options with { Stream = true },
                var other => throw new ArgumentException($"Unknown option {other}."),
            };
        }

        return options;
    }

    /// <summary>The request as it goes on the wire, its body padded to <see cref="Body"/> bytes.</summary>
    public byte[] Wire()
    {
        var stream = Stream ? "\"stream\":true," : "";
        var head =
            $$"""{"model":"claude-haiku-4-5",{{stream}}"max_tokens":1024,"messages":[{"role":"user","content":""";
        const string Tail = "\"}]}";
        var body = head + "\"" + new string('w', Math.Max(1, Body - head.Length - 1 - Tail.Length)) + Tail;
        var delay = DelayMs > 0 ? $"x-bench-delay-ms: {DelayMs}\r\n" : "";
        return Encoding.ASCII.GetBytes(
            $"POST /v1/messages HTTP/1.1\r\nHost: {Url.Authority}\r\ncontent-type: application/json\r\n"
                + $"anthropic-version: 2023-06-01\r\nx-api-key: {Key}\r\naccept: application/json\r\n{delay}"
                + $"content-length: {body.Length}\r\n\r\n{body}"
        );
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

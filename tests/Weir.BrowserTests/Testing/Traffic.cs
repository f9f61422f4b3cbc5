using System.Net;
using System.Text.Json.Nodes;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.BrowserTests.Testing;

/// <summary>A Weir before a vendor that answers whatever model it is asked for, and requests to them.</summary>
public sealed class Traffic : IAsyncDisposable
{
    /// <summary>A model that no price is known of.</summary>
    public const string Unpriced = "house-model-1";

    private readonly FakeUpstream vendor = new();
    private readonly TemporaryFolder folder = new();
    private int sent;

    private Traffic() { }

    /// <summary>The server.</summary>
    public WeirProcess Weir { get; private set; } = null!;

    /// <summary>The vendor is overloaded, whatever model it is asked for.</summary>
    public bool IsDown { get; set; }

    /// <summary>Starts a server with an empty ledger, or on a folder that has one.</summary>
    /// <param name="dataFolder">Null for an empty one.</param>
    /// <param name="provider">More lines of the vendor's entry.</param>
    /// <param name="document">More of the document.</param>
    public static async Task<Traffic> StartAsync(
        string? dataFolder = null,
        IReadOnlyList<string>? provider = null,
        string document = ""
    )
    {
        var traffic = new Traffic();
        traffic.vendor.Handle(traffic.Answer);
        traffic.Weir = await WeirProcess.StartAsync(
            dataFolder ?? traffic.folder.At("data"),
            $$"""
            version: 1
            providers:
              - name: anthropic
                kind: anthropic
                baseUrl: {{traffic.vendor.BaseUrl.ToString().TrimEnd('/')}}
                apiKey: upstream-secret-0001
                {{string.Join("\n    ", provider ?? [])}}
              - { name: simulator, kind: simulator }
            routes:
              - match: { model: "{{Unpriced}}" }
                targets: [anthropic]
            {{document}}
            """
        );
        return traffic;
    }

    /// <summary>Sends one request and returns its id.</summary>
    public async Task<string> SendAsync(
        string model = "claude-sonnet-5",
        string client = "claude-cli/2.1.0 (external, cli)"
    )
    {
        using var answer = await Weir.PostAsync(
            "/v1/messages",
            $$"""{"model":"{{model}}","max_tokens":64,"messages":[{"role":"user","content":"hello"}]}""",
            headers: [("user-agent", client), ("anthropic-version", "2023-06-01")]
        );
        if (answer.StatusCode != HttpStatusCode.OK && model != "claude-overloaded" && !IsDown)
        {
            throw new InvalidOperationException(
                $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}\n{Weir.Log}"
            );
        }

        return answer.Headers.GetValues("x-weir-request-id").Single();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Weir.DisposeAsync();
        await vendor.DisposeAsync();
        folder.Dispose();
    }

    // Sizes as coding agents have them: much is read from the cache, little is new.
    private UpstreamAnswer? Answer(RecordedRequest request)
    {
        if (request.Method == "GET")
        {
            return UpstreamAnswer.Json("""{"data":[{"type":"model","id":"claude-haiku-4-5"}],"has_more":false}""");
        }

        var model = JsonNode.Parse(request.BodyText)!["model"]!.GetValue<string>();
        var number = Interlocked.Increment(ref sent);
        return IsDown || model == "claude-overloaded"
            ? AnthropicAnswers.Error(529, "overloaded_error", "Overloaded")
            : AnthropicAnswers.Message(
                new VendorCompletion
                {
                    Id = $"msg_{number}",
                    Model = model,
                    Usage = new TokenUsage
                    {
                        Input = 120 + (number * 37 % 900),
                        CacheRead = 18_000 + (number * 1_741 % 42_000),
                        CacheWrite5m = number * 613 % 4_000,
                        Output = 90 + (number * 211 % 1_700),
                    },
                }
            );
    }
}

using System.Net;
using System.Net.Http.Headers;
using Weir.Gateway.Counting;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Simulator;

/// <summary>
/// A vendor inside the process: answers in every dialect, whole and streamed, so that all of Weir can be tried without an
/// account. What it says goes through the same relay and meter as any other vendor's. Deterministic: see
/// <see cref="SimulatorReply"/>. Thread-safe.
/// </summary>
internal sealed class SimulatorHandler(TimeProvider clock) : HttpMessageHandler
{
    private readonly PromptCache cache = new(clock);
    private readonly RequestLimit limit = new(clock);

    /// <summary>How it is asked to behave.</summary>
    public const string OptionsHeader = "x-weir-sim";

    /// <summary>Changes what it says to an equal request.</summary>
    public const string SeedHeader = "x-weir-sim-seed";

    /// <summary>The models that it serves.</summary>
    public static IReadOnlyList<string> Models { get; } = ["sim-small", "sim-large", "sim-thinking"];

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var options = SimulatorOptions.Parse(Header(request, OptionsHeader));
        if (options.Latency > TimeSpan.Zero)
        {
            await Task.Delay(options.Latency, clock, cancellationToken);
        }

        var asked = SimulatorRequest.Read(request.RequestUri!, body, Header(request, SeedHeader), out var reason);
        if (asked is null)
        {
            return Document(Error(request.RequestUri!, 400, reason!), 400);
        }

        if (options.Status is { } status)
        {
            return Document(Error(request.RequestUri!, status, "The simulator was asked to fail."), status);
        }

        LimitState? state = options.Limit is { } perMinute ? limit.Take(asked.Model, perMinute) : null;
        if (state is { Remaining: < 0 })
        {
            var refusal = Document(Error(request.RequestUri!, 429, "The simulated limit on requests is reached."), 429);
            SimulatorLimits.Tell(refusal, asked.Endpoint.Dialect, state.Value, clock.GetUtcNow());
            return refusal;
        }

        var reply = SimulatorReply.Make(asked, options, CacheOf(asked, options));
        var script = new Script(options.RealPace ? RealPace.Of(asked, options) : options);
        var contentType = "application/json";
        switch (asked.Endpoint.Operation)
        {
            case Operation.Messages:
                AnthropicSimulation.Write(script, asked, reply);
                break;
            case Operation.CountTokens:
                script.Raw(Script.Json(j => j.WriteNumber("input_tokens", reply.PromptTokens)));
                break;
            case Operation.ResponsesInputTokens:
                script.Raw(TokenCounts.Write(Weir.Foundation.Dialect.OpenAIResponses, reply.PromptTokens));
                break;
            case Operation.Chat:
                ChatSimulation.Write(script, asked, reply);
                break;
            case Operation.Responses:
                ResponsesSimulation.Write(script, asked, reply);
                break;
            case Operation.ResponsesCompact:
                script.Raw(Script.Json(j => ResponsesSimulation.Compaction(j, reply)));
                break;
            case Operation.Embeddings:
                EmbeddingsSimulation.WriteOpenAI(script, asked, reply);
                break;
            case Operation.GeminiEmbed:
                EmbeddingsSimulation.WriteGemini(script, asked);
                break;
            case Operation.GeminiCountTokens:
                script.Raw(Script.Json(j => j.WriteNumber("totalTokens", reply.PromptTokens)));
                break;
            default:
                GeminiSimulation.Write(script, asked, reply);
                break;
        }

        if (asked is { Stream: true, Events: true })
        {
            contentType = "text/event-stream; charset=utf-8";
        }

        var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ScriptContent(script.Steps, clock) };
        answer.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        answer.Headers.TryAddWithoutValidation("request-id", "req_sim_" + reply.Id);
        if (state is { } told)
        {
            SimulatorLimits.Tell(answer, asked.Endpoint.Dialect, told, clock.GetUtcNow());
        }

        return answer;
    }

    private CacheUse CacheOf(SimulatorRequest asked, SimulatorOptions options)
    {
        if (options.Cache is not null || options.CacheWrite is not null)
        {
            return new CacheUse(options.Cache ?? 0, options.CacheWrite ?? 0, 0);
        }

        return
            asked.Endpoint.Operation
                is Operation.Messages
                    or Operation.Chat
                    or Operation.Responses
                    or Operation.ResponsesCompact
                    or Operation.GeminiGenerate
                    or Operation.GeminiStream
            ? cache.Use(
                PromptSegments.Of(asked.Root, asked.Model),
                byMarks: asked.Endpoint.Dialect == Weir.Foundation.Dialect.AnthropicMessages
            )
            : default;
    }

    private static byte[] Error(Uri address, int status, string reason) =>
        DialectErrors.Make(
            Endpoint.Parse(address.AbsolutePath, speaksAnthropic: false).Dialect,
            status,
            reason,
            "req_sim"
        );

    private static HttpResponseMessage Document(byte[] body, int status)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body) };
        answer.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return answer;
    }

    private static string? Header(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}

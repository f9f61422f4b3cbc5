using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Transforms;
using Endpoint = Weir.Gateway.Pipeline.Endpoint;

namespace Weir.Gateway.Telemetry;

/// <summary>
/// A span and measures for each request to a model, for whoever listens to the activity source and the meter
/// <c>Weir.Gateway</c>. While nobody does, neither is made and nothing is allocated. Never a prompt, an answer, or a text
/// that an upstream wrote as an error. Thread-safe.
/// </summary>
internal sealed class GatewayTelemetry : IDisposable
{
    private const int MaxTraceState = 512;
    private static readonly double[] DurationBounds =
    [
        0.01,
        0.02,
        0.04,
        0.08,
        0.16,
        0.32,
        0.64,
        1.28,
        2.56,
        5.12,
        10.24,
        20.48,
        40.96,
        81.92,
    ];
    private static readonly long[] TokenBounds =
    [
        1,
        4,
        16,
        64,
        256,
        1024,
        4096,
        16384,
        65536,
        262144,
        1048576,
        4194304,
        16777216,
        67108864,
    ];

    private readonly ActivitySource source = new(ModelGateway.TelemetryName);
    private readonly Meter meter = new(ModelGateway.TelemetryName);
    private readonly Histogram<double> duration;
    private readonly Histogram<double> firstChunk;
    private readonly Histogram<long> tokens;
    private readonly Counter<long> cost;

    /// <param name="metrics">Told as they stand.</param>
    /// <param name="inFlight">How many requests are being answered now.</param>
    /// <param name="standings">How targets stand now.</param>
    public GatewayTelemetry(
        GatewayMetrics metrics,
        Func<int> inFlight,
        Func<ImmutableArray<(string Provider, ModelStanding Standing)>> standings
    )
    {
        var seconds = new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBounds };
        duration = meter.CreateHistogram(
            "gen_ai.client.operation.duration",
            "s",
            "GenAI operation duration.",
            tags: null,
            seconds
        );
        firstChunk = meter.CreateHistogram(
            "gen_ai.client.operation.time_to_first_chunk",
            "s",
            "From a request's start to the first content of its answer.",
            tags: null,
            seconds
        );
        tokens = meter.CreateHistogram(
            "gen_ai.client.token.usage",
            "{token}",
            "Number of input and output tokens used.",
            tags: null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = TokenBounds }
        );
        cost = meter.CreateCounter<long>("weir.cost", "{nano_usd}", "List cost in billionths of a US dollar.");
        meter.CreateObservableUpDownCounter(
            "weir.requests.in_flight",
            inFlight,
            "{request}",
            "Requests to models being answered now."
        );
        meter.CreateObservableCounter(
            "weir.requests.refused",
            () => metrics.Refusals,
            "{request}",
            "Requests that Weir itself turned away."
        );
        meter.CreateObservableCounter(
            "weir.attempts.retried",
            () => metrics.Retries,
            "{attempt}",
            "Attempts that repeated one at the same target."
        );
        meter.CreateObservableCounter(
            "weir.requests.shed",
            () => metrics.Sheds,
            "{request}",
            "Times that a request found no place at a target."
        );
        meter.CreateObservableGauge(
            "weir.targets.away",
            () => Away(standings()),
            "{target}",
            "Models of a provider that are passed over: open, probing or cooling."
        );
    }

    /// <summary>
    /// Begins the span of a request, below the caller's where it sent one (<c>traceparent</c>); null when nobody listens,
    /// or no model is asked.
    /// </summary>
    public Activity? Begin(HttpRequest request, Endpoint endpoint)
    {
        if (!source.HasListeners() || GenAiNames.OperationOf(endpoint) is not { } operation)
        {
            return null;
        }

        var state = request.Headers.TraceState.ToString();
        _ = ActivityContext.TryParse(
            request.Headers[HeaderNames.TraceParent].ToString(),
            state.Length <= MaxTraceState ? state : null,
            isRemote: true,
            out var caller
        );
        return source.StartActivity(operation, ActivityKind.Client, caller);
    }

    /// <summary>Tells what a request came to.</summary>
    public void End(Exchange exchange)
    {
        if (exchange.Record is { } record)
        {
            Measure(exchange, record);
        }

        if (exchange.Span is { } span)
        {
            Describe(span, exchange);
            span.Dispose();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        source.Dispose();
        meter.Dispose();
    }

    private static IEnumerable<Measurement<int>> Away(
        ImmutableArray<(string Provider, ModelStanding Standing)> standings
    ) =>
        standings
            .GroupBy(target => target.Provider, StringComparer.Ordinal)
            .Select(provider => new Measurement<int>(
                provider.Count(target => target.Standing.Stands is "open" or "probing" or "cooling"),
                new KeyValuePair<string, object?>("weir.provider", provider.Key)
            ));

    private void Measure(Exchange exchange, UsageRecord record)
    {
        if (!(duration.Enabled || tokens.Enabled || cost.Enabled || firstChunk.Enabled))
        {
            return;
        }

        var provider = exchange.Attempts[^1].Target.Provider;
        var tags = new TagList
        {
            { GenAiNames.Operation, GenAiNames.OperationOf(exchange.Endpoint) },
            { GenAiNames.Provider, GenAiNames.ProviderOf(provider.Kind, provider.Name) },
            { GenAiNames.RequestModel, record.RequestedModel },
            { GenAiNames.ResponseModel, record.Model },
        };
        if (record.Cost is { } charged)
        {
            cost.Add(charged.NanoUsd, tags);
        }

        if (PromptOf(record.Usage) is { } prompt)
        {
            tokens.Record(prompt, [.. tags, new(GenAiNames.TokenType, "input")]);
        }

        if (record.Usage.Output is { } output)
        {
            tokens.Record(output, [.. tags, new(GenAiNames.TokenType, "output")]);
        }

        if (record.TimeToFirstToken is { } first)
        {
            firstChunk.Record(first.TotalSeconds, tags);
        }

        if (GenAiNames.IsError(record.Status))
        {
            tags.Add(GenAiNames.ErrorType, GenAiNames.StatusOf(record.Status));
        }

        duration.Record(record.Duration?.TotalSeconds ?? 0, tags);
    }

    private static void Describe(Activity span, Exchange exchange)
    {
        var operation = GenAiNames.OperationOf(exchange.Endpoint)!;
        var asked = Attribution.Text(exchange.RequestedModel, 256);
        span.DisplayName = asked is null ? operation : $"{operation} {asked}";
        span.SetTag(GenAiNames.Operation, operation);
        span.SetTag(GenAiNames.RequestModel, asked);
        span.SetTag("weir.request.id", exchange.IdText);
        span.SetTag("weir.caller.request_id", exchange.Scope?.CallerId);
        span.SetTag("weir.route", exchange.Route.Route);
        if (exchange.Streaming)
        {
            span.SetTag(GenAiNames.RequestStream, true);
        }

        if (exchange.Caller is { } caller)
        {
            span.SetTag("weir.workspace", caller.Principal.Workspace.Value);
            span.SetTag("weir.key", caller.Principal.KeyName);
        }

        var attempts = exchange.Attempts;
        for (var i = 0; i + 1 < attempts.Count; i++)
        {
            span.AddEvent(Failed(attempts[i], exchange));
        }

        var last = attempts.Count > 0 ? attempts[^1] : null;
        if (last is not null)
        {
            var provider = last.Target.Provider;
            span.SetTag(GenAiNames.Provider, GenAiNames.ProviderOf(provider.Kind, provider.Name));
            span.SetTag("weir.provider", provider.Name);
            span.SetTag("weir.provider.request_id", last.UpstreamId);
            span.SetTag(RequestChanges.Tag, last.Transforms.IsEmpty ? null : RequestChanges.InWords(last.Transforms));
            if (provider.Config.Address is { } address)
            {
                span.SetTag(GenAiNames.ServerAddress, address.Host);
                span.SetTag(GenAiNames.ServerPort, address.Port);
            }
        }

        if (exchange.Record is { } record)
        {
            Describe(span, record);
        }

        Conclude(span, exchange, last);
    }

    private static void Describe(Activity span, UsageRecord record)
    {
        var usage = record.Usage;
        span.SetTag(GenAiNames.ResponseModel, record.Model);
        span.SetTag(GenAiNames.ResponseId, record.MessageId);
        span.SetTag(GenAiNames.Conversation, record.Session);
        span.SetTag(GenAiNames.TimeToFirstChunk, record.TimeToFirstToken?.TotalSeconds);
        // The convention's input holds what was cached; Weir's classes are disjoint.
        span.SetTag(GenAiNames.InputTokens, PromptOf(usage));
        span.SetTag(GenAiNames.CacheReadTokens, usage.CacheRead);
        span.SetTag(GenAiNames.CacheCreationTokens, Sum(usage.CacheWrite5m, usage.CacheWrite1h));
        span.SetTag(GenAiNames.OutputTokens, usage.Output);
        span.SetTag(GenAiNames.ReasoningTokens, usage.Reasoning);
        span.SetTag("weir.cost.nano_usd", record.Cost?.NanoUsd);
        span.SetTag("weir.handoff.reason", record.HandoffReason);
        span.SetTag("weir.client", record.Client);
        span.SetTag("weir.project", record.Project);
        span.SetTag("weir.team", record.Team);
        span.SetTag("weir.user", record.User);
    }

    private static void Conclude(Activity span, Exchange exchange, UpstreamAttempt? last)
    {
        // After the record, for a caller who has gone gets no status.
        var answered = exchange.Record is { } record ? record.HttpStatus : exchange.Context.Response.StatusCode;
        span.SetTag(GenAiNames.HttpStatus, answered);
        var status = exchange.Record?.Status ?? last?.Status;
        if (status is { } known)
        {
            span.SetTag("weir.status", GenAiNames.StatusOf(known));
        }

        var error =
            status is { } ended ? (GenAiNames.IsError(ended) ? GenAiNames.StatusOf(ended) : null)
            : answered >= 400 ? answered.Value.ToString(CultureInfo.InvariantCulture)
            : null;
        if (error is not null)
        {
            span.SetTag(GenAiNames.ErrorType, error);
            span.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static ActivityEvent Failed(UpstreamAttempt attempt, Exchange exchange)
    {
        var provider = attempt.Target.Provider;
        return new ActivityEvent(
            "weir.attempt.failed",
            exchange.StartedAt + attempt.EndedAt,
            new ActivityTagsCollection
            {
                [GenAiNames.Provider] = GenAiNames.ProviderOf(provider.Kind, provider.Name),
                ["weir.provider"] = provider.Name,
                ["weir.provider.request_id"] = attempt.UpstreamId,
                [GenAiNames.RequestModel] = attempt.SentModel,
                [GenAiNames.ErrorType] = GenAiNames.StatusOf(attempt.Status),
                [GenAiNames.HttpStatus] = attempt.HttpStatus,
            }
        );
    }

    private static long? PromptOf(TokenUsage usage) =>
        (usage.Input ?? usage.CacheRead ?? usage.CacheWrite5m ?? usage.CacheWrite1h) is null ? null : usage.Prompt;

    private static long? Sum(long? one, long? other) => one is null && other is null ? null : (one ?? 0) + (other ?? 0);
}

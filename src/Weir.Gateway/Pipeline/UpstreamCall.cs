using System.Net;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Foundation.Network;
using Weir.Gateway.Routing;
using Weir.Gateway.Translation;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Upstreams.Envelopes;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// One attempt at one target, from the request that is sent to the answer that is held whole or relayed. Used once.
/// </summary>
internal sealed class UpstreamCall : IDisposable
{
    /// <summary>Answers up to here are held whole, so that they are journalled, and their cost is told, before they go out.</summary>
    private const int MaxWhole = 256 * 1024;

    /// <summary>Answers that are translated are held whole up to here, and are a failure beyond.</summary>
    private const int MaxTranslated = 16 * 1024 * 1024;

    private readonly QuotaHeaders? quotas;
    private readonly RefusalNotes? refusals;
    private readonly BodyContent? body;
    private readonly HttpRequestMessage request;
    private readonly TranslatedRequest? translated;
    private HttpResponseMessage? answer;
    private PooledBuffer? whole;

    /// <summary>Makes the request that is sent, with this one of the provider's keys.</summary>
    public UpstreamCall(
        Exchange exchange,
        Target target,
        PoolKey? key,
        RecordWriter records,
        QuotaHeaders? quotas,
        RefusalNotes? refusals,
        TimeProvider clock
    )
    {
        this.quotas = quotas;
        this.refusals = refusals;
        Exchange = exchange;
        Records = records;
        Clock = clock;
        var model = target.Model ?? exchange.Route.Model;
        translated = Translate(exchange, target, model);
        Attempt = new UpstreamAttempt(target, model, clock.GetElapsedTime(exchange.StartedTimestamp))
        {
            Key = key,
            UpstreamDialect = translated?.Dialect ?? Dialect.None,
            Dropped =
                translated?.Dropped
                ?? (exchange.BodyWithoutSeals is null ? [] : [Fates.NameOf(Feature.ThinkingSignature)]),
        };
        HidesUsageChunk =
            translated is null
            && !exchange.IsPassThrough
            && target.Provider.Vendor.TakesStreamOptions
            && UpstreamRequest.AddsUsage(exchange.Endpoint.Dialect, exchange.Streaming, exchange.Head);
        request = UpstreamRequest.Build(exchange, target, key, model, HidesUsageChunk, translated, out body);
        Watchdog = new Watchdog(clock, target.Provider.Config.SilenceTimeout);
    }

    /// <summary>The request that it is made for.</summary>
    public Exchange Exchange { get; }

    /// <summary>What is known of it.</summary>
    public UpstreamAttempt Attempt { get; }

    /// <summary>Where records go.</summary>
    public RecordWriter Records { get; }

    /// <summary>Where the time comes from.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Ends it.</summary>
    public Watchdog Watchdog { get; }

    /// <summary>Whether the upstream is asked for a usage chunk that the caller did not ask for.</summary>
    public bool HidesUsageChunk { get; }

    /// <summary>The dialect that the upstream answers in.</summary>
    public Dialect Dialect => translated?.Dialect ?? Exchange.Endpoint.Dialect;

    /// <summary>Whether its record is written, and a caller who goes no longer matters.</summary>
    public bool IsSettled { get; set; }

    /// <summary>Whether the connection may still be reading the request's body.</summary>
    public bool IsBodyBeingSent => body is { IsBeingSent: true };

    /// <summary>An answer that has come whole and that the caller has not been given.</summary>
    public HttpResponseMessage? HeldAnswer { get; private set; }

    /// <summary>The bytes of <see cref="HeldAnswer"/>.</summary>
    public ReadOnlyMemory<byte> HeldBody => whole?.Memory ?? default;

    /// <summary>
    /// Sends, and relays what is a stream or too large to be held. True when the caller has been served, and the record
    /// written; false when it has not, with <see cref="HeldAnswer"/> where an answer came.
    /// </summary>
    /// <param name="mayTryElsewhere">Whether another target remains.</param>
    /// <param name="shutdown">Ends whatever is under way.</param>
    public async Task<bool> RunAsync(bool mayTryElsewhere, CancellationToken shutdown)
    {
        using var closing = shutdown.UnsafeRegister(static state => ((UpstreamCall)state!).Watchdog.Stop(), this);
        // A stream whose caller has gone is cut off, a plain answer is read to its end: it is billed whole.
        using var hangUp =
            Exchange.Streaming && Exchange.Gateway.Config.OnHangUp == HangUpPolicy.Abort
                ? Exchange.Context.RequestAborted.UnsafeRegister(
                    static state =>
                    {
                        if (state is UpstreamCall { IsSettled: false } call)
                        {
                            call.Watchdog.Stop();
                        }
                    },
                    this
                )
                : default;
        try
        {
            answer = await Attempt.Target.Provider.SendAsync(
                request,
                new EnvelopeCall(
                    Exchange.IsPassThrough ? Dialect.PassThrough : Dialect,
                    Attempt.SentModel,
                    Exchange.Streaming
                ),
                Watchdog.Token
            );
        }
        catch (Exception e) when (IsFailure(e))
        {
            Attempt.Status = StatusOf(e);
            return false;
        }

        Watchdog.Heard();
        if (Attempt.Target.Provider.HasEnvelope && Fates.NamesOf(Envelope.CutOf(request)) is { IsEmpty: false } cut)
        {
            Attempt.Dropped = [.. Attempt.Dropped.Union(cut).Order(StringComparer.Ordinal)];
        }

        var status = (int)answer.StatusCode;
        if (status == 101 && Exchange.Socket is { } asked && asked.IsAgreed(answer, out var protocol))
        {
            await SocketRelay.RunAsync(this, answer, protocol, shutdown);
            return true;
        }

        if (status < 200 || HasBadLength(answer))
        {
            // Switching protocols, which nobody asked for; or a length that leaves open where the answer ends (RFC 9112, 6.3).
            Attempt.Failure = $"Provider {Attempt.Target.Provider.Name} answered with something that is not an answer.";
            Attempt.Status = RequestStatus.UpstreamReset;
            return false;
        }

        Attempt.HttpStatus = status;
        Attempt.Status = UpstreamAttempt.StatusOf(status);
        Attempt.UpstreamId = AnswerHead.UpstreamId(answer.Headers);
        if (Attempt.Key is { } key)
        {
            Attempt.KeyWasRefused = Attempt.Target.Provider.Keys!.Note(key, status, answer.Headers, Clock.GetUtcNow());
        }

        quotas?.Note(
            Attempt.Target.Provider,
            Exchange.Caller.Principal.Workspace,
            Exchange.Attribution.Client,
            request,
            answer
        );
        var streams =
            ContentTypes.IsEventStream(ContentTypes.Of(answer))
            || ContentTypes.IsFrames(ContentTypes.Of(answer))
            || Exchange.Endpoint.Operation == Operation.GeminiStream;
        return (streams || (translated is not null && Exchange.Streaming)) && Attempt.WasAccepted
            ? await RelayStreamAsync(answer, mayTryElsewhere)
            : await ReadWholeAsync(answer);
    }

    private static bool HasBadLength(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentLength is null && answer.Content.Headers.NonValidated.Contains("Content-Length");

    /// <summary>
    /// Whether an answer that seems to have ended is not as long as it said. Over HTTP/1.1 the connection tells; over HTTP/2
    /// the end of the stream is taken for the answer's (RFC 9113, 8.1.1 leaves the check to whoever reads it).
    /// </summary>
    public bool IsCut(HttpResponseMessage plain, long length) =>
        plain.Content.Headers.ContentLength is { } announced
        && announced != length
        && !HttpMethods.IsHead(Exchange.Context.Request.Method)
        && plain.StatusCode != HttpStatusCode.NotModified;

    /// <summary>Whether an exception is the network's or the upstream's doing.</summary>
    public static bool IsFailure(Exception e) => e is HttpRequestException or IOException or OperationCanceledException;

    /// <summary>What a failure says of the attempt; keeps its words for the caller.</summary>
    public RequestStatus StatusOf(Exception e)
    {
        var name = Attempt.Target.Provider.Name;
        if (Watchdog.TimedOut)
        {
            Attempt.Failure =
                $"Provider {name} was silent for {Attempt.Target.Provider.Config.SilenceTimeout.TotalSeconds:0.###} seconds.";
            return RequestStatus.Timeout;
        }

        if (Watchdog.WasStopped)
        {
            return RequestStatus.CallerAborted;
        }

        // Not cancelled by us: the handler gave up connecting.
        if (e is OperationCanceledException)
        {
            Attempt.Failure = $"No connection to provider {name} could be made in time.";
            return RequestStatus.Unreachable;
        }

        if (e.InnerException is AddressRefusedException)
        {
            // Which address it is would tell a caller of the server's network; the log's reader finds it in the configuration.
            Attempt.Failure =
                $"Provider {name} cannot be reached: its address is not one that this server may connect to.";
            return RequestStatus.Unreachable;
        }

        switch ((e as HttpRequestException)?.HttpRequestError)
        {
            case HttpRequestError.ConnectionError:
                Attempt.Failure = $"Provider {name} cannot be reached: the connection was refused or is broken.";
                return RequestStatus.Unreachable;
            case HttpRequestError.NameResolutionError:
                Attempt.Failure = $"Provider {name} cannot be reached: its name is not known to the network.";
                return RequestStatus.Unreachable;
            case HttpRequestError.SecureConnectionError:
                Attempt.Failure = $"Provider {name} cannot be reached: no secure connection could be made.";
                return RequestStatus.Unreachable;
            case HttpRequestError.InvalidResponse:
                Attempt.Failure = $"Provider {name} answered with something that is not HTTP.";
                return RequestStatus.UpstreamReset;
            default:
                Attempt.Failure = Attempt.HttpStatus is null
                    ? $"The connection to provider {name} broke before it had answered."
                    : $"The connection to provider {name} broke in the middle of its answer.";
                return RequestStatus.UpstreamReset;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Watchdog.Dispose();
        answer?.Dispose();
        whole?.Dispose();
        request.Dispose();
        if (IsBodyBeingSent)
        {
            translated?.Abandon();
        }

        translated?.Dispose();
    }

    /// <summary>What turns the answer into the caller's dialect; null for one that is relayed.</summary>
    public TranslatedAnswer? Translation(HttpResponseMessage from) =>
        translated is null
            ? null
            : new TranslatedAnswer(
                new AnswerContext
                {
                    Dialect = Exchange.Endpoint.Dialect,
                    Upstream = translated.Dialect,
                    Id = Exchange.Id,
                    AnswerId = CallerIds.Make(Exchange.Endpoint.Dialect, Exchange.Id, Exchange.Attempts.Count),
                    Model = Attempt.SentModel ?? "",
                    Provider = Attempt.Target.Provider.Name,
                    At = Exchange.StartedAt,
                    Clock = Clock,
                    Conversation = Exchange.Conversation!,
                    Streams = Exchange.Streaming,
                    StreamsArray = Exchange.StreamsArray,
                    EstimatedPrompt = Exchange.PlainBody.Length / Settlement.CharactersPerToken,
                },
                translated.Dialect,
                ContentTypes.IsEventStream(ContentTypes.Of(from))
            );

    private static TranslatedRequest? Translate(Exchange exchange, Target target, string? model)
    {
        if (exchange.Conversation is null || exchange.IsPassThrough)
        {
            return null;
        }

        var dialect = Reach.UpstreamDialect(target.Provider, exchange.Endpoint.Dialect, model ?? "");
        return dialect == Dialect.None
            ? null
            : TranslatedRequest.Write(exchange.Conversation, target.Provider, dialect, model ?? "", exchange.Prices);
    }

    private async Task<bool> RelayStreamAsync(HttpResponseMessage accepted, bool mayTryElsewhere)
    {
        using var relay = new StreamRelay(this, accepted, mayTryElsewhere);
        if (await relay.RunAsync())
        {
            return true;
        }

        if (!relay.Held.IsEmpty)
        {
            whole = new PooledBuffer(relay.Held.Length);
            whole.Append(relay.Held.Span);
            HeldAnswer = accepted;
        }

        return false;
    }

    private async Task<bool> ReadWholeAsync(HttpResponseMessage plain)
    {
        using var answerer = Translation(plain);
        using var meter = new AnswerMeter(
            Dialect,
            plain,
            ContentTypes.Of(plain),
            Attempt.WasAccepted ? answerer : null,
            Records.Batches.MeterFor(this, plain)
        );
        whole = new PooledBuffer((plain.Content.Headers.ContentLength ?? 4095) + 1);
        try
        {
            await using var stream = await plain.Content.ReadAsStreamAsync(Watchdog.Token);
            while (await stream.ReadAsync(whole.Room(), Watchdog.Token) is > 0 and var count)
            {
                Watchdog.Heard();
                Attempt.FirstContent ??= Clock.GetElapsedTime(Exchange.StartedTimestamp);
                whole.Advance(count);
                if (answerer is null ? whole.Length > MaxWhole : whole.Length > MaxTranslated)
                {
                    if (answerer is not null)
                    {
                        Attempt.Failure =
                            $"Provider {Attempt.Target.Provider.Name} answered more than Weir takes in one piece.";
                        Attempt.Status = RequestStatus.UpstreamError;
                        return false;
                    }

                    var relay = new LargeRelay(this, plain, meter, whole);
                    await relay.RunAsync(stream);
                    return true;
                }
            }
        }
        catch (Exception e) when (IsFailure(e))
        {
            Attempt.Status = StatusOf(e);
            return false;
        }

        if (IsCut(plain, whole.Length))
        {
            Attempt.Failure =
                $"The connection to provider {Attempt.Target.Provider.Name} broke in the middle of its answer.";
            Attempt.Status = RequestStatus.UpstreamReset;
            return false;
        }

        if (!Attempt.WasAccepted && !KeyEcho.TryMask(Attempt.Target.Provider, plain, whole))
        {
            Attempt.Failure =
                $"Provider {Attempt.Target.Provider.Name} refused and repeated Weir's own key; what it said is not passed on.";
            return false;
        }

        meter.Feed(whole.Span);
        meter.Complete();
        if (meter.HasNoRoom)
        {
            Attempt.Failure = "Weir cannot account for what this answer holds now: try again later.";
            return false;
        }

        Attempt.Reading = meter.Reading;
        Holders.KeepMade(Exchange, Attempt, plain, whole);
        if (!Attempt.WasAccepted && Attempt.Target.Provider.Kind != ProviderKind.Simulator)
        {
            refusals?.Add(
                Exchange.Caller.Principal.Workspace,
                Exchange.Attribution.Client ?? Attempt.Target.Provider.Name,
                request,
                plain,
                whole.Span
            );
        }

        if (answerer is not null)
        {
            ReplaceBy(answerer, meter);
        }

        HeldAnswer = plain;
        return false;
    }

    /// <summary>What is held becomes what the caller understands.</summary>
    private void ReplaceBy(TranslatedAnswer answerer, AnswerMeter meter)
    {
        if (!Attempt.WasAccepted)
        {
            var failure = answerer.Failure(whole!.Memory, Attempt.HttpStatus ?? 502);
            whole.Clear();
            whole.Append(failure);
            return;
        }

        answerer.Complete(meter.Reading, isWhole: true);
        whole!.Clear();
        whole.Append(answerer.Output.Span);
        if (answerer.HasFailed)
        {
            Attempt.Status = RequestStatus.UpstreamError;
            Attempt.AnsweredStatus = 502;
        }
    }
}

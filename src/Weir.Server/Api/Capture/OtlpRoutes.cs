using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Weir.Capture.Otlp;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.Capture;

/// <summary>
/// OTLP over HTTP, protobuf and JSON: <c>POST /v1/logs</c>, <c>/v1/metrics</c>, <c>/v1/traces</c>. Failures are told as the
/// protocol asks, with a <c>google.rpc.Status</c> in the format of the request.
/// </summary>
internal static class OtlpRoutes
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    // The codes of gRPC that say what the HTTP statuses say.
    private const int InvalidArgument = 3;
    private const int ResourceExhausted = 8;
    private const int Unavailable = 14;

    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, "/v1/logs", OtlpSignal.Logs, "exportLogs", "Takes log records of OpenTelemetry (OTLP)");
        Map(routes, "/v1/metrics", OtlpSignal.Metrics, "exportMetrics", "Takes metrics of OpenTelemetry (OTLP)");
        Map(routes, "/v1/traces", OtlpSignal.Traces, "exportTraces", "Takes spans of OpenTelemetry (OTLP)");
    }

    private static void Map(
        IEndpointRouteBuilder routes,
        string path,
        OtlpSignal signal,
        string name,
        string summary
    ) =>
        routes
            .MapPost(path, (RequestDelegate)(context => ReceiveAsync(context, signal)))
            .WithName(name)
            .WithSummary(summary)
            .WithDescription(
                $"An export request of OTLP, plain or compressed with gzip, at most {CapturePaths.MostOtlpBytes / 1024 / 1024} MiB once "
                    + "decompressed. What was taken in part says so in the answer (partialSuccess). A body that turns out too long, or "
                    + "compressed otherwise, while it is read is refused in the request's own format. 429 and 503 come with Retry-After."
            )
            .WithTags("Capture")
            .IsDescribed(ReceiveAsync)
            .WithMetadata(new AcceptsMetadata([Protobuf, Json], typeof(object)))
            .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(object), [Protobuf, Json]))
            .Needs(Permission.CaptureIngest)
            .Refuses(
                typeof(OtlpFailure),
                [Protobuf, Json],
                StatusCodes.Status400BadRequest,
                StatusCodes.Status429TooManyRequests,
                StatusCodes.Status503ServiceUnavailable
            )
            .Refuses(StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType);

    private static async Task ReceiveAsync(HttpContext context, OtlpSignal signal)
    {
        if (Format(context.Request.ContentType) is not { } format)
        {
            await ApiProblem
                .Of(StatusCodes.Status415UnsupportedMediaType, $"Send {Protobuf} or {Json}; gRPC is not offered.")
                .ExecuteAsync(context);
            return;
        }

        var services = context.RequestServices;
        if (services.GetRequiredService<ServerState>().IsStopping)
        {
            await RefuseAsync(
                context,
                format,
                StatusCodes.Status503ServiceUnavailable,
                Unavailable,
                "Weir is stopping."
            );
            return;
        }

        var gate = services.GetRequiredService<CaptureGate>();
        if (!gate.TryEnter())
        {
            await FullAsync(context, format);
            return;
        }

        try
        {
            await ReadAsync(context, signal, format, services.GetRequiredService<OtlpReceiver>());
        }
        finally
        {
            gate.Leave();
        }
    }

    private static async Task ReadAsync(
        HttpContext context,
        OtlpSignal signal,
        OtlpFormat format,
        OtlpReceiver receiver
    )
    {
        var (body, fault) = await DeliveredBody.ReadAsync(
            context.Request,
            CapturePaths.MostOtlpBytes,
            context.RequestAborted
        );
        using var read = body;
        if (body is null)
        {
            await RefuseAsync(
                context,
                format,
                fault,
                InvalidArgument,
                fault switch
                {
                    StatusCodes.Status413PayloadTooLarge =>
                        $"A body has at most {CapturePaths.MostOtlpBytes} bytes once decompressed.",
                    StatusCodes.Status415UnsupportedMediaType => "A body may be compressed with gzip alone.",
                    _ => "The body is not what its Content-Encoding says.",
                }
            );
            return;
        }

        var workspace = context.Features.GetRequiredFeature<ApiCaller>().Workspace;
        var (outcome, rejected) = await receiver.ReceiveAsync(
            workspace,
            signal,
            format,
            body.Bytes,
            context.RequestAborted
        );
        await (
            outcome switch
            {
                OtlpOutcome.Stored => AnswerAsync(
                    context,
                    format,
                    StatusCodes.Status200OK,
                    OtlpAnswer.Success(signal, format, rejected)
                ),
                OtlpOutcome.Full => FullAsync(context, format),
                OtlpOutcome.NotStored => RefuseAsync(
                    context,
                    format,
                    StatusCodes.Status503ServiceUnavailable,
                    Unavailable,
                    "It cannot be stored at the moment; come again."
                ),
                _ => RefuseAsync(
                    context,
                    format,
                    StatusCodes.Status400BadRequest,
                    InvalidArgument,
                    "The body is not the export request that this path takes."
                ),
            }
        );
    }

    private static Task FullAsync(HttpContext context, OtlpFormat format) =>
        RefuseAsync(
            context,
            format,
            StatusCodes.Status429TooManyRequests,
            ResourceExhausted,
            "There is no room at the moment; come again."
        );

    private static Task RefuseAsync(HttpContext context, OtlpFormat format, int status, int code, string words)
    {
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = CaptureGate.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }

        return AnswerAsync(context, format, status, OtlpAnswer.Failure(format, code, words));
    }

    private static Task AnswerAsync(HttpContext context, OtlpFormat format, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = format == OtlpFormat.Json ? Json : Protobuf;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static OtlpFormat? Format(string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        return type.Equals(Protobuf, StringComparison.OrdinalIgnoreCase) ? OtlpFormat.Protobuf
            : type.Equals(Json, StringComparison.OrdinalIgnoreCase) ? OtlpFormat.Json
            : null;
    }
}

using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Logging;
using Weir.Gateway;
using Weir.Ledger;
using Weir.Server.Api.Capture;
using Weir.Server.Api.Routes;
using Weir.Server.Doors;

namespace Weir.Server.Api;

/// <summary>
/// Around everything that is not the gateway's: only known hosts, safe headers, bounded bodies, and a problem in place of
/// every bare error.
/// </summary>
internal sealed partial class ManagementSide(
    RequestDelegate next,
    ServerState state,
    RefusalLog refusals,
    ILogger<ManagementSide> log
)
{
    private const long MaxBodyBytes = 2 * 1024 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        // Unique in this process: management requests are no records and need no id beyond it.
        var id = context.TraceIdentifier;
        ClientAddress.Establish(context, state.Config.Current.Config.Gateway.Proxies);
        SecurityHeaders.Set(context);
        context.Response.Headers["x-weir-request-id"] = id;
        using var scope = log.BeginScope(RequestScope.Of(id, context.Request.Headers));
        var begun = state.Options.Clock.GetTimestamp();
        await AnswerAsync(context);
        Measure(context, state.Options.Clock.GetElapsedTime(begun));
        if (
            context.Response.StatusCode
            is StatusCodes.Status401Unauthorized
                or StatusCodes.Status403Forbidden
                or StatusCodes.Status421MisdirectedRequest
                or StatusCodes.Status429TooManyRequests
        )
        {
            Refusal.Note(context, refusals);
        }
    }

    // What is answered for as long as somebody listens says nothing of how fast the server is.
    private void Measure(HttpContext context, TimeSpan took)
    {
        if (
            context.GetEndpoint()?.Metadata.GetMetadata<ITagsMetadata>() is { Tags: [var tag, ..] }
            && !context.WebSockets.IsWebSocketRequest
            && context.Response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) is not true
        )
        {
            state.Times.Routes(tag).Count(took);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (!CallerRules.IsKnownHost(context.Request, state.Hosts))
        {
            await ApiProblem
                .Of(
                    StatusCodes.Status421MisdirectedRequest,
                    "This server is not known under that host name; name it in server.hosts of weir.yaml."
                )
                .ExecuteAsync(context);
            return;
        }

        var mostBytes = MostBytes(context.Request.Path);
        if (context.Request.ContentLength > mostBytes)
        {
            // Not a byte of it is read here, nor is the limit set: then Kestrel takes in what comes for a few seconds, and
            // the caller can read the answer. A body refused while it is read ends in a reset that may overtake it.
            await ApiProblem
                .Of(StatusCodes.Status413PayloadTooLarge, $"A body here has at most {mostBytes} bytes.")
                .ExecuteAsync(context);
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = mostBytes;
        }

        try
        {
            await next(context);
            await ExplainAsync(context, null, mostBytes);
        }
        catch (BadHttpRequestException bad)
        {
            context.Response.StatusCode = bad.StatusCode;
            await ExplainAsync(context, bad.InnerException as JsonException, mostBytes);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; there is nobody to tell.
        }
        catch (ConnectionResetException)
        {
            // As above.
        }
        catch (LedgerUnavailableException shut) when (!context.Response.HasStarted)
        {
            context.Response.Headers.RetryAfter = "10";
            await ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, shut.Message).ExecuteAsync(context);
        }
        catch (ArchiveException lost) when (!context.Response.HasStarted)
        {
            LogLost(lost.Message);
            await ApiProblem
                .Of(
                    StatusCodes.Status503ServiceUnavailable,
                    "Requests of an archived month cannot be read: the server's log names the file and what to do. Sums still answer."
                )
                .ExecuteAsync(context);
        }
        catch (Exception bug) when (!context.Response.HasStarted)
        {
            LogBug(context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no route", bug);
            await ApiProblem
                .Of(StatusCodes.Status500InternalServerError, "This is a fault of Weir's; its log says more.")
                .ExecuteAsync(context);
        }
    }

    private long MostBytes(PathString path) =>
        CapturePaths.MostBytes(path)
        ?? (
            RouteRoutes.IsQuestion(path)
                ? state.Config.Current.Config.Gateway.MaxBodyBytes + RouteRoutes.Envelope
                : MaxBodyBytes
        );

    private static async Task ExplainAsync(HttpContext context, JsonException? bad, long mostBytes)
    {
        var response = context.Response;
        if (response.HasStarted || response.StatusCode < 400 || response.ContentType is not null)
        {
            return;
        }

        var detail = response.StatusCode switch
        {
            StatusCodes.Status404NotFound => "There is nothing at this path; GET /openapi/v1.json lists what there is.",
            StatusCodes.Status405MethodNotAllowed =>
                $"This path takes {response.Headers.Allow.ToString()}, not {context.Request.Method}.",
            StatusCodes.Status415UnsupportedMediaType => "Send application/json.",
            StatusCodes.Status413PayloadTooLarge => $"A body here has at most {mostBytes} bytes.",
            _ when bad is not null => Explain(bad),
            StatusCodes.Status400BadRequest =>
                "The body or a parameter is missing, or not what this route takes; GET /openapi/v1.json says what it takes.",
            _ => null,
        };
        await ApiProblem.Of(response.StatusCode, detail, Errors(bad)).ExecuteAsync(context);
    }

    // A field of the body itself; what lies deeper is named by the words alone.
    private static Dictionary<string, string>? Errors(JsonException? bad) =>
        bad?.Path is ['$', '.', .. { Length: > 0 } field] && !field.AsSpan().ContainsAny(".[")
            ? new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [$"/{field}"] = "is not of the kind that this route takes",
            }
            : null;

    // The exception's own words name types of the program.
    private static string Explain(JsonException bad) =>
        bad.Path is { Length: > 1 } path ? $"The body is not what this route takes, at {path}."
        : bad.LineNumber is { } line && bad.BytePositionInLine is { } position
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The body is not the JSON that this route takes: line {line + 1}, byte {position + 1}."
            )
        : "The body is not the JSON that this route takes.";

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Route} failed")]
    private partial void LogBug(string method, string route, Exception bug);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    private partial void LogLost(string reason);
}

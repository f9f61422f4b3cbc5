using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Weir.Capture.Sync;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.Capture;

/// <summary>Takes in what <c>weir capture --to</c> read on another machine. Answers when it is stored.</summary>
internal static class BatchRoute
{
    private const string Lines = "application/x-ndjson";

    /// <summary>Maps <c>POST /capture/batches</c>.</summary>
    public static void Map(RouteGroupBuilder group) =>
        group
            .MapPost("/batches", TakeAsync)
            .WithName("postCaptureBatch")
            .WithSummary("Takes records of usage that were read on another machine; answers when they are stored")
            .WithDescription(
                "JSON lines, compressed with gzip or plain, at most 4 MiB once decompressed (docs/formats/archive.md). A batch that "
                    + "is sent again under the same id changes nothing and gets the same answer. The workspace is the key's."
            )
            .WithMetadata(new AcceptsMetadata([Lines], typeof(string)))
            .Needs(Permission.CaptureIngest)
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status429TooManyRequests,
                StatusCodes.Status503ServiceUnavailable
            );

    private static async Task<Results<Ok<CaptureBatchResult>, ApiProblem>> TakeAsync(
        HttpContext context,
        ApiCaller caller,
        ServerState state,
        CaptureGate gate,
        TimeProvider clock
    )
    {
        if (context.Request.ContentType?.Split(';')[0].Trim() != Lines)
        {
            return ApiProblem.Of(StatusCodes.Status415UnsupportedMediaType, $"Send {Lines}.");
        }

        if (!gate.TryEnter())
        {
            return Later(context, StatusCodes.Status429TooManyRequests, "Too many batches are being taken in.");
        }

        try
        {
            var (batch, problem) = await ReadAsync(context, clock);
            if (batch is null)
            {
                return problem!;
            }

            var outcome = await state.Modules.Capture.IngestAsync(
                caller.Workspace,
                caller.Principal.User,
                batch,
                state.Config.Current.Config.Capture,
                context.RequestAborted
            );
            return outcome.State switch
            {
                IngestState.Busy => Later(
                    context,
                    StatusCodes.Status429TooManyRequests,
                    "Too much is waiting to be stored."
                ),
                IngestState.NotStored => Later(
                    context,
                    StatusCodes.Status503ServiceUnavailable,
                    $"It could not be stored: {caller.Told(outcome.Reason)}"
                ),
                _ => TypedResults.Ok(
                    new CaptureBatchResult
                    {
                        Id = batch.Id,
                        Records = batch.Records,
                        Requests = outcome.New,
                        Refused = batch.Refused,
                    }
                ),
            };
        }
        finally
        {
            gate.Leave();
        }
    }

    private static async Task<(CaptureBatch? Batch, ApiProblem? Problem)> ReadAsync(
        HttpContext context,
        TimeProvider clock
    )
    {
        var (body, fault) = await DeliveredBody.ReadAsync(
            context.Request,
            CaptureBatch.MostBytes,
            context.RequestAborted
        );
        using var read = body;
        if (body is null)
        {
            return (
                null,
                ApiProblem.Of(
                    fault,
                    fault switch
                    {
                        StatusCodes.Status413PayloadTooLarge =>
                            $"A batch has at most {CaptureBatch.MostBytes} bytes once decompressed.",
                        StatusCodes.Status415UnsupportedMediaType => "A batch may be compressed with gzip alone.",
                        _ => "The body is not what its Content-Encoding says.",
                    }
                )
            );
        }

        var (batch, reason) = CaptureBatch.Read(body.Bytes.ToArray(), clock.GetUtcNow());
        return (
            batch,
            batch is null ? ApiProblem.Of(StatusCodes.Status400BadRequest, $"This is no batch: {reason}.") : null
        );
    }

    private static ApiProblem Later(HttpContext context, int status, string detail)
    {
        context.Response.Headers.RetryAfter = CaptureGate.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return ApiProblem.Of(status, detail);
    }
}

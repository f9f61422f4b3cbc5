using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Capture;

namespace Weir.Server.Api.Capture;

/// <summary>What is read of the files that coding agents leave.</summary>
internal static class CaptureRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Capture");
        group
            .MapGet("/sources", Sources)
            .WithName("getCaptureSources")
            .WithSummary("The folders of coding agents that are read, and how that goes")
            .Needs(Permission.InstanceView);
        BatchRoute.Map(group);
    }

    private static Ok<CaptureSources> Sources(ServerState state)
    {
        var capture = state.Modules.Capture;
        var progress = capture.Progress;
        return TypedResults.Ok(
            new CaptureSources
            {
                State = capture.State switch
                {
                    CaptureState.Reading => "reading",
                    CaptureState.Following => "following",
                    CaptureState.Failed => "failed",
                    _ => "idle",
                },
                Failure = capture.Failure,
                Files = progress.Files,
                FilesInAll = progress.FilesInAll,
                Bytes = progress.Bytes,
                BytesInAll = progress.BytesInAll,
                Requests = progress.Requests,
                Sources =
                [
                    .. capture
                        .Sources()
                        .Select(source => new CaptureSourceItem
                        {
                            Agent = source.Agent,
                            Path = source.Path,
                            Exists = source.Exists,
                            Files = source.Files,
                            Bytes = source.Bytes,
                            LastChange = source.LastChange,
                            Skipped = source.Skipped,
                            Ignored = source.Ignored,
                            Problems = [.. source.Problems.Select(p => new CaptureProblem(p.File, p.Problem))],
                        }),
                ],
                Archive = Archive(capture),
            }
        );
    }

    private static CaptureArchive? Archive(CaptureModule capture) =>
        capture.Kept() is ({ } archive, var sealedBytes, var sealFailure)
            ? new CaptureArchive
            {
                Path = archive.Path,
                Files = archive.Files,
                Bytes = archive.Bytes,
                FirstDay = archive.FirstDay,
                KeepDays = archive.KeepDays,
                SealedBytes = sealedBytes,
                SealFailure = sealFailure,
            }
            : null;
}

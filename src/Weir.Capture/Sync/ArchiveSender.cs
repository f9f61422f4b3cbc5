using Weir.Capture.Agents;
using Weir.Capture.Archive;
using Weir.Foundation;

namespace Weir.Capture.Sync;

/// <summary>What is in archive files, without their records.</summary>
/// <param name="Frames">The whole blocks, in the order in which they were written.</param>
/// <param name="Files">How many files there are.</param>
/// <param name="DamagedBytes">Bytes that belong to no whole block.</param>
internal sealed record ArchiveContents(IReadOnlyList<FramePlace> Frames, int Files, long DamagedBytes)
{
    /// <summary>Finds the blocks of an archive file, or of all below a folder.</summary>
    public static ArchiveContents Of(string path)
    {
        var (frames, files, damaged) = (new List<FramePlace>(), 0, 0L);
        foreach (var (file, _) in UsageArchive.Files(path))
        {
            var (found, torn) = ArchiveFile.Index(file);
            files++;
            damaged += torn;
            frames.AddRange(found);
        }

        return new ArchiveContents(
            [.. frames.OrderBy(f => f.Written).ThenBy(f => f.Path, StringComparer.Ordinal).ThenBy(f => f.Offset)],
            files,
            damaged
        );
    }

    /// <summary>The workspaces whose records are in it. Reads all of it.</summary>
    public IReadOnlySet<WorkspaceId> Workspaces() =>
        Frames.Select(ArchiveFile.Read).OfType<byte[]>().Select(WorkspaceOf).ToHashSet();

    /// <summary>Sends the records of a workspace to a server.</summary>
    public async Task SendAsync(BatchSender sender, WorkspaceId? workspace, CancellationToken cancellationToken)
    {
        using var lines = new MemoryStream();
        sender.Begin(Files);
        foreach (var place in Frames)
        {
            if (ArchiveFile.Read(place) is not { } frame || (workspace is { } only && WorkspaceOf(frame) != only))
            {
                continue;
            }

            if (lines.Length > 0 && lines.Length + frame.Length > CaptureBatch.UsualBytes)
            {
                await FlushAsync();
            }

            lines.Write(frame);
        }

        await FlushAsync();
        for (var i = 0; i < Files; i++)
        {
            sender.FileRead();
        }

        async Task FlushAsync()
        {
            if (lines.Length > 0)
            {
                await sender.SendAsync(
                    new BatchOrigin(null, null, IsAttributed: true),
                    lines.GetBuffer().AsMemory(0, (int)lines.Length),
                    cancellationToken
                );
                lines.SetLength(0);
            }
        }
    }

    private static WorkspaceId WorkspaceOf(byte[] frame)
    {
        var reader = new ReducedReader(DateTimeOffset.MaxValue - TimeSpan.FromDays(1000));
        var end = Array.IndexOf(frame, (byte)'\n');
        reader.Line(frame.AsMemory(0, Math.Max(0, end)), new Catch());
        return reader.Workspace ?? WorkspaceId.Default;
    }
}

namespace Weir.Client;

/// <summary>What is read of the files that coding agents leave, and how that goes.</summary>
public sealed record CaptureSources
{
    /// <summary><c>idle</c> (only commands read), <c>reading</c>, <c>following</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Why nothing is read; null when it is.</summary>
    public required string? Failure { get; init; }

    /// <summary>Files read by the reading at hand or the last one.</summary>
    public required int Files { get; init; }

    /// <summary>Files that it has or had to read.</summary>
    public required int FilesInAll { get; init; }

    /// <summary>Their bytes read.</summary>
    public required long Bytes { get; init; }

    /// <summary>Their bytes in all.</summary>
    public required long BytesInAll { get; init; }

    /// <summary>Requests found that were new, or better known than before.</summary>
    public required long Requests { get; init; }

    /// <summary>The folders.</summary>
    public required IReadOnlyList<CaptureSourceItem> Sources { get; init; }

    /// <summary>What is kept of what agents delete; null when nothing is, or nothing was read yet.</summary>
    public required CaptureArchive? Archive { get; init; }
}

/// <summary>What is kept of what agents delete: names, ids, numbers and times, and their lines where that was asked for.</summary>
public sealed record CaptureArchive
{
    /// <summary>Where.</summary>
    public required string Path { get; init; }

    /// <summary>Its files, one for each agent and UTC day.</summary>
    public required int Files { get; init; }

    /// <summary>Their length.</summary>
    public required long Bytes { get; init; }

    /// <summary>The oldest day; null when there is none.</summary>
    public required DateOnly? FirstDay { get; init; }

    /// <summary>For how many days it is kept; null for ever.</summary>
    public required int? KeepDays { get; init; }

    /// <summary>Bytes of sealed content; null when none is kept.</summary>
    public required long? SealedBytes { get; init; }

    /// <summary>Why content cannot be sealed; null when it can, or is not asked for.</summary>
    public required string? SealFailure { get; init; }
}

/// <summary>What became of a batch of records that a machine sent. It is stored: it need not be sent again.</summary>
public sealed record CaptureBatchResult
{
    /// <summary>The batch's id.</summary>
    public required string Id { get; init; }

    /// <summary>Records in it that were taken.</summary>
    public required int Records { get; init; }

    /// <summary>Requests in it that nobody had told before.</summary>
    public required int Requests { get; init; }

    /// <summary>Records in it that were refused, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Refused { get; init; }
}

/// <summary>What <c>weir capture --to</c> and <c>weir import</c> have sent.</summary>
public sealed record CaptureDelivery
{
    /// <summary>Where to; null for this machine's own data folder.</summary>
    public required string? Server { get; init; }

    /// <summary>The name that this machine sent under; null for an archive, which knows its own.</summary>
    public required string? Host { get; init; }

    /// <summary>Files that had changed since the last time, and were read.</summary>
    public required int Files { get; init; }

    /// <summary>Batches that were stored.</summary>
    public required int Batches { get; init; }

    /// <summary>Records in them that were taken.</summary>
    public required long Records { get; init; }

    /// <summary>Requests in them that nobody had told before.</summary>
    public required long Requests { get; init; }

    /// <summary>Records in them that were refused, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Refused { get; init; }
}

/// <summary>Why an export of OpenTelemetry was not taken: <c>google.rpc.Status</c>, as the protocol has it.</summary>
/// <param name="Code">A code of gRPC: 3 for what cannot be read, 8 when there is no room, 14 when Weir is stopping.</param>
/// <param name="Message">The reason, for a developer.</param>
public sealed record OtlpFailure(int Code, string Message);

/// <summary>One folder of one coding agent.</summary>
public sealed record CaptureSourceItem
{
    /// <summary>The agent: <c>claude-code</c>, <c>codex</c>, <c>gemini-cli</c>, <c>opencode</c>.</summary>
    public required string Agent { get; init; }

    /// <summary>Where.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it is there.</summary>
    public required bool Exists { get; init; }

    /// <summary>Files read in it.</summary>
    public required int Files { get; init; }

    /// <summary>Their length.</summary>
    public required long Bytes { get; init; }

    /// <summary>When one of them last changed; null when there is none.</summary>
    public required DateTimeOffset? LastChange { get; init; }

    /// <summary>What could not be read in them, by kind (<c>not json</c>, <c>too deep</c>, <c>line too long</c> …): it is lost.</summary>
    public required IReadOnlyDictionary<string, long> Skipped { get; init; }

    /// <summary>
    /// What was passed over in them as in any sound file, by kind, and is no loss: copies that a fork or a session that goes on
    /// replays (<c>replayed</c>), kinds of lines that tell nothing of use (<c>unknown type</c>) …
    /// </summary>
    public required IReadOnlyDictionary<string, long> Ignored { get; init; }

    /// <summary>Files that could not be read; at most 100.</summary>
    public required IReadOnlyList<CaptureProblem> Problems { get; init; }
}

/// <summary>A file that could not be read.</summary>
/// <param name="File">Its path.</param>
/// <param name="Problem">Why.</param>
public sealed record CaptureProblem(string File, string Problem);

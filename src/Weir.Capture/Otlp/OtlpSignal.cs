namespace Weir.Capture.Otlp;

/// <summary>What an export tells.</summary>
internal enum OtlpSignal
{
    /// <summary>Log records: events.</summary>
    Logs,

    /// <summary>Metrics: sums over a time.</summary>
    Metrics,

    /// <summary>Spans.</summary>
    Traces,
}

/// <summary>How an export is written.</summary>
internal enum OtlpFormat
{
    /// <summary><c>application/x-protobuf</c>.</summary>
    Protobuf,

    /// <summary><c>application/json</c>.</summary>
    Json,
}

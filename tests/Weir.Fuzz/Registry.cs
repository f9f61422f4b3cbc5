using Weir.Capture.Agents.ClaudeCode;
using Weir.Capture.Otlp;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Targets;

namespace Weir.Fuzz;

/// <summary>All targets.</summary>
internal static class Registry
{
    private static readonly Dialect[] Dialects =
    [
        Dialect.AnthropicMessages,
        Dialect.OpenAIChat,
        Dialect.OpenAIResponses,
        Dialect.OpenAIEmbeddings,
        Dialect.Gemini,
        Dialect.PassThrough,
    ];

    public static IReadOnlyList<FuzzTarget> Targets { get; } =
    [
        .. Dialects.Select(dialect => new RequestHeadTarget(dialect)),
        new BodySpliceTarget(),
        .. Dialects[..3].Append(Dialect.Gemini).Select(dialect => new RequestCountTarget(dialect)),
        new TokensTarget(),
        new JsonCursorTarget(),
        .. new[] { "gzip", "deflate", "br", "zstd", "gzip, br" }.Select(coding => new BodyDecoderTarget(coding)),
        new SseTarget(),
        new UsageChunkFilterTarget(),
        .. Dialects.Select(dialect => new MeterTarget(dialect, stream: true)),
        .. Dialects.Select(dialect => new MeterTarget(dialect, stream: false)),
        new ConfigTarget(),
        new ConfigEditTarget(),
        new UsageQueryTarget(),
        .. from signal in Enum.GetValues<OtlpSignal>()
        from format in Enum.GetValues<OtlpFormat>()
        select new OtlpTarget(signal, format),
        new HooksTarget(),
        new HookSettingsTarget(),
        new RecordTarget(),
        new JournalTarget(),
        new ReducedRecordTarget(),
        new ArchiveTarget(),
        new TranscriptTarget(ClaudeCodeAgent.TranscriptKind),
        new TranscriptTarget(ClaudeCodeAgent.SubagentKind),
        new TranscriptTarget(ClaudeCodeAgent.McpLogKind),
    ];
}

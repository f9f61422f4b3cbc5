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

    private static readonly Dialect[] Spoken =
    [
        Dialect.AnthropicMessages,
        Dialect.OpenAIChat,
        Dialect.OpenAIResponses,
        Dialect.Gemini,
    ];

    public static IReadOnlyList<FuzzTarget> Targets { get; } =
    [
        .. Dialects.Select(dialect => new RequestHeadTarget(dialect)),
        new BodySpliceTarget(),
        .. Spoken.Append(Dialect.BedrockConverse).Select(dialect => new TransformTarget(dialect)),
        new HeldIdsTarget(),
        new ResponsesSocketTarget(),
        .. Dialects[..3].Append(Dialect.Gemini).Select(dialect => new RequestCountTarget(dialect)),
        new TokensTarget(),
        new JsonCursorTarget(),
        .. new[] { "gzip", "deflate", "br", "zstd", "gzip, br" }.Select(coding => new BodyDecoderTarget(coding)),
        new SseTarget(),
        new UsageChunkFilterTarget(),
        .. Dialects.Select(dialect => new MeterTarget(dialect, stream: true)),
        .. Dialects.Select(dialect => new MeterTarget(dialect, stream: false)),
        new EventStreamTarget(Dialect.AnthropicMessages),
        new EventStreamTarget(Dialect.BedrockConverse),
        new MediaTarget(),
        .. Spoken.Select(dialect => new TranslateRequestTarget(dialect)),
        .. from upstream in Spoken
        from caller in Spoken
        from stream in new[] { true, false }
        where upstream != caller
        select new TranslateAnswerTarget(upstream, caller, stream),
        new ConfigTarget(),
        new ConfigEditTarget(),
        new UsageQueryTarget(),
        new GraphQLTarget(),
        .. from signal in Enum.GetValues<OtlpSignal>()
        from format in Enum.GetValues<OtlpFormat>()
        select new OtlpTarget(signal, format),
        new HooksTarget(),
        new HookSettingsTarget(),
        new RecordTarget(),
        new JournalTarget(),
        new RecordFileTarget(),
        new ReducedRecordTarget(),
        new ArchiveTarget(),
        new TranscriptTarget(ClaudeCodeAgent.TranscriptKind),
        new TranscriptTarget(ClaudeCodeAgent.SubagentKind),
        new TranscriptTarget(ClaudeCodeAgent.McpLogKind),
    ];
}

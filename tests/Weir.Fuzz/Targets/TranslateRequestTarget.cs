using System.Text.Json;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Gateway.Translation;

namespace Weir.Fuzz.Targets;

/// <summary>A request of one dialect into every other: refused, or written as JSON, and twice the same.</summary>
internal sealed class TranslateRequestTarget(Dialect dialect) : FuzzTarget
{
    private static readonly Dialect[] Targets =
    [
        Dialect.AnthropicMessages,
        Dialect.OpenAIChat,
        Dialect.OpenAIResponses,
        Dialect.Gemini,
        Dialect.BedrockConverse,
    ];

    public override string Name => $"translate-request-{dialect.ToString().ToLowerInvariant()}";

    public override string Group => "translation";

    public override IEnumerable<byte[]> Seeds() => [.. Bodies.All, .. Bodies.Conversations, .. Fixtures.In("requests")];

    public override string Run(ReadOnlySpan<byte> input)
    {
        var body = input.ToArray();
        SealedProofs.Without(dialect, body);
        var conversation = TranslatedRequest.Read(dialect, body, streams: true, out var fault);
        Must(conversation is null == fault is not null, "read, or a fault");
        if (conversation is null)
        {
            return "refused";
        }

        using var whole = Json.Parse(input);
        var shape = $"{conversation.Turns.Count > 0} {conversation.Tools.Count > 0} {conversation.Features.Bits}";
        foreach (var target in Targets.Where(t => t != dialect))
        {
            var traits = new TargetTraits
            {
                Dialect = target,
                Provider = "p",
                Model = "m",
            };
            using var once = TranslatedRequest.Write(conversation, traits);
            using var again = TranslatedRequest.Write(conversation, traits);
            Must(once.Body.Span.SequenceEqual(again.Body.Span), "the same twice");
            if (whole is not null)
            {
                using var written = Json.Parse(once.Body.Span);
                Must(
                    written is { RootElement.ValueKind: JsonValueKind.Object },
                    "what is made of JSON is JSON",
                    $"{target}"
                );
            }
        }

        return shape;
    }
}

using System.Text;
using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>What a reader of Weir's made of a request, in plain words.</summary>
internal static class TalkReader
{
    public static Talk Read(Dialect dialect, ReadOnlyMemory<byte> body)
    {
        var read = TranslatedRequest.Read(dialect, body, streams: false, out var fault);
        Assert.Null(fault);
        Assert.Null(read!.Fault);
        return Of(read);
    }

    public static Talk Of(Conversation read) =>
        new()
        {
            System = [.. read.System.Select(part => new Words(part.Text.ToString()) { Cache = part.Cache })],
            Says = [.. read.Turns.Select(turn => new Say(turn.Role, [.. turn.Parts.Select(Of)]))],
            Tools =
            [
                .. read.Tools.Select(tool => new TalkTool(
                    tool.Name.ToString(),
                    tool.Description.ToString(),
                    tool.Schema.Exists()
                        ? Encoding.UTF8.GetString(tool.Schema.Raw)
                        : """{"type":"object","properties":{}}""",
                    tool.Strict == true
                )
                {
                    Cache = tool.Cache,
                }),
            ],
            Choice = read.Choice switch
            {
                ToolChoice.Any => "any",
                ToolChoice.None => "none",
                ToolChoice.Named => $"tool {read.ChosenTool}",
                _ => "auto",
            },
            OneCallAtATime = read.ParallelTools == false,
            MaxTokens = read.MaxTokens,
            Temperature = Number(read.Temperature),
            TopP = Number(read.TopP),
            TopK = Number(read.TopK),
            Seed = Number(read.Seed),
            Frequency = Number(read.FrequencyPenalty),
            Presence = Number(read.PresencePenalty),
            Stops = [.. read.Stops.Select(stop => stop.ToString())],
            Effort = read.Thinking.ImpliedEffort,
            Budget = read.Thinking.Mode == ThinkingMode.Budget ? read.Thinking.Budget : null,
            EndUser = Said(read.EndUser),
            CacheKey = Said(read.CacheKey),
            Verbosity = Said(read.Verbosity),
            Shape =
                read.Output.Kind == OutputKind.Text
                    ? null
                    : new Shape(
                        read.Output.Schema.Exists() ? Encoding.UTF8.GetString(read.Output.Schema.Raw) : null,
                        read.Output.Name.ToString(),
                        read.Output.Description.ToString(),
                        read.Output.Strict
                    ),
        };

    private static Bit Of(Part part) =>
        part switch
        {
            TextPart text => new Words(text.Text.ToString()) { Cache = part.Cache },
            RefusalPart refusal => new Declined(refusal.Text.ToString()) { Cache = part.Cache },
            MediaPart media => new Medium(media.Kind, media.Source, media.Data.ToString(), media.MediaType.ToString())
            {
                Title = media.Title.ToString(),
                Detail = media.Detail.ToString(),
                Cache = part.Cache,
            },
            ToolCallPart call => new Call(
                call.Id.ToString(),
                call.Name.ToString(),
                Encoding.UTF8.GetString(call.Input.Span)
            )
            {
                Cache = part.Cache,
            },
            ToolResultPart result => new Result(
                result.Id.ToString(),
                result.Name.ToString(),
                result.IsError,
                result.Structured.Exists()
                    ? [new Words(Encoding.UTF8.GetString(result.Structured.Raw))]
                    : [.. result.Content.Select(Of)]
            )
            {
                Cache = part.Cache,
            },
            // Of a sealed one the signed words are with the proof.
            ThinkingPart thinking => new Thought(
                thinking.Proof is { Provider: not null, Kind: ProofKind.Signature or ProofKind.Thought }
                    ? thinking.Proof.Extra.ToString()
                    : thinking.Text.ToString(),
                thinking.Proof.Token.ToString()
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(part)),
        };

    private static string? Number(JsonValue value) => value.Exists() ? Encoding.UTF8.GetString(value.Raw) : null;

    private static string? Said(RawText text) => text.IsEmpty ? null : text.ToString();
}

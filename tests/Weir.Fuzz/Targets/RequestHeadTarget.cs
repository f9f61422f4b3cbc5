using System.Text;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Gateway.Wire;
using Weir.Wire;

namespace Weir.Fuzz.Targets;

/// <summary>A request's head in one dialect, against <see cref="PlainHead"/> where the body is valid JSON.</summary>
internal sealed class RequestHeadTarget(Dialect dialect) : FuzzTarget
{
    public override string Name => $"head-{dialect.ToString().ToLowerInvariant()}";

    public override string Group => "request";

    public override IEnumerable<byte[]> Seeds() =>
        [.. Bodies.All, .. Fixtures.In("wire").Where(b => b is [(byte)'{', ..])];

    public override string Run(ReadOnlySpan<byte> input)
    {
        var head = RequestHeadReader.Read(input, dialect);
        if (head.Fault is null)
        {
            Must(
                head.MaxTokens is null or (>= 0 and <= JsonCursor.MaxCount),
                "the bound is a count",
                $"{head.MaxTokens}"
            );
            Must(head.Model is null or { Length: > 0 and <= 256 }, "the model is a name");
            CheckPlaces(input, head);
        }

        using var document = Json.Parse(input);
        if (document is not null)
        {
            var plain = PlainHead.Read(document.RootElement, dialect);
            MustEqual(plain.IsRefused, head.Fault is not null, "what is refused");
            MustEqual(plain.Model, head.Model, "the model");
            MustEqual(plain.Stream, head.Stream, "stream");
            MustEqual(plain.IncludeUsage, head.IncludeUsage, "include_usage");
            MustEqual(plain.MaxTokens, head.MaxTokens, "the output bound");
            MustEqual(plain.HasTools, head.HasTools, "tools");
            MustEqual(plain.HasThinking, head.HasThinking, "thinking");
            MustEqual(plain.PriceMode, head.PriceMode, "the price mode");
        }

        return $"{document is null} {head.Fault} {head.Model is null} {head.Stream} {head.IncludeUsage} "
            + $"{head.StreamOptionsAt.Equals(default)} {Bucket(head.MaxTokens)} {head.HasTools} {head.HasThinking} "
            + $"{head.PriceMode is null} {head.Session is null}";
    }

    private static void CheckPlaces(ReadOnlySpan<byte> input, in RequestHead head)
    {
        if (head.Model is not null)
        {
            using var model = Json.Parse(input[head.ModelAt]);
            MustEqual(
                head.Model,
                model is null ? null : Json.TextOf(model.RootElement),
                "the model stands at its place"
            );
        }

        if (head.IncludeUsage is { } include)
        {
            MustEqual(
                include ? "true" : "false",
                Encoding.UTF8.GetString(input[head.IncludeUsageAt]),
                "include_usage stands at its place"
            );
            MustEqual((byte)'{', input[head.StreamOptionsAt.Start], "stream_options stands at its place");
        }
    }
}

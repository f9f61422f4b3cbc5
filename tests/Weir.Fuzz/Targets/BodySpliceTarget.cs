using System.Text.Json;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Gateway.Wire;

namespace Weir.Fuzz.Targets;

/// <summary>Edits of a request's body: the edit is there, all else is as it was, and valid JSON stays valid.</summary>
internal sealed class BodySpliceTarget : FuzzTarget
{
    private static readonly string?[] Models = [null, "gpt-other", "a\"b\\c", "é😀/\u2028"];

    public override string Name => "splice";

    public override string Group => "request";

    public override IEnumerable<byte[]> Seeds() => Bodies.All;

    public override string Run(ReadOnlySpan<byte> input)
    {
        var before = RequestHeadReader.Read(input, Dialect.OpenAIChat);
        if (before.Fault is not null)
        {
            return before.Fault;
        }

        using var original = Json.Parse(input);
        foreach (var model in Models)
        {
            foreach (var usage in new[] { false, true })
            {
                Check(input.ToArray(), before, original, model, usage);
            }
        }

        return $"{original is null} {before.Model is null} {before.IncludeUsage} {Where(before.StreamOptionsAt)} {Where(before.IncludeUsageAt)}";
    }

    private static void Check(byte[] input, in RequestHead before, JsonDocument? original, string? model, bool usage)
    {
        var segments = BodySplice.Apply(input, before, model, usage);
        byte[] edited = [.. segments.SelectMany(segment => segment.ToArray())];
        MustEqual(BodySplice.LengthOf(segments), edited.Length, "the length of the segments");
        var after = RequestHeadReader.Read(edited, Dialect.OpenAIChat);
        MustEqual(null, after.Fault, "the edited body is not refused");
        MustEqual(before.Model is null ? null : model ?? before.Model, after.Model, "the model after the edit");
        MustEqual(usage ? true : before.IncludeUsage, after.IncludeUsage, "include_usage after the edit");
        MustEqual(
            before with
            {
                Model = null,
                ModelAt = default,
                IncludeUsage = null,
                IncludeUsageAt = default,
                StreamOptionsAt = default,
                Parts = default,
            },
            after with
            {
                Model = null,
                ModelAt = default,
                IncludeUsage = null,
                IncludeUsageAt = default,
                StreamOptionsAt = default,
                Parts = default,
            },
            "what else the head says"
        );
        if (original is null)
        {
            return;
        }

        using var document = Json.Parse(edited);
        Must(document is not null, "valid JSON stays valid");
        var was = Others(original.RootElement, "model", "stream_options");
        var now = Others(document!.RootElement, "model", "stream_options");
        Must(was.SequenceEqual(now), "the other members stay as they are");
        Must(
            Options(original.RootElement).SequenceEqual(Options(document.RootElement)),
            "the other options stay as they are"
        );
    }

    private static List<string> Options(JsonElement root) =>
        [
            .. root.EnumerateObject()
                .Where(p => Json.NameOf(p) == "stream_options" && p.Value.ValueKind == JsonValueKind.Object)
                .SelectMany(p => Others(p.Value, "include_usage")),
        ];

    private static List<string> Others(JsonElement value, params string[] but) =>
        [
            .. value
                .EnumerateObject()
                .Where(p => Array.IndexOf(but, Json.NameOf(p)) < 0)
                .Select(p => $"{Json.NameOf(p)}:{p.Value.GetRawText()}"),
        ];

    private static bool Where(Range range) => range.Equals(default);
}

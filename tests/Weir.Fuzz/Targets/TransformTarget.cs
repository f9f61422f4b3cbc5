using System.Text.Json;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Gateway;
using Weir.Gateway.Transforms;
using Weir.Gateway.Wire;

namespace Weir.Fuzz.Targets;

/// <summary>Transforms of a body: valid JSON stays valid, what no step names stays as it is, and a bound holds.</summary>
internal sealed class TransformTarget(Dialect dialect) : FuzzTarget
{
    private static readonly string[] Named =
    [
        "max_tokens",
        "temperature",
        "metadata",
        "reasoning_effort",
        "effort",
        "generationConfig",
        "generation_config",
        "stop",
        "tools",
        "system",
        "messages",
        "instructions",
        "systemInstruction",
        "system_instruction",
    ];

    private static readonly TransformPlan Plan = TransformPlan.Of([
        Make(TransformAction.Clamp, "/max_tokens") with
        {
            Min = 1,
            Max = 100,
        },
        Make(TransformAction.Default, "/temperature", "0.5"),
        Make(TransformAction.Remove, "/metadata/user_id"),
        Make(TransformAction.Rename, "/reasoning_effort", "effort"),
        Make(TransformAction.Set, "/generationConfig/topK", "1"),
        Make(TransformAction.Set, "/stop/-", "\"a\""),
        Make(TransformAction.Remove, "/tools/0"),
        Make(TransformAction.System, "é\"\n"),
    ])!;

    public override string Name => $"transform-{dialect}".ToLowerInvariant();

    public override string Group => "request";

    public override IEnumerable<byte[]> Seeds() => [.. Bodies.All, .. Bodies.Conversations];

    public override string Run(ReadOnlySpan<byte> input)
    {
        if (RequestHeadReader.Read(input, dialect).Fault is { } fault)
        {
            return fault;
        }

        var json = input.ToArray();
        var changes = Plan.Change(json, new TransformScope(dialect, "m", IsCount: false));
        Must(!changes.IsUnreadable || changes.Edits.Count == 0, "what cannot be read is not changed");
        using var original = Json.Parse(input);
        if (original is null || changes.IsUnreadable)
        {
            return $"{original is null} {changes.IsUnreadable}";
        }

        var sent = BodySplice.Flat(BodySplice.Apply(json, changes.Edits));
        using var document = Json.Parse(sent.Span);
        Must(document is not null, "valid JSON stays valid");
        Must(HasTwins(original.RootElement) || !HasTwins(document!.RootElement), "no name stands twice that did not");
        Must(
            Others(original.RootElement).SequenceEqual(Others(document!.RootElement)),
            "members that no step names stay as they are"
        );
        Must(document.RootElement.EnumerateObject().Any(p => Json.NameOf(p) == "temperature"), "a default is given");
        Must(
            document
                .RootElement.EnumerateObject()
                .Where(p => Json.NameOf(p) == "max_tokens" && p.Value.ValueKind == JsonValueKind.Number)
                .All(p => p.Value.GetDouble() is >= 1 and <= 100),
            "a bound holds"
        );
        return string.Join(' ', changes.Names);
    }

    private static bool HasTwins(JsonElement root) =>
        root.EnumerateObject().GroupBy(p => Json.NameOf(p)).Any(group => group.Count() > 1);

    private static List<string> Others(JsonElement root) =>
        [
            .. root.EnumerateObject()
                .Where(p => Array.IndexOf(Named, Json.NameOf(p)) < 0)
                .Select(p => $"{Json.NameOf(p)}:{p.Value.GetRawText()}"),
        ];

    private static TransformConfig Make(TransformAction action, string subject, string? value = null) =>
        new()
        {
            Action = action,
            Subject = subject,
            Value = value,
        };
}

using Weir.Capture.Agents;
using Weir.Capture.Hooks;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;

namespace Weir.Fuzz.Targets;

/// <summary>
/// Messages of hooks: session, event and ids are what the framework's JSON reader finds under their names, and what is no object is
/// refused.
/// </summary>
internal sealed class HooksTarget : FuzzTarget
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);

    public override string Name => "hooks";

    public override string Group => "capture";

    public override IEnumerable<byte[]> Seeds() => Fixtures.In("hooks");

    public override string Run(ReadOnlySpan<byte> input)
    {
        var hooks = new ClaudeCodeHooks();
        var caught = new Catch();
        var taken = hooks.TryRead(WorkspaceId.Default, input, Now, caught);
        Must(taken || caught.Events.Count + caught.Sessions.Count == 0, "what is refused says nothing");
        using var document = Json.Parse(input);
        var isObject = document?.RootElement.ValueKind == System.Text.Json.JsonValueKind.Object;
        Must(document is null || isObject == taken, "an object is a message, and nothing else is");
        if (isObject && taken && !document!.RootElement.EnumerateObject().GroupBy(Json.NameOf).Any(g => g.Count() > 1))
        {
            foreach (var told in caught.Events)
            {
                MustEqual(Text(document, "session_id"), told.Session, "the session");
                Must(told.Id.Length > 0, "an event has an id");
                var id = Text(document, "tool_use_id");
                Must(told.Kind != Weir.Capture.SessionEventKind.Tool || told.Id == id, "a tool's call has its own id");
            }
        }

        // Twice the same message: the second says no less.
        var again = new Catch();
        MustEqual(taken, hooks.TryRead(WorkspaceId.Default, input, Now.AddSeconds(1), again), "what is taken");
        Must(again.Events.Count >= caught.Events.Count, "a message that comes again is read again");
        return $"{taken} {string.Join(',', caught.Events.Select(e => e.Kind))} {caught.Limits.Count} {string.Join(',', caught.Skipped.Keys)}";
    }

    // By the names as they were read: looking one up fails beside a name that is half a character.
    private static string? Text(System.Text.Json.JsonDocument document, string name) =>
        document
            .RootElement.EnumerateObject()
            .Where(property => Json.NameOf(property) == name)
            .Select(property => Json.TextOf(property.Value))
            .FirstOrDefault();
}

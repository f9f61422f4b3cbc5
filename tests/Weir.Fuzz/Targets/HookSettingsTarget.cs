using System.Text;
using System.Text.Json;
using Weir.Capture.Hooks;
using Weir.Fuzz.Engine;

namespace Weir.Fuzz.Targets;

/// <summary>
/// Settings of Claude Code: what is edited stays JSON, installing twice is installing once, removing leaves nothing of Weir's and,
/// where nothing stood empty, says what was said before.
/// </summary>
internal sealed class HookSettingsTarget : FuzzTarget
{
    private const string Command = "curl -K '/data/weir-claude-code.curl' || true";

    public override string Name => "hook-settings";

    public override string Group => "capture";

    public override int LongestInput => 4 * 1024;

    public override IEnumerable<byte[]> Seeds() =>
        new[]
        {
            "{}",
            "{\n  \"model\": \"opus\"\n}\n",
            "\uFEFF{\r\n\t\"hooks\": {\"Stop\": [ {\"hooks\": []}, 7 ]}\r\n}",
            "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"own\"}]}]},\"statusLine\":{\"command\":\"weir statusline\"}}",
            "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"command\":\"curl -K 'weir-claude-code.curl'\"}]}],\"Other\":[]}}",
        }.Select(Encoding.UTF8.GetBytes);

    public override string Run(ReadOnlySpan<byte> input)
    {
        var edit = HookSettings.Install(input, Command, "weir statusline");
        if (edit.Text is not { } installed)
        {
            Must(edit.Fault is not null, "a refusal says why");
            Must(HookSettings.Remove(input).Text is null, "what cannot be edited cannot be edited");
            return edit.Fault!.Split(':')[0];
        }

        using (JsonDocument.Parse(Plain(installed), new JsonDocumentOptions { MaxDepth = 110 })) { }

        MustEqual(
            HookSettings.Events.Count,
            HookSettings.Look(installed).State!.Events.Count(HookSettings.Events.Contains),
            "every event leads to Weir"
        );
        MustMatch(
            installed,
            HookSettings.Install(installed, Command, "weir statusline").Text,
            "installing twice is installing once"
        );
        var removed = HookSettings.Remove(installed).Text!;
        var state = HookSettings.Look(removed).State!;
        Must(state.Events.Count == 0 && !state.StatusLineIsOurs, "nothing of Weir's is left");
        var clean = HookSettings.Remove(input).Text!;
        var stoodEmpty = HasEmpty(clean);
        Must(stoodEmpty || HookSettings.SaySame(clean, removed), "removing undoes installing");
        MustMatch(clean, HookSettings.Remove(clean).Text, "removing twice is removing once");
        return $"{stoodEmpty} {removed.AsSpan().SequenceEqual(input)} {Bucket(removed.Length)}";
    }

    // What stood empty and was filled goes with what filled it.
    private static bool HasEmpty(byte[] text)
    {
        using var document = JsonDocument.Parse(Plain(text), new JsonDocumentOptions { MaxDepth = 110 });
        return document.RootElement.TryGetProperty("hooks", out var hooks)
            && (
                !hooks.EnumerateObject().Any() || hooks.EnumerateObject().Any(item => item.Value.GetArrayLength() == 0)
            );
    }

    private static byte[] Plain(byte[] text) => text.AsSpan().StartsWith("\uFEFF"u8) ? text[3..] : text;
}

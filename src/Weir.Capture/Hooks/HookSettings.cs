using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Capture.Hooks;

/// <summary>What an edit of settings came to.</summary>
/// <param name="Text">The new text; null when it was refused.</param>
/// <param name="Fault">Why it was refused, for a person; null when it was not.</param>
internal readonly record struct SettingsEdit(byte[]? Text, string? Fault);

/// <summary>What of Weir's stands in settings.</summary>
/// <param name="Events">The hook events that lead to Weir.</param>
/// <param name="StatusLine">The status line's command; null when there is none.</param>
/// <param name="StatusLineIsOurs">Whether it is Weir's.</param>
internal sealed record SettingsState(IReadOnlyList<string> Events, string? StatusLine, bool StatusLineIsOurs);

/// <summary>
/// Claude Code's <c>settings.json</c>, edited as text: what is put in or taken out is the only thing that changes, to the byte.
/// Strict JSON, as Claude Code takes it; anything else is refused. Pure.
/// </summary>
internal static class HookSettings
{
    /// <summary>What tells Weir's hooks from all others: the name of the file that their command reads.</summary>
    public const string Marker = "weir-claude-code.curl";

    /// <summary>
    /// The events that are asked for. Those that only repeat what transcripts tell, or carry nothing but content, are not.
    /// </summary>
    public static IReadOnlyList<string> Events { get; } =
    [
        "SessionStart",
        "SessionEnd",
        "UserPromptSubmit",
        "PreToolUse",
        "PostToolUse",
        "PostToolUseFailure",
        "PermissionRequest",
        "SubagentStart",
        "SubagentStop",
        "Stop",
        "StopFailure",
        "PreCompact",
        "PostCompact",
    ];

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Puts Weir's hooks in, in place of any that are there already.</summary>
    /// <param name="settings">The text; empty for a file that is not there.</param>
    /// <param name="command">What a hook runs.</param>
    /// <param name="statusLine">The status line's command, set when none is; null to leave it alone.</param>
    public static SettingsEdit Install(ReadOnlySpan<byte> settings, string command, string? statusLine)
    {
        if (!settings.IsEmpty && Fault(settings) is null && IsDone(Parse(settings, out _), command, statusLine))
        {
            return new SettingsEdit(settings.ToArray(), null);
        }

        var cleared = Remove(settings);
        if (cleared.Text is not { } text)
        {
            return cleared;
        }

        var root = Parse(text, out var offset);
        var writer = new Insertions(text, offset, root);
        var hooks = root["hooks"];
        foreach (var name in Events)
        {
            var group = Group(name, command);
            if (hooks?[name] is { } groups)
            {
                writer.Add(groups, null, group, 2);
            }
            else if (hooks is not null)
            {
                writer.Add(hooks, name, new[] { group }, 1);
            }
        }

        if (hooks is null)
        {
            writer.Add(root, "hooks", Events.ToDictionary(name => name, name => new[] { Group(name, command) }), 0);
        }

        if (statusLine is not null && root["statusLine"] is null)
        {
            writer.Add(
                root,
                "statusLine",
                new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["type"] = "command",
                    ["command"] = statusLine,
                },
                0
            );
        }

        return new SettingsEdit(writer.Apply(), null);
    }

    /// <summary>Takes Weir's hooks and its status line out, and what then stands empty that they stood in.</summary>
    public static SettingsEdit Remove(ReadOnlySpan<byte> settings)
    {
        var text = settings.IsEmpty ? Utf8.GetBytes("{}\n") : settings.ToArray();
        if (Fault(text) is { } fault)
        {
            return new SettingsEdit(null, fault);
        }

        var root = Parse(text, out var offset);
        var cuts = new List<(int From, int To)>();
        var leaving = new List<int>();
        var hooks = root["hooks"];
        var gone = new List<int>();
        for (var i = 0; i < (hooks?.Items.Count ?? 0); i++)
        {
            var groups = hooks!.Items[i].Value;
            var ours = groups.Items.Select((group, at) => (group, at)).Where(pair => IsOurs(pair.group.Value)).ToList();
            if (ours.Count > 0 && ours.Count == groups.Items.Count)
            {
                gone.Add(i);
            }
            else
            {
                cuts.AddRange(Cuts(groups, [.. ours.Select(pair => pair.at)]));
            }
        }

        for (var i = 0; i < root.Items.Count; i++)
        {
            var (_, name, value) = root.Items[i];
            if (
                (name == "hooks" && gone.Count > 0 && gone.Count == value.Items.Count)
                || (name == "statusLine" && IsOurStatusLine(value))
            )
            {
                leaving.Add(i);
            }
        }

        if (hooks is not null && gone.Count < hooks.Items.Count)
        {
            cuts.AddRange(Cuts(hooks, gone));
        }

        cuts.AddRange(Cuts(root, leaving));
        foreach (var (from, to) in cuts.OrderByDescending(cut => cut.From))
        {
            text = [.. text.AsSpan(0, from + offset), .. text.AsSpan(to + offset)];
        }

        return new SettingsEdit(text, null);
    }

    /// <summary>Whether two texts say the same, whatever their form.</summary>
    public static bool SaySame(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (Fault(a) is not null || Fault(b) is not null)
        {
            return a.SequenceEqual(b);
        }

        using var one = JsonDocument.Parse(WithoutMark(a).ToArray());
        using var other = JsonDocument.Parse(WithoutMark(b).ToArray());
        try
        {
            return JsonElement.DeepEquals(one.RootElement, other.RootElement);
        }
        catch (ArgumentOutOfRangeException)
        {
            // A number whose exponent no machine holds.
            return a.SequenceEqual(b);
        }
    }

    /// <summary>What of Weir's stands in a text, or why it cannot be read.</summary>
    public static (SettingsState? State, string? Fault) Look(ReadOnlySpan<byte> settings)
    {
        if (settings.IsEmpty)
        {
            return (new SettingsState([], null, false), null);
        }

        if (Fault(settings) is { } fault)
        {
            return (null, fault);
        }

        var root = Parse(settings, out _);
        var events = root["hooks"]
            ?.Items.Where(item => item.Value.Items.Any(group => IsOurs(group.Value)))
            .Select(item => item.Name)
            .ToList();
        var line = root["statusLine"];
        return (
            new SettingsState(events ?? [], line?["command"]?.Text, line is not null && IsOurStatusLine(line)),
            null
        );
    }

    private static string? Fault(ReadOnlySpan<byte> settings)
    {
        JsonPlace root;
        try
        {
            root = Parse(settings, out _);
        }
        catch (JsonException bad)
        {
            return $"it is not JSON: line {bad.LineNumber + 1}, byte {bad.BytePositionInLine + 1}";
        }
        catch (InvalidOperationException)
        {
            return "a text in it is no Unicode";
        }

        if (root.Kind != JsonValueKind.Object)
        {
            return "it is no JSON object";
        }

        if (root.HasDoubles)
        {
            return "a name stands in it twice";
        }

        if (root["hooks"] is not { } hooks)
        {
            return null;
        }

        return hooks.Kind != JsonValueKind.Object ? "its \"hooks\" is no object"
            : hooks.HasDoubles ? "an event stands in its \"hooks\" twice"
            : hooks.Items.FirstOrDefault(item => item.Value.Kind != JsonValueKind.Array) is { Name: { } name }
                ? $"its \"hooks.{name}\" is no array"
            : null;
    }

    private static bool IsDone(JsonPlace root, string command, string? statusLine) =>
        root["hooks"] is { } hooks
        && (statusLine is null || root["statusLine"] is not null)
        && Events.All(name =>
            hooks[name]?.Items.Where(group => IsOurs(group.Value)).ToList() is [var only]
            && only.Value["hooks"]!.Items is [var hook]
            && hook.Value["command"]!.Text == command
        );

    private static bool IsOurs(JsonPlace group) =>
        group["hooks"] is { Kind: JsonValueKind.Array, Items.Count: > 0 } hooks
        && hooks.Items.All(hook => hook.Value["command"]?.Text?.Contains(Marker, StringComparison.Ordinal) == true);

    private static bool IsOurStatusLine(JsonPlace line) =>
        line["command"]?.Text is { } command
        && command.EndsWith(" statusline", StringComparison.Ordinal)
        && command.Contains("weir", StringComparison.OrdinalIgnoreCase);

    // A command in the background holds nothing up; HTTP hooks would, and are not run at a session's start. What is in the
    // background when the session ends is ended with it, so that the last word is waited for.
    private static Dictionary<string, object> Group(string name, string command)
    {
        var hook = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["type"] = "command",
            ["command"] = command,
        };
        if (name == "SessionEnd")
        {
            hook["timeout"] = 3;
        }
        else
        {
            hook["async"] = true;
            hook["timeout"] = 10;
        }

        return new(StringComparer.Ordinal) { ["hooks"] = new[] { hook } };
    }

    /// <summary>
    /// The stretches to cut so that some items leave: each with the comma and the space before it, or behind it when it is the first.
    /// </summary>
    private static IEnumerable<(int From, int To)> Cuts(JsonPlace container, List<int> leaving)
    {
        var items = container.Items;
        if (leaving.Count == items.Count)
        {
            return leaving.Count == 0 ? [] : [(container.Start + 1, container.End - 1)];
        }

        var firstToStay = Enumerable.Range(0, items.Count).First(i => !leaving.Contains(i));
        return leaving.Select(i =>
            i < firstToStay ? (items[i].Start, items[i + 1].Start) : (items[i - 1].Value.End, items[i].Value.End)
        );
    }

    private static JsonPlace Parse(ReadOnlySpan<byte> text, out int offset)
    {
        var plain = WithoutMark(text);
        offset = text.Length - plain.Length;
        return JsonPlace.Read(plain);
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) =>
        text.StartsWith("\uFEFF"u8) ? text[3..] : text;

    /// <summary>Values to be put behind the last item of objects and arrays, in the text's own manner.</summary>
    private sealed class Insertions
    {
        private static readonly JsonSerializerOptions Plain = new()
        {
            WriteIndented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };

        private readonly List<(int At, int Length, string Text)> list = [];
        private readonly byte[] text;
        private readonly int offset;
        private readonly string unit;
        private readonly string line;

        public Insertions(byte[] text, int offset, JsonPlace root)
        {
            this.text = text;
            this.offset = offset;
            line = text.AsSpan().IndexOf("\r\n"u8) >= 0 ? "\r\n" : "\n";
            unit = Unit(root);
        }

        /// <summary>Puts a value in.</summary>
        /// <param name="into">The object or array.</param>
        /// <param name="name">The member's name; null in an array.</param>
        /// <param name="value">The value.</param>
        /// <param name="depth">How many containers <paramref name="into"/> stands in.</param>
        public void Add(JsonPlace into, string? name, object value, int depth)
        {
            var inner = Indent(depth + 1);
            var written = Restyle(JsonSerializer.Serialize(value, Plain), inner);
            var item = inner + (name is null ? "" : $"\"{name}\": ") + written;
            var earlier = list.FindIndex(i => i.At == End(into));
            if (earlier >= 0)
            {
                var (at, length, so) = list[earlier];
                var tail = into.Items.Count == 0 ? line + Indent(depth) : "";
                list[earlier] = (at, length, so[..^tail.Length] + "," + line + item + tail);
            }
            else if (into.Items.Count == 0)
            {
                list.Add((into.Start + 1, into.End - into.Start - 2, line + item + line + Indent(depth)));
            }
            else
            {
                list.Add((into.Items[^1].Value.End, 0, "," + line + item));
            }
        }

        public byte[] Apply()
        {
            var result = text;
            foreach (var (at, length, so) in list.OrderByDescending(i => i.At))
            {
                result =
                [
                    .. result.AsSpan(0, at + offset),
                    .. Utf8.GetBytes(so),
                    .. result.AsSpan(at + offset + length),
                ];
            }

            return result;
        }

        private static int End(JsonPlace into) => into.Items.Count == 0 ? into.Start + 1 : into.Items[^1].Value.End;

        private string Indent(int depth) => string.Concat(Enumerable.Repeat(unit, depth));

        private string Restyle(string json, string indent) =>
            string.Join(
                line,
                json.ReplaceLineEndings("\n")
                    .Split('\n')
                    .Select(
                        (row, index) =>
                        {
                            var content = row.TrimStart(' ');
                            var levels = (row.Length - content.Length) / 2;
                            return (index == 0 ? "" : indent + Indent(levels)) + content;
                        }
                    )
            );

        // What stands between a line's beginning and the first name.
        private string Unit(JsonPlace root)
        {
            if (root.Items.Count == 0)
            {
                return "  ";
            }

            var start = root.Items[0].Start + offset;
            var before = text.AsSpan(0, start);
            var row = before[(before.LastIndexOf((byte)'\n') + 1)..];
            return
                row.Length is > 0 and <= 8
                && !row.ContainsAnyExcept((byte)' ', (byte)'\t')
                && before.Contains((byte)'\n')
                ? Encoding.ASCII.GetString(row)
                : "  ";
        }
    }
}

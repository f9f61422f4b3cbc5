using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Weir.Capture.Hooks;

namespace Weir.Capture.Tests.Hooks;

public class HookSettingsTests
{
    private const string Command = "curl -K '/home/alice/.local/share/weir/weir-claude-code.curl' || true";

    public static TheoryData<string> Texts =>
        [
            "",
            "{}",
            "{}\n",
            "{ }",
            "{\n  \"model\": \"opus\"\n}\n",
            "{\n\t\"model\": \"opus\",\n\t\"env\": {\"A\": \"é\\u00e9 /*no comment*/\", \"N\": 1.0}\n}",
            "\uFEFF{\r\n    \"permissions\": {\r\n        \"allow\": []\r\n    }\r\n}\r\n",
            "{\"hooks\":{\"Stop\":[{\"matcher\":\"\",\"hooks\":[{\"type\":\"command\",\"command\":\"say done\"}]}]},\"model\":\"x\"}",
            "{\n  \"hooks\": {},\n  \"model\": \"x\"\n}",
            "{\n  \"hooks\": {\n    \"Stop\": [],\n    \"FutureEvent\": [ {\"hooks\": []} ]\n  }\n}\n",
            "{\n  \"hooks\": {\n    \"PreToolUse\": [\n      {\n        \"matcher\": \"Bash\",\n        \"hooks\": [\n          { \"type\": \"command\", \"command\": \"lint\" }\n        ]\n      }\n    ]\n  }\n}\n",
            "{\"statusLine\":{\"type\":\"command\",\"command\":\"mine\"}}",
        ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void What_was_there_stays_and_every_event_leads_to_weir(string text)
    {
        var settings = Encoding.UTF8.GetBytes(text);
        var edit = HookSettings.Install(settings, Command, "weir statusline");

        Assert.Null(edit.Fault);
        var (state, _) = HookSettings.Look(edit.Text);
        Assert.Equal(HookSettings.Events.Order(), state!.Events.Order());
        Assert.Equal(!text.Contains("mine", StringComparison.Ordinal), state.StatusLineIsOurs);
        using var now = JsonDocument.Parse(Plain(edit.Text!));
        foreach (var name in HookSettings.Events)
        {
            var hook = now
                .RootElement.GetProperty("hooks")
                .GetProperty(name)
                .EnumerateArray()
                .Last()
                .GetProperty("hooks")[0];
            Assert.Equal(
                ("command", Command, name != "SessionEnd"),
                (
                    hook.GetProperty("type").GetString(),
                    hook.GetProperty("command").GetString(),
                    hook.TryGetProperty("async", out _)
                )
            );
        }

        if (text.Contains("say done", StringComparison.Ordinal))
        {
            Assert.Equal(2, now.RootElement.GetProperty("hooks").GetProperty("Stop").GetArrayLength());
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Installing_twice_is_installing_once(string text)
    {
        var once = HookSettings.Install(Encoding.UTF8.GetBytes(text), Command, "weir statusline").Text!;
        Assert.Equal(Show(once), Show(HookSettings.Install(once, Command, "weir statusline").Text!));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Removing_leaves_what_was_there(string text)
    {
        var settings = Encoding.UTF8.GetBytes(text);
        var removed = HookSettings.Remove(HookSettings.Install(settings, Command, "weir statusline").Text).Text!;

        Assert.Empty(HookSettings.Look(removed).State!.Events);
        // But for objects that were empty, and what stands in them now is gone with what was put in.
        var before = text.Length == 0 ? "{}" : text;
        if (
            !before.Contains("\"hooks\": {}", StringComparison.Ordinal)
            && !before.Contains("\"Stop\": []", StringComparison.Ordinal)
        )
        {
            Assert.True(HookSettings.SaySame(Encoding.UTF8.GetBytes(before), removed), Show(removed));
        }

        // To the byte, where something else stands beside it.
        if (before.Contains("lint", StringComparison.Ordinal) || before.Contains("opus", StringComparison.Ordinal))
        {
            Assert.Equal(before, Show(removed));
        }
    }

    [Fact]
    public void The_texts_own_manner_is_kept()
    {
        var tabs = Show(HookSettings.Install("{\n\t\"model\": \"opus\"\n}\n"u8, Command, null).Text!);
        Assert.Contains("\n\t\"hooks\": {\n\t\t\"SessionStart\": [\n\t\t\t{\n", tabs, StringComparison.Ordinal);
        var windows = Show(HookSettings.Install("{\r\n    \"model\": \"opus\"\r\n}\r\n"u8, Command, null).Text!);
        Assert.DoesNotContain("\n", windows.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.StartsWith(
            "{\r\n    \"model\": \"opus\",\r\n    \"hooks\": {\r\n        \"",
            windows,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("{\n  \"a\": 1,\n}", "line 3")]
    [InlineData("{\n  // mine\n}", "line 2")]
    [InlineData("{\"a\":1", "line 1")]
    [InlineData("{\"a\":\"\\udc00\"}", "no Unicode")]
    [InlineData("[]", "no JSON object")]
    [InlineData("{\"hooks\":[]}", "\"hooks\" is no object")]
    [InlineData("{\"hooks\":{\"Stop\":{}}}", "\"hooks.Stop\" is no array")]
    [InlineData("{\"hooks\":{},\"hooks\":{}}", "twice")]
    [InlineData("{\"hooks\":{\"Stop\":[],\"Stop\":[]}}", "twice")]
    public void What_it_cannot_read_it_refuses_and_says_where(string text, string words)
    {
        var edit = HookSettings.Install(Encoding.UTF8.GetBytes(text), Command, null);
        Assert.Null(edit.Text);
        Assert.Contains(words, edit.Fault, StringComparison.Ordinal);
        Assert.Equal(edit, HookSettings.Remove(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Of_any_settings_removing_undoes_installing()
    {
        var leaf = Gen.Elements("1", "\"x\"", "null", "[]", "[1, 2]", "{\"a\": true}");
        var own = Gen.Elements(
            "{\"hooks\": [{\"type\": \"command\", \"command\": \"own\"}]}",
            "{\"matcher\": \"Bash\",\n\"hooks\": []}",
            "7"
        );
        var events =
            from names in Gen.SubListOf("Stop", "PreToolUse", "Other", "SessionEnd")
            from groups in own.NonEmptyListOf().Select(list => string.Join(" , ", list))
            select "{" + string.Join(",\n ", names.Select(name => $"\"{name}\" : [{groups}]")) + "}";
        var any =
            from names in Gen.SubListOf("model", "env", "hooks", "zeta")
            from value in leaf
            from mine in events
            select "{"
                + string.Join(", ", names.Select(name => $"\"{name}\": {(name == "hooks" ? mine : value)}"))
                + "}";
        Prop.ForAll(
                any.ToArbitrary(),
                text =>
                {
                    var installed = HookSettings.Install(Encoding.UTF8.GetBytes(text), Command, null).Text!;
                    var removed = Show(HookSettings.Remove(installed).Text!);
                    Assert.Equal(13, HookSettings.Look(installed).State!.Events.Count);
                    Assert.True(
                        HookSettings.SaySame(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(removed))
                            || text.Contains("\"hooks\": {}", StringComparison.Ordinal),
                        $"{text}\n{removed}"
                    );
                }
            )
            .QuickCheckThrowOnFailure();
    }

    private static byte[] Plain(byte[] text) => text.AsSpan().StartsWith("\uFEFF"u8) ? text[3..] : text;

    private static string Show(byte[] text) => Encoding.UTF8.GetString(text);
}

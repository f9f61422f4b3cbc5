using System.Text.Json;

namespace Weir.Gateway.Tests.Wire.OpenAIResponses;

/// <summary>
/// A stream of Responses, held to the rules that OpenAI's reference states: events numbered from 0, whatever is done was
/// added, deltas make up what is done, and the last event holds every item that was.
/// </summary>
internal sealed class ResponseStream
{
    private readonly Dictionary<long, JsonElement> added = [];
    private readonly Dictionary<long, string> said = [];
    private readonly Dictionary<long, JsonElement> done = [];
    private readonly Dictionary<long, bool> partIsOpen = [];

    private ResponseStream(string sse)
    {
        foreach (var text in sse.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = text.Split('\n');
            Assert.Equal(2, lines.Length);
            Assert.StartsWith("event: ", lines[0], StringComparison.Ordinal);
            Assert.StartsWith("data: {", lines[1], StringComparison.Ordinal);
            var data = Translations.Parse(lines[1][6..]);
            Assert.Equal(lines[0][7..], data.Word("type"));
            Events.Add(data);
        }

        Assert.EndsWith("\n\n", sse, StringComparison.Ordinal);
        for (var i = 0; i < Events.Count; i++)
        {
            Assert.Equal(i, Events[i].GetProperty("sequence_number").GetInt32());
            Take(Events[i], i);
        }

        Final = Events[^1].GetProperty("response");
        Assert.Contains(
            Events[^1].Word("type"),
            new[] { "response.completed", "response.incomplete", "response.failed" }
        );
        Assert.Equal(Events[^1].Word("type")[9..], Final.Word("status"));
        Assert.Equal(
            done.OrderBy(d => d.Key).Select(d => d.Value.Plain()),
            Final.List("output").Select(o => o.Plain())
        );
        if (!HasFailed)
        {
            Assert.Equal(added.Count, done.Count);
            Assert.DoesNotContain(partIsOpen, p => p.Value);
        }
    }

    public List<JsonElement> Events { get; } = [];

    public JsonElement Final { get; }

    public bool HasFailed => Final.Word("status") == "failed";

    public JsonElement[] Output => Final.List("output");

    public static ResponseStream Check(string sse) => new(sse);

    private void Take(JsonElement e, int number)
    {
        var type = e.Word("type");
        if (number < 2)
        {
            Assert.Equal(number == 0 ? "response.created" : "response.in_progress", type);
            var response = e.GetProperty("response");
            Assert.Equal("in_progress", response.Word("status"));
            Assert.Empty(response.List("output"));
            return;
        }

        if (type is "response.completed" or "response.incomplete" or "response.failed")
        {
            Assert.Equal(Events.Count - 1, number);
            return;
        }

        var index = e.GetProperty("output_index").GetInt64();
        if (type == "response.output_item.added")
        {
            Assert.Equal(added.Count, (int)index);
            added.Add(index, e.GetProperty("item"));
            said[index] = "";
            return;
        }

        Assert.True(added.ContainsKey(index) && !done.ContainsKey(index), $"{type} of an item that is not open");
        if (type == "response.output_item.done")
        {
            EndItem(index, e.GetProperty("item"));
            return;
        }

        Assert.Equal(added[index].Word("id"), e.Word("item_id"));
        switch (type)
        {
            case "response.content_part.added" or "response.reasoning_summary_part.added":
                Assert.False(partIsOpen.ContainsKey(index));
                partIsOpen[index] = true;
                break;
            case "response.content_part.done" or "response.reasoning_summary_part.done":
                Assert.True(partIsOpen[index]);
                Assert.Equal(said[index], TextOf(e.GetProperty("part")));
                partIsOpen[index] = false;
                break;
            case var _ when type.EndsWith(".delta", StringComparison.Ordinal):
                Assert.True(IsCall(index) || partIsOpen[index]);
                Assert.NotEqual("", e.Word("delta"));
                said[index] += e.Word("delta");
                break;
            default:
                Assert.EndsWith(".done", type, StringComparison.Ordinal);
                Assert.Equal(said[index], TextOf(e));
                break;
        }
    }

    private void EndItem(long index, JsonElement item)
    {
        var begun = added[index];
        foreach (var name in new[] { "id", "type" })
        {
            Assert.Equal(begun.Word(name), item.Word(name));
        }

        if (item.Word("type") is "tool_search_call" or "local_shell_call" or "shell_call" or "apply_patch_call")
        {
            Assert.Equal("", said[index]);
        }
        else if (IsCall(index))
        {
            Assert.Equal(begun.Word("call_id"), item.Word("call_id"));
            Assert.Equal(begun.Word("name"), item.Word("name"));
            Assert.Equal(said[index], TextOf(item));
        }
        else
        {
            var parts = item.List(item.Word("type") == "reasoning" ? "summary" : "content");
            Assert.Equal(said[index], string.Concat(parts.Select(TextOf)));
        }

        done.Add(index, item);
    }

    private bool IsCall(long index) => added[index].Word("type") is "function_call" or "custom_tool_call";

    private static string TextOf(JsonElement holder)
    {
        foreach (var name in new[] { "arguments", "input", "refusal", "text" })
        {
            if (holder.TryGetProperty(name, out var value))
            {
                return value.GetString()!;
            }
        }

        throw new InvalidOperationException(holder.ToString());
    }
}

using System.Text;
using System.Text.Json;
using Weir.Capture.Tests.Agents;
using Weir.Foundation;

namespace Weir.Capture.Tests.Oracle;

/// <summary>
/// Counts Codex's files as slowly and plainly as can be, from the description of the format: all files at once, each as a
/// whole. Knows nothing of the reader.
/// </summary>
internal static class CodexCount
{
    public static IReadOnlyList<Tally> Count(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        var requests = new Dictionary<string, Tally>();
        foreach (var (path, content) in files)
        {
            foreach (var (key, tally) in File(path, content))
            {
                requests.TryAdd(key, tally);
            }
        }

        return Tally.Sum(requests.Values);
    }

    private static IEnumerable<(string Key, Tally Tally)> File(string path, byte[] content)
    {
        var lines = Encoding
            .UTF8.GetString(content)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        var metas = lines.Where(l => Type(l) == "session_meta").Select(l => l.GetProperty("payload")).ToList();
        var own = metas.Count > 0 ? metas[0] : default;
        var thread = Text(own, "id") ?? NameOf(path);
        var source = Member(own, "source");
        var parent =
            Text(own, "forked_from_id")
            ?? Text(own, "parent_thread_id")
            ?? Text(Member(Member(source, "subagent"), "thread_spawn"), "parent_thread_id")
            ?? metas.Select(m => Text(m, "id")).FirstOrDefault(id => id != thread);
        var isAgent =
            Member(source, "subagent").ValueKind != JsonValueKind.Undefined || Text(own, "thread_source") == "subagent";
        var session =
            Text(own, "session_id") is { } given && given != thread ? given
            : isAgent && parent is not null ? parent
            : thread;
        var first = parent is null ? 0 : FirstOwn(lines, thread, own);
        var seen = lines.Take(first).Select(Total).OfType<Usage>().ToHashSet();
        var before = lines.Take(first).Select(Total).OfType<Usage>().LastOrDefault() ?? new Usage(0, 0, 0, 0, 0);
        var model = lines
            .Take(first)
            .Where(l => Type(l) == "turn_context")
            .Select(l => Text(l.GetProperty("payload"), "model"))
            .LastOrDefault();
        var unspoken = true;
        var recorded = false;
        foreach (var line in lines.Skip(first))
        {
            var payload = Member(line, "payload");
            model = Type(line) == "turn_context" ? Text(payload, "model") ?? model : model;
            var at = line.GetProperty("timestamp").GetDateTimeOffset();
            if (Type(line) == "token_usage_record" && (Text(payload, "thread_id") ?? thread) == thread)
            {
                (recorded, unspoken) = (true, false);
                var used = Read(payload.GetProperty("usage"))!;
                yield return (Text(payload, "response_id")!, Tally.Of(model, at, session, used.Disjoint));
            }
            else if (Total(line) is { } total && seen.Add(total))
            {
                var last = Read(Member(Member(payload, "info"), "last_token_usage"));
                var isPart = last is not null && last.Fits(total);
                var used =
                    !before.Fits(total) ? (isPart ? last! : total)
                    : unspoken && parent is not null && isPart ? last!
                    : total.Minus(before);
                before = total;
                unspoken = false;
                if (!recorded && used.Any)
                {
                    var named = Text(Member(payload, "info"), "model") ?? model;
                    yield return ($"{thread}/{total}", Tally.Of(named, at, session, used.Disjoint));
                }

                recorded = false;
            }
        }
    }

    /// <summary>The number of the first line that a forked thread wrote itself.</summary>
    private static int FirstOwn(List<JsonElement> lines, string thread, JsonElement own)
    {
        var turns = lines.Select(l => Text(Member(l, "payload"), "turn_id")).ToList();
        if (turns.Any(t => Moment(t) is not null) && Moment(thread) is { } made)
        {
            var index = turns.FindIndex(t => Moment(t) >= made);
            return index < 0 ? lines.Count : index;
        }

        var latest = (
            own.TryGetProperty("timestamp", out var t) ? t : lines[0].GetProperty("timestamp")
        ).GetDateTimeOffset();
        for (var i = 0; i < lines.Count; i++)
        {
            var at = lines[i].GetProperty("timestamp").GetDateTimeOffset();
            if (i > 1 && (at - latest).TotalMilliseconds >= 500)
            {
                return i;
            }

            latest = at > latest ? at : latest;
        }

        return lines.Count;
    }

    private static long? Moment(string? id) =>
        id is { Length: 36 } && id[14] == '7' ? Convert.ToInt64(id[..8] + id[9..13], 16) : null;

    private static string NameOf(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return name.StartsWith("rollout-", StringComparison.Ordinal) && name.Length > 36
            ? name[^36..]
            : Path.ChangeExtension(path[(path.IndexOf('/') + 1)..], null);
    }

    private static Usage? Total(JsonElement line) =>
        Type(line) == "event_msg" && Text(line.GetProperty("payload"), "type") == "token_count"
            ? Read(Member(Member(line.GetProperty("payload"), "info"), "total_token_usage"))
            : null;

    private static string? Type(JsonElement line) => Text(line, "type");

    private static JsonElement Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static Usage? Read(JsonElement json) =>
        json.ValueKind != JsonValueKind.Object
            ? null
            : new Usage(
                Number(json, "input_tokens"),
                Number(json, "cached_input_tokens"),
                Number(json, "cache_write_input_tokens"),
                Number(json, "output_tokens"),
                Number(json, "reasoning_output_tokens")
            );

    private static long Number(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : 0;

    private sealed record Usage(long Input, long Cached, long Written, long Output, long Reasoning)
    {
        public bool Any => Input + Output > 0;

        public TokenUsage Disjoint =>
            new()
            {
                Input = Input - Cached - Written,
                CacheRead = Cached,
                CacheWrite5m = Written,
                Output = Output,
                Reasoning = Reasoning,
            };

        public bool Fits(Usage whole) =>
            Input <= whole.Input
            && Cached <= whole.Cached
            && Written <= whole.Written
            && Output <= whole.Output
            && Reasoning <= whole.Reasoning;

        public Usage Minus(Usage other) =>
            new(
                Input - other.Input,
                Cached - other.Cached,
                Written - other.Written,
                Output - other.Output,
                Reasoning - other.Reasoning
            );
    }
}

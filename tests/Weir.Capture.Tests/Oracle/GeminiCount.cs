using System.Text;
using System.Text.Json;
using Weir.Capture.Tests.Agents;
using Weir.Foundation;

namespace Weir.Capture.Tests.Oracle;

/// <summary>Counts Gemini CLI's files plainly, from the description of the format. Knows nothing of the reader.</summary>
internal static class GeminiCount
{
    public static IReadOnlyList<Tally> Count(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        var requests = new Dictionary<string, Tally>();
        foreach (var (path, content) in files)
        {
            var text = Encoding.UTF8.GetString(content);
            var documents = path.EndsWith(".json", StringComparison.Ordinal)
                ? [text]
                : text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var session = "";
            foreach (var document in documents)
            {
                var json = JsonDocument.Parse(document).RootElement;
                if (json.TryGetProperty("sessionId", out var id))
                {
                    session = id.GetString()!;
                }

                var holder = json.TryGetProperty("$set", out var set) ? set : json;
                var messages = holder.TryGetProperty("messages", out var list)
                    ? list.EnumerateArray().ToArray()
                    : [json];
                foreach (var message in messages)
                {
                    if (!message.TryGetProperty("tokens", out var tokens) || tokens.ValueKind != JsonValueKind.Object)
                    {
                        continue;
                    }

                    long Of(string name) => tokens.TryGetProperty(name, out var n) ? n.GetInt64() : 0;
                    var parts = path.Split("chats/")[1].Split('/');
                    var usage = new TokenUsage
                    {
                        Input = Of("input") - Of("cached") + Of("tool"),
                        CacheRead = Of("cached"),
                        Output = Of("output") + Of("thoughts"),
                        Reasoning = Of("thoughts"),
                    };
                    var at = message.GetProperty("timestamp").GetDateTimeOffset();
                    var model = message.TryGetProperty("model", out var m) ? m.GetString() : null;
                    requests.TryAdd(
                        message.GetProperty("id").GetString()!,
                        Tally.Of(model, at, parts.Length > 1 ? parts[0] : session, usage)
                    );
                }
            }
        }

        return Tally.Sum(requests.Values);
    }
}

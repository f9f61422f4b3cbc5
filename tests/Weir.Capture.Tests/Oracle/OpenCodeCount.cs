using System.Text.Json;
using Weir.Capture.Tests.Agents;
using Weir.Foundation;

namespace Weir.Capture.Tests.Oracle;

/// <summary>
/// Counts OpenCode's messages plainly: what each session made itself, a fork's copies left out by the session's beginning.
/// Knows nothing of the reader.
/// </summary>
internal static class OpenCodeCount
{
    public static IReadOnlyList<Tally> Count(
        IEnumerable<(string Session, long SessionMade, string Root, string Data)> messages
    )
    {
        var requests = new List<Tally>();
        foreach (var (_, sessionMade, root, data) in messages)
        {
            var json = JsonDocument.Parse(data).RootElement;
            var created = json.GetProperty("time").GetProperty("created").GetInt64();
            if (json.GetProperty("role").GetString() != "assistant" || created < sessionMade)
            {
                continue;
            }

            var tokens = json.GetProperty("tokens");
            var cache = tokens.GetProperty("cache");
            var usage = new TokenUsage
            {
                Input = tokens.GetProperty("input").GetInt64(),
                CacheRead = cache.GetProperty("read").GetInt64(),
                CacheWrite5m = cache.GetProperty("write").GetInt64(),
                Output = tokens.GetProperty("output").GetInt64() + tokens.GetProperty("reasoning").GetInt64(),
                Reasoning = tokens.GetProperty("reasoning").GetInt64(),
            };
            if (usage.Total > 0)
            {
                requests.Add(
                    Tally.Of(
                        json.GetProperty("modelID").GetString(),
                        DateTimeOffset.FromUnixTimeMilliseconds(created),
                        root,
                        usage
                    )
                );
            }
        }

        return Tally.Sum(requests);
    }
}

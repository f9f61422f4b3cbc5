using System.Globalization;
using System.Text.Json;

namespace Weir.Capture.Tests.Oracle;

/// <summary>Tokens by class, and how many requests.</summary>
internal readonly record struct Counted(
    long Requests,
    long Input,
    long CacheRead,
    long CacheWrite5m,
    long CacheWrite1h,
    long Output
)
{
    public static Counted operator +(Counted a, Counted b) =>
        new(
            a.Requests + b.Requests,
            a.Input + b.Input,
            a.CacheRead + b.CacheRead,
            a.CacheWrite5m + b.CacheWrite5m,
            a.CacheWrite1h + b.CacheWrite1h,
            a.Output + b.Output
        );
}

/// <summary>Sums of one folder, by model, day (UTC) and session.</summary>
internal sealed class Totals
{
    public SortedDictionary<string, Counted> ByModel { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, Counted> ByDay { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, Counted> BySession { get; } = new(StringComparer.Ordinal);

    public void Add(string? model, DateTimeOffset at, string? session, Counted counted)
    {
        Add(ByModel, model ?? "", counted);
        Add(ByDay, at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), counted);
        Add(BySession, session ?? "", counted);
    }

    private static void Add(SortedDictionary<string, Counted> to, string key, Counted counted) =>
        to[key] = to.GetValueOrDefault(key) + counted;
}

/// <summary>
/// A second count of Claude Code's transcripts, written from what is known of them and from nothing of the reader's:
/// slow, whole files in memory, one pass to collect every word said of a request, one to choose the word that stands.
/// </summary>
internal static class StraightforwardCount
{
    /// <summary>Counts every <c>.jsonl</c> below a folder, in the order of their names.</summary>
    public static Totals Of(string folder)
    {
        var words = new List<Word>();
        foreach (
            var file in Directory
                .EnumerateFiles(folder, "*.jsonl", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
                .Order(StringComparer.Ordinal)
        )
        {
            foreach (var line in File.ReadAllText(Path.Combine(folder, file)).Split('\n'))
            {
                if (WordOf(line, file) is { } word)
                {
                    words.Add(word);
                }
            }
        }

        var totals = new Totals();
        foreach (var word in Standing(words))
        {
            totals.Add(word.Model, word.At, word.Session, word.Counted);
        }

        return totals;
    }

    private sealed record Word(
        string? MessageId,
        string? RequestId,
        bool Sidechain,
        string? Model,
        DateTimeOffset At,
        string? Session,
        Counted Counted
    );

    /// <summary>
    /// Of the words on one message: each request id that a main conversation names is a request of its own; a word of a
    /// sidechain, or without a request id, is of the request it names, else of the first. The word with most output stands
    /// whole; of equals a main conversation's, then the earliest, then the one that was met first.
    /// </summary>
    private static IEnumerable<Word> Standing(List<Word> words)
    {
        foreach (var alone in words.Where(w => w.MessageId is null))
        {
            yield return alone;
        }

        foreach (var message in words.Where(w => w.MessageId is not null).GroupBy(w => w.MessageId))
        {
            var requests = message
                .Where(w => !w.Sidechain && w.RequestId is not null)
                .Select(w => w.RequestId!)
                .Distinct()
                .ToList();
            foreach (
                var request in message.GroupBy(w =>
                    w.RequestId is not null && requests.Contains(w.RequestId) ? requests.IndexOf(w.RequestId) : 0
                )
            )
            {
                yield return request
                    .Select((word, place) => (word, place))
                    .OrderByDescending(w => w.word.Counted.Output)
                    .ThenBy(w => w.word.Sidechain)
                    .ThenBy(w => w.word.At)
                    .ThenBy(w => w.place)
                    .First()
                    .word;
            }
        }
    }

    private static Word? WordOf(string line, string file)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            return null;
        }

        using (document)
        {
            var root = document.RootElement;
            if (
                root.ValueKind != JsonValueKind.Object
                || (Text(root, "type") ?? "assistant") != "assistant"
                || !root.TryGetProperty("message", out var message)
                || message.ValueKind != JsonValueKind.Object
                || !message.TryGetProperty("usage", out var usage)
                || Text(message, "model") == "<synthetic>"
                || Text(root, "timestamp") is not { } timestamp
                || !DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, out var at)
            )
            {
                return null;
            }

            var written = Number(usage, "cache_creation_input_tokens");
            var hour =
                usage.TryGetProperty("cache_creation", out var split) && split.ValueKind == JsonValueKind.Object
                    ? Math.Min(Number(split, "ephemeral_1h_input_tokens"), written)
                    : 0;
            var counted = new Counted(
                1,
                Number(usage, "input_tokens"),
                Number(usage, "cache_read_input_tokens"),
                written - hour,
                hour,
                Number(usage, "output_tokens")
            );
            if (counted == new Counted(1, 0, 0, 0, 0, 0))
            {
                return null;
            }

            var sidechain = root.TryGetProperty("isSidechain", out var side)
                ? side.ValueKind == JsonValueKind.True
                : file.Contains("/subagents/", StringComparison.Ordinal);
            return new Word(
                Text(message, "id"),
                Text(root, "requestId"),
                sidechain,
                Text(message, "model"),
                at,
                Text(root, "sessionId") ?? Path.GetFileNameWithoutExtension(file),
                counted
            );
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
}

using System.Globalization;
using System.Text.Json;

namespace Weir.Bench.AgentLogs;

/// <summary>
/// Writes the home of a user of Gemini CLI, the same for the same seed: conversations as lines and, of older versions, as one document,
/// with all that is written again in them, and subagents' in folders of their parents. What they truly hold is counted here, where the
/// numbers are drawn, and never read from what was written.
/// </summary>
internal static class GeminiHome
{
    private static readonly string[] Models = ["gemini-3.1-pro-preview", "gemini-3-flash-preview", "gemini-2.5-pro"];

    /// <summary>Writes so many conversations below <c>tmp</c>, and returns what they hold.</summary>
    /// <param name="folder">The folder that becomes <c>~/.gemini</c>.</param>
    /// <param name="conversations">How many.</param>
    /// <param name="seed">What makes two homes differ.</param>
    public static Truth Write(string folder, int conversations, int seed)
    {
        var random = new Random(seed);
        var ids = new Ids(random);
        var truth = new Truth();
        var parents = new List<string>();
        for (var i = 0; i < conversations; i++)
        {
            var project = Path.Combine(folder, "tmp", $"project-{random.Next(6)}");
            var id = ids.Uuid();
            // A subagent's lies in a folder of its parent's id, and its requests are the parent's.
            var parent = parents.Count > 0 && random.Next(6) == 0 ? parents[random.Next(parents.Count)] : null;
            var start = HomeOptions.LastDay.AddDays(-random.Next(10)).AddSeconds(random.Next(86_400));
            var talk = new Conversation(random, ids, id, start);
            talk.Hold(parent ?? id, truth);
            var isOld = parent is null && random.Next(4) == 0;
            var name = $"session-{start:yyyy-MM-ddTHH-mm}-{id[..8]}";
            var chats = Path.Combine(project, "chats");
            var path = parent is null
                ? Path.Combine(chats, name + (isOld ? ".json" : ".jsonl"))
                : Path.Combine(chats, parent, id + ".jsonl");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(Path.Combine(project, ".project_root"), "/home/ada/src/" + Path.GetFileName(project));
            File.WriteAllText(path, isOld ? talk.AsDocument() : talk.AsLines());
            truth.Files++;
            if (parent is null)
            {
                parents.Add(id);
            }

            // A conversation that an older version began and a newer one went on with lies in both forms.
            if (isOld && random.Next(3) == 0)
            {
                File.WriteAllText(Path.ChangeExtension(path, ".jsonl"), talk.AsLines());
                truth.Files++;
            }
        }

        return truth;
    }

    /// <summary>One conversation: its messages, as they are in the end.</summary>
    private sealed class Conversation(Random random, Ids ids, string id, DateTime start)
    {
        private readonly List<(object Message, object? Before)> messages = [];

        public void Hold(string session, Truth truth)
        {
            var at = start;
            for (var turn = random.Next(1, 5); turn > 0; turn--)
            {
                at = at.AddMilliseconds(random.Next(1, 900_000));
                messages.Add((Said("user", at), null));
                for (var steps = random.Next(1, 4); steps > 0; steps--)
                {
                    at = at.AddMilliseconds(random.Next(1, 60_000));
                    Answer(at, session, truth);
                }

                if (random.Next(5) == 0)
                {
                    messages.Add((Said("info", at), null));
                }
            }
        }

        public string AsDocument() =>
            JsonSerializer.Serialize(
                new
                {
                    sessionId = id,
                    projectHash = "0",
                    startTime = Text(start),
                    lastUpdated = Text(start),
                    messages = messages.Select(m => m.Message),
                }
            );

        public string AsLines()
        {
            var lines = new List<object>
            {
                new
                {
                    sessionId = id,
                    projectHash = "0",
                    startTime = Text(start),
                    kind = "main",
                },
            };
            var told = new List<object>();
            foreach (var (message, before) in messages)
            {
                if (before is not null)
                {
                    lines.Add(before);
                }

                lines.Add(message);
                told.Add(message);
                switch (random.Next(12))
                {
                    case 0:
                        lines.Add(message);
                        break;
                    case 1:
                        lines.Add(new Dictionary<string, object> { ["$set"] = new { messages = told.ToArray() } });
                        break;
                    case 2:
                        lines.Add(new Dictionary<string, object> { ["$rewindTo"] = ids.Uuid() });
                        break;
                }
            }

            return string.Concat(lines.Select(line => JsonSerializer.Serialize(line) + "\n"));
        }

        private void Answer(DateTime at, string session, Truth truth)
        {
            var model = Models[random.Next(Models.Length)];
            long fresh = random.Next(1, 20_000);
            long cached = random.Next(2) * random.Next(60_000);
            long tool = random.Next(4) == 0 ? random.Next(1, 500) : 0;
            long said = random.Next(1, 3_000);
            long thoughts = random.Next(2) * random.Next(1, 2_000);
            // Some counted thoughts into the output, and then the total shows it.
            var isInside = thoughts > 0 && random.Next(4) == 0;
            truth.Add(model, at, session, new Tokens(fresh + tool, cached, 0, 0, said + thoughts));
            var output = isInside ? said + thoughts : said;
            var name = ids.Uuid();
            var message = new
            {
                id = name,
                timestamp = Text(at),
                type = "gemini",
                content = "x",
                model,
                tokens = new
                {
                    input = fresh + cached,
                    output,
                    cached,
                    thoughts,
                    tool,
                    total = fresh + cached + tool + said + thoughts,
                },
            };
            // Written first while it is being answered.
            var before =
                random.Next(3) == 0
                    ? new
                    {
                        id = name,
                        timestamp = Text(at),
                        type = "gemini",
                        content = "",
                    }
                    : null;
            messages.Add((message, before));
        }

        private object Said(string type, DateTime at) =>
            new
            {
                id = ids.Uuid(),
                timestamp = Text(at),
                type,
                content = "x",
            };

        private static string Text(DateTime at) =>
            at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }
}

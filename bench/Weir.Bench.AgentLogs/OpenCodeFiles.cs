using System.Text.Json;

namespace Weir.Bench.AgentLogs;

/// <summary>Writes sessions in the layouts of files.</summary>
internal sealed class OpenCodeFiles(string folder)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>How many files were written.</summary>
    public int Written { get; private set; }

    /// <summary>In the first layout.</summary>
    public void WriteFirst(MadeSession session)
    {
        Info(session, $"project/home-ada/storage/session/info/{session.Id}.json");
        foreach (var message in session.Messages)
        {
            Put(
                $"project/home-ada/storage/session/message/{session.Id}/{message.Id}.json",
                new
                {
                    id = message.Id,
                    role = "assistant",
                    parts = new[] { new { type = "text", text = "x" } },
                    metadata = new
                    {
                        sessionID = session.Id,
                        time = new { created = message.Milliseconds, completed = message.Milliseconds + 1 },
                        tool = new { },
                        assistant = new
                        {
                            modelID = message.Model,
                            providerID = message.Provider,
                            path = new { cwd = "/home/ada/engine", root = "/home/ada/engine" },
                            cost = 0,
                            tokens = message.Steps[^1].Written(),
                        },
                    },
                }
            );
        }
    }

    /// <summary>In the second one.</summary>
    public void WriteProject(MadeSession session)
    {
        Info(session, $"project/home-ada/storage/session/info/{session.Id}.json");
        foreach (var message in session.Messages)
        {
            Message(session, message, $"project/home-ada/storage/session/message/{session.Id}");
            Parts(session, message, $"project/home-ada/storage/session/part/{session.Id}/{message.Id}");
        }
    }

    /// <summary>In the last one.</summary>
    public void WriteStorage(MadeSession session)
    {
        Info(session, $"storage/session/0123456789/{session.Id}.json");
        foreach (var message in session.Messages)
        {
            Message(session, message, $"storage/message/{session.Id}");
            Parts(session, message, $"storage/part/{message.Id}");
        }
    }

    /// <summary>A message without its ids, which all layouts since the second have in common.</summary>
    public static Dictionary<string, object> Body(MadeMessage message) =>
        new()
        {
            ["role"] = "assistant",
            ["time"] = new { created = message.Milliseconds, completed = message.Milliseconds + 1 },
            ["modelID"] = message.Model,
            ["providerID"] = message.Provider,
            ["path"] = new { cwd = "/home/ada/engine", root = "/home/ada/engine" },
            ["cost"] = 0,
            ["tokens"] = message.Steps[^1].Written(),
        };

    private void Info(MadeSession session, string path) =>
        Put(
            path,
            new
            {
                id = session.Id,
                version = "0.1.174",
                title = "x",
                time = new { created = session.Milliseconds, updated = session.Milliseconds },
            }
        );

    private void Message(MadeSession session, MadeMessage message, string below)
    {
        var body = Body(message);
        body["id"] = message.Id;
        body["sessionID"] = session.Id;
        Put($"{below}/{message.Id}.json", body);
    }

    private void Parts(MadeSession session, MadeMessage message, string below)
    {
        foreach (var step in message.Steps)
        {
            Put(
                $"{below}/{step.Id}.json",
                new
                {
                    id = step.Id,
                    messageID = message.Id,
                    sessionID = session.Id,
                    type = "step-finish",
                    tokens = step.Written(),
                    cost = 0,
                }
            );
        }
    }

    private void Put<T>(string path, T content)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, JsonSerializer.Serialize(content, Indented));
        Written++;
    }
}

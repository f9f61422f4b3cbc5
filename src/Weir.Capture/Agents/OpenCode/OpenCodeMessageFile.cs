namespace Weir.Capture.Agents.OpenCode;

/// <summary>
/// A message in a file of its own, in any of the layouts that there were. Its parts are files beside it: calls of tools, and the ends
/// of its steps, each of which was a request.
/// </summary>
internal sealed class OpenCodeMessageFile(FileToRead file) : AgentReader
{
    /// <inheritdoc/>
    public override void Line(ReadOnlySpan<byte> line, Catch caught)
    {
        if (!AgentLine.IsObject(line, caught))
        {
            return;
        }

        if (Fields.Name(line, "id"u8) is not { } id)
        {
            caught.Skip("unknown type");
        }
        else if (Fields.Name(line, "sessionID"u8) is { } name)
        {
            var session = new OpenCodeSession(name);
            var read = caught.Sightings.Count;
            if (OpenCodeMessage.Read(line, id, session, caught))
            {
                var message = caught.Sightings.Count > read ? caught.Sightings[read] : null;
                Parts(name, id, session, message, caught);
            }
        }
        else if (Fields.Find(line, "metadata"u8) is var metadata && Fields.Name(metadata, "sessionID"u8) is { } first)
        {
            OpenCodeMessage.ReadFirst(line, metadata, id, new OpenCodeSession(first), caught);
        }
        else
        {
            caught.Skip("unknown type");
        }
    }

    private void Parts(string name, string id, OpenCodeSession session, Sighting? message, Catch caught)
    {
        // The message lies in …/message/SESSION, its parts in …/part/MESSAGE, while projects had folders in …/part/SESSION/MESSAGE.
        var folder = file.RelativePath.StartsWith("project/", StringComparison.Ordinal)
            ? $"../../part/{name}/{id}"
            : $"../../part/{id}";
        var steps = new OpenCodeSteps();
        foreach (var part in file.NamesIn(folder))
        {
            if (file.Beside($"{folder}/{part}") is not { } json)
            {
                continue;
            }

            OpenCodeMessage.Tool(json, id, session, caught);
            if (Fields.Name(json, "id"u8) is { } partId)
            {
                steps.Add(partId, json, message?.Provider);
            }
        }

        steps.Tell(message, caught);
    }
}

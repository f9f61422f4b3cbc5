using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Weir.FunctionalTests.Live;

/// <summary>One message of <c>/live</c>, as a listener reads it.</summary>
internal sealed record LiveEvent(string Type, long Cursor, JsonElement Body)
{
    /// <summary>The ids of the requests in a snapshot or in changes; none in others.</summary>
    public IEnumerable<string> Ids =>
        Type switch
        {
            "snapshot" => Body.GetProperty("requests").EnumerateArray().Select(Id),
            "changes" => Body.GetProperty("changes")
                .EnumerateArray()
                .Select(change => Id(change.GetProperty("request"))),
            _ => [],
        };

    public static LiveEvent Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var body = document.RootElement.Clone();
        return new LiveEvent(body.GetProperty("type").GetString()!, body.GetProperty("cursor").GetInt64(), body);
    }

    private static string Id(JsonElement request) => request.GetProperty("id").GetString()!;
}

/// <summary>Reads server-sent events, by the letter of the standard as far as Weir uses it.</summary>
internal sealed class LiveEventReader(HttpResponseMessage answer) : IDisposable
{
    private StreamReader? reader;

    /// <summary>The id of the last event, as a browser sends it when it comes back.</summary>
    public string LastId { get; private set; } = "";

    public void Dispose() => answer.Dispose();

    /// <summary>The next event; null at the stream's end.</summary>
    public async Task<LiveEvent?> NextAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        reader ??= new StreamReader(await answer.Content.ReadAsStreamAsync(cancel), new UTF8Encoding(false, true));
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            if (line.Length == 0)
            {
                var read = LiveEvent.Parse(fields["data"]);
                Assert.Equal(read.Type, fields["event"]);
                Assert.Equal($"{read.Cursor}", fields["id"].Split('.')[0]);
                LastId = fields["id"];
                return read;
            }

            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            Assert.True(fields.TryAdd(line[..colon], line[(colon + 2)..]), line);
        }

        Assert.Empty(fields);
        return null;
    }

    /// <summary>The next one that has requests in it: between them beats may come.</summary>
    public async Task<LiveEvent> NextWithRequestsAsync()
    {
        while (await NextAsync() is { } read)
        {
            if (read.Type != "beat")
            {
                return read;
            }
        }

        throw new InvalidOperationException("The stream has ended.");
    }
}

/// <summary>Reads messages of a WebSocket.</summary>
internal static class LiveSocketReader
{
    /// <summary>The next message that is no beat.</summary>
    public static async Task<LiveEvent> NextAsync(ClientWebSocket socket)
    {
        while (true)
        {
            using var bytes = new MemoryStream();
            var buffer = new byte[1 << 14];
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken);
                Assert.Equal(WebSocketMessageType.Text, part.MessageType);
                bytes.Write(buffer, 0, part.Count);
            } while (!part.EndOfMessage);
            var read = LiveEvent.Parse(Encoding.UTF8.GetString(bytes.ToArray()));
            if (read.Type != "beat")
            {
                return read;
            }
        }
    }
}

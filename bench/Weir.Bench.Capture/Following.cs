using System.Diagnostics;
using System.Net.Http.Headers;

namespace Weir.Bench.Capture;

/// <summary>How long after an agent has written a request it stands on the live feed.</summary>
internal static class Following
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Writes requests into a session, one after the other, and waits for each on the feed.</summary>
    /// <param name="server">The server, which follows the folder that the session is in.</param>
    /// <param name="key">A key that may read.</param>
    /// <param name="path">The session's file.</param>
    /// <param name="count">How many requests.</param>
    public static async Task<object> RunAsync(Uri server, string key, string path, int count)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var ask = new HttpRequestMessage(HttpMethod.Get, new Uri(server, "/live"));
        ask.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        ask.Headers.TryAddWithoutValidation("x-weir-key", key);
        using var answer = await http.SendAsync(ask, CancellationToken.None);
        answer.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await UntilAsync(lines, "\"snapshot\"");

        var transcript = new Transcript(path, Path.GetFileNameWithoutExtension(path));
        var took = new List<double>();
        for (var i = 0; i < count; i++)
        {
            // Not in step with anything that looks at fixed times.
            await Task.Delay(40 + (i * 37 % 211));
            var request = transcript.Add(TimeProvider.System.GetUtcNow());
            var written = Stopwatch.GetTimestamp();
            await UntilAsync(lines, $"\"{request}\"");
            took.Add(Stopwatch.GetElapsedTime(written).TotalMilliseconds);
        }

        took.Sort();
        return new
        {
            count,
            minimumMs = Math.Round(took[0]),
            medianMs = Math.Round(took[count / 2]),
            p95Ms = Math.Round(took[count * 95 / 100]),
            maximumMs = Math.Round(took[^1]),
        };
    }

    private static async Task UntilAsync(StreamReader lines, string text)
    {
        while (await lines.ReadLineAsync().WaitAsync(Longest) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException("The feed has ended.");
    }
}

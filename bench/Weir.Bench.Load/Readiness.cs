using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Weir.Bench.Load;

/// <summary>Starts a server and times it until it answers 200; then ends it (SIGTERM).</summary>
internal static class Readiness
{
    public static async Task<int> RunAsync(Uri url, string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!await AnswersAsync(url))
        {
            if (process.HasExited || watch.Elapsed > TimeSpan.FromSeconds(30))
            {
                await Console.Error.WriteLineAsync("The server did not become ready.");
                return 1;
            }

            await Task.Delay(2);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"readyMs\":{watch.ElapsedMilliseconds}}}"));
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync();
        return 0;
    }

    private static async Task<bool> AnswersAsync(Uri url)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(url.Host, url.Port);
            await socket.SendAsync(
                Encoding.ASCII.GetBytes(
                    $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\n\r\n"
                )
            );
            var buffer = new byte[64];
            var read = await socket.ReceiveAsync(buffer);
            return buffer.AsSpan(0, read).StartsWith("HTTP/1.1 200"u8);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

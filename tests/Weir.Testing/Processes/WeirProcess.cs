using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Weir.Testing;

/// <summary>A <c>weir serve</c> of its own, as a process, on a data folder and a free port. Ended when disposed.</summary>
public sealed class WeirProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int FirstSignal = 128;

    private readonly Process process;
    private readonly StringBuilder log = new();
    private readonly HttpMessageInvoker http = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
        }
    );

    private WeirProcess(Process process, Uri baseUrl, string dataFolder)
    {
        this.process = process;
        BaseUrl = baseUrl;
        DataFolder = dataFolder;
        process.OutputDataReceived += (_, e) => Note(e.Data);
        process.ErrorDataReceived += (_, e) => Note(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The executable: beside the tests, or where <c>test.sh</c> has one that is compiled ahead of time.</summary>
    public static string Executable { get; } =
        Environment.GetEnvironmentVariable("TEST_WEIR_PROGRAM") ?? Path.Combine(AppContext.BaseDirectory, "weir");

    /// <summary>Where it listens.</summary>
    public Uri BaseUrl { get; }

    /// <summary>Its data folder.</summary>
    public string DataFolder { get; }

    /// <summary>The process's id.</summary>
    public int ProcessId => process.Id;

    /// <summary>The key that the first start left in the data folder.</summary>
    public string AdminKey => File.ReadAllText(Path.Combine(DataFolder, "admin.key")).Trim();

    /// <summary>What it has said on both outputs.</summary>
    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    /// <summary>Starts a server and waits until it is healthy.</summary>
    /// <param name="dataFolder">Kept: a second start on it finds what the first left.</param>
    /// <param name="yaml">The configuration; null starts without one.</param>
    /// <param name="environment">Added to an otherwise empty environment.</param>
    /// <param name="launcher">A command that runs the server's command (<c>nsenter</c>, say); null for none.</param>
    /// <param name="view">The data folder as this process sees it, when that differs.</param>
    /// <param name="executable">Null for <see cref="Executable"/>.</param>
    /// <param name="port">Where to listen on the loopback; null for a free port.</param>
    public static async Task<WeirProcess> StartAsync(
        string dataFolder,
        string? yaml = null,
        IReadOnlyDictionary<string, string>? environment = null,
        IReadOnlyList<string>? launcher = null,
        string? view = null,
        string? executable = null,
        int? port = null
    )
    {
        var weir = Launch(dataFolder, yaml, environment, launcher, view, executable, port);
        try
        {
            await weir.WaitUntilHealthyAsync();
            return weir;
        }
        catch
        {
            await weir.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server and does not wait.</summary>
    public static WeirProcess Launch(
        string dataFolder,
        string? yaml = null,
        IReadOnlyDictionary<string, string>? environment = null,
        IReadOnlyList<string>? launcher = null,
        string? view = null,
        string? executable = null,
        int? port = null
    )
    {
        var url = new Uri($"http://127.0.0.1:{port ?? FreePort()}");
        var arguments = new List<string> { "serve", "--urls", url.ToString().TrimEnd('/'), "--data", dataFolder };
        if (yaml is not null)
        {
            var path = dataFolder + ".yaml";
            File.WriteAllText(path, yaml);
            arguments.AddRange(["--config", path]);
        }

        string[] command = [.. launcher ?? [], executable ?? Executable, .. arguments];
        var home = new Dictionary<string, string>(environment ?? new Dictionary<string, string>());
        home.TryAdd("HOME", Path.GetDirectoryName(dataFolder)!);
        // Tests ask in bursts that no caller makes.
        home.TryAdd("WEIR_RATE_LIMIT", "0");
        return new WeirProcess(
            Process.Start(ProgramRun.StartInfo(command[0], command[1..], home, folder: null))!,
            url,
            view ?? dataFolder
        );
    }

    /// <summary>A port that is free now.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Waits until it has said where it listens, by when it has its first key, and for a 200 of <c>/health</c>.</summary>
    /// <exception cref="InvalidOperationException">The process ended instead; the message holds what it said.</exception>
    public Task WaitUntilHealthyAsync() =>
        UntilAsync(
            async () =>
            {
                try
                {
                    using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, "/health"));
                    return answer.IsSuccessStatusCode && Log.Contains(" listens on ", StringComparison.Ordinal);
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "become healthy"
        );

    /// <summary>Waits until a condition holds, asking again and again while the process lives.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException(
                    $"Weir ended (exit code {process.ExitCode}) and did not {what}:\n{Log}"
                );
            }

            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"Weir did not {what} within {Patience}:\n{Log}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Sends a request whose address is a path.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        request.RequestUri = new Uri(BaseUrl, request.RequestUri!);
        return http.SendAsync(request, CancellationToken.None);
    }

    /// <summary>Sends JSON with a Weir key, the admin's when none is given.</summary>
    public Task<HttpResponseMessage> PostAsync(
        string path,
        string json,
        string? key = null,
        IEnumerable<(string Name, string Value)>? headers = null
    )
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json)),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/json");
        request.Headers.TryAddWithoutValidation("x-weir-key", key ?? AdminKey);
        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return SendAsync(request);
    }

    /// <summary>Reads JSON from the management API with the admin's key.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + AdminKey);
        using var answer = await SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? VendorJson.Parse(text)
            : throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {text}");
    }

    /// <summary>Waits until everything journalled is in the ledger.</summary>
    /// <exception cref="TimeoutException">It is not; the message holds the ledger's account of itself.</exception>
    public async Task SettleAsync()
    {
        var ledger = default(JsonElement);
        try
        {
            await UntilAsync(
                async () =>
                {
                    ledger = (await GetAsync("/api/v1/system/status")).GetProperty("ledger");
                    return ledger.GetProperty("pending").GetInt64() == 0;
                },
                "write what is journalled"
            );
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{ledger}\n{e.Message}", e);
        }
    }

    /// <summary>Runs a <c>weir</c> command on this server's data folder.</summary>
    public Task<ProgramResult> CommandAsync(params string[] arguments) =>
        ProgramRun.RunAsync(
            Executable,
            arguments,
            new Dictionary<string, string> { ["WEIR_DATA"] = DataFolder, ["HOME"] = Path.GetDirectoryName(DataFolder)! }
        );

    /// <summary>Ends it as a crash would (SIGKILL).</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to end (SIGTERM) and returns its exit code.</summary>
    /// <exception cref="InvalidOperationException">It crashed instead; the message is what it said.</exception>
    public async Task<int> StopAsync()
    {
        await ProgramRun.RunAsync("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode < FirstSignal
            ? process.ExitCode
            : throw new InvalidOperationException($"Weir crashed (exit code {process.ExitCode}):\n{Log}");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited && Environment.GetEnvironmentVariable("WEIR_COVERAGE") is not null)
        {
            // A process that is killed does not say which lines it ran.
            await ProgramRun.RunAsync("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(10)));
        }

        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
        http.Dispose();
    }

    private void Note(string? line)
    {
        if (line is not null)
        {
            lock (log)
            {
                log.AppendLine(line);
            }
        }
    }
}

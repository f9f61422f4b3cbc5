using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Weir.Capture;
using Weir.Capture.Agents;
using Weir.Foundation;
using Weir.Server;
using Weir.Testing;

namespace Weir.FunctionalTests.Capture;

/// <summary>A whole server in this process whose intake keeps what it is given.</summary>
public sealed class CaptureServer : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpMessageInvoker http = new(
        new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }
    );
    private WeirHost host = null!;

    internal RecordingIntake Intake { get; } = new();

    /// <summary>Where it listens.</summary>
    public Uri BaseUrl => new(host.Addresses[0]);

    /// <summary>A key that may do everything.</summary>
    public string AdminKey { get; private set; } = "";

    /// <summary>A key that may deliver, and nothing else.</summary>
    public string IngestKey { get; private set; } = "";

    /// <summary>A key that may send requests to models, and nothing else.</summary>
    public string GatewayKey { get; private set; } = "";

    /// <summary>A folder for a program.</summary>
    public string Home(string name) => folder.Make(name);

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        var start = await WeirHost.StartAsync(
            new WeirHostOptions
            {
                DataFolder = folder.At("data"),
                Urls = ["http://127.0.0.1:0"],
                Variable = _ => null,
                Intake = Intake,
            },
            CancellationToken.None
        );
        host = start.Host ?? throw new InvalidOperationException(string.Join("; ", start.Reasons));
        AdminKey = host.FirstKeyText!;
        IngestKey = await KeyAsync("deliveries", "ingest");
        GatewayKey = await KeyAsync("models", "gateway");
    }

    /// <summary>Sends a body.</summary>
    public async Task<(HttpStatusCode Status, byte[] Body, HttpResponseMessage Answer)> PostAsync(
        string path,
        byte[] body,
        string type = "application/json",
        string? key = "ingest",
        string? coding = null,
        bool chunked = false
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(BaseUrl, path))
        {
            Content = new ByteArrayContent(coding == "gzip" ? Zip(body) : body),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        request.Headers.TransferEncodingChunked = chunked ? true : null;
        if (coding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(coding);
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {(key == "ingest" ? IngestKey : key)}");
        }

        var answer = await http.SendAsync(request, CancellationToken.None);
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(), answer);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await host.StopAsync();
        await host.DisposeAsync();
        folder.Dispose();
    }

    private static byte[] Zip(byte[] body)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return zipped.ToArray();
    }

    private async Task<string> KeyAsync(string name, string scope)
    {
        var (_, body, _) = await PostAsync(
            "/api/v1/keys",
            System.Text.Encoding.UTF8.GetBytes($$"""{"name":"{{name}}","scopes":["{{scope}}"]}"""),
            key: AdminKey
        );
        return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("key").GetString()!;
    }
}

/// <summary>Keeps what it is given.</summary>
internal sealed class RecordingIntake : ICaptureIntake
{
    private readonly Lock access = new();
    private readonly List<(WorkspaceId Workspace, Catch Caught)> taken = [];

    /// <summary>Whether it takes nothing.</summary>
    public bool IsFull { get; set; }

    /// <summary>What was taken, in order.</summary>
    public IReadOnlyList<(WorkspaceId Workspace, Catch Caught)> Taken
    {
        get
        {
            lock (access)
            {
                return [.. taken];
            }
        }
    }

    public IReadOnlyList<Sighting> Sightings => [.. Taken.SelectMany(t => t.Caught.Sightings)];

    public IReadOnlyList<SessionEvent> Events => [.. Taken.SelectMany(t => t.Caught.Events)];

    public Task NextFailure { get; } = new TaskCompletionSource().Task;

    public bool TryTake(WorkspaceId workspace, Catch caught, [NotNullWhen(true)] out Task? stored)
    {
        lock (access)
        {
            if (!IsFull)
            {
                taken.Add((workspace, caught));
            }

            stored = IsFull ? null : Task.CompletedTask;
            return !IsFull;
        }
    }

    /// <summary>Waits until what was taken is as it should be.</summary>
    public async Task UntilAsync(Func<RecordingIntake, bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition(this))
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"{what}: {string.Join('\n', Events)}\n{string.Join('\n', Sightings)}");
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Identity;
using Weir.Ledger;
using Weir.Testing;
using Weir.Wire.Limits;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>A gateway on a real Kestrel with a real ledger and real keys, and nothing around it.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    public const string UpstreamKey = "sk-of-the-provider";

    private readonly TemporaryFolder folder;
    private readonly WebApplication app;
    private readonly IdentityStore identity;
    private bool keepsFolder;

    private GatewayHost(
        TemporaryFolder folder,
        WebApplication app,
        UsageLedger ledger,
        IdentityStore identity,
        ModelGateway gateway
    )
    {
        this.folder = folder;
        this.app = app;
        this.identity = identity;
        Ledger = ledger;
        Gateway = gateway;
        Url = new Uri(app.Urls.Single());
        Client = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                AutomaticDecompression = DecompressionMethods.None,
                RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            }
        );
    }

    public ModelGateway Gateway { get; }

    /// <summary>What it charges at.</summary>
    public required PriceBook Prices { get; init; }

    /// <summary>What it told of quotas, time by time.</summary>
    public required ConcurrentQueue<(WorkspaceId Workspace, IReadOnlyList<LimitReading> Readings)> Quotas { get; init; }

    public UsageLedger Ledger { get; }

    public Uri Url { get; }

    public HttpMessageInvoker Client { get; }

    /// <summary>A key with the gateway's scope; its name is "tester".</summary>
    public string Key { get; private set; } = "";

    public static Task<GatewayHost> StartAsync(params ProviderConfig[] providers) =>
        StartAsync(new GatewayConfig { Providers = [.. providers] });

    /// <summary>Over a folder that stays, and may have been another's before.</summary>
    public static Task<GatewayHost> StartAsync(TemporaryFolder kept, params ProviderConfig[] providers) =>
        StartAsync(new GatewayConfig { Providers = [.. providers] }, null, [], kept);

    public static Task<GatewayHost> StartAsync(
        TemporaryFolder kept,
        GatewayConfig config,
        params ImmutableArray<WorkspaceConfig> workspaces
    ) => StartAsync(config, null, workspaces, kept);

    public static Task<GatewayHost> StartAsync(
        GatewayConfig config,
        TimeProvider? clock = null,
        params ImmutableArray<WorkspaceConfig> workspaces
    ) => StartAsync(config, clock, workspaces, kept: null);

    private static async Task<GatewayHost> StartAsync(
        GatewayConfig config,
        TimeProvider? clock,
        ImmutableArray<WorkspaceConfig> workspaces,
        TemporaryFolder? kept
    )
    {
        var folder = kept ?? new TemporaryFolder();
        var time = clock ?? TimeProvider.System;
        var ledger = UsageLedger.Open(new LedgerOptions { DataFolder = folder.Path }, TimeProvider.System).Ledger!;
        var identity = IdentityStore.Open(folder.Path, TimeProvider.System).Store!;
        var quotas = new ConcurrentQueue<(WorkspaceId Workspace, IReadOnlyList<LimitReading> Readings)>();
        var prices = new PriceBook();
        var gateway = new ModelGateway(
            ledger,
            prices,
            identity.Keys,
            new RecordIdSource(TimeProvider.System, highest: ledger.HighestId),
            time,
            NullLoggerFactory.Instance,
            (workspace, readings) => quotas.Enqueue((workspace, readings)),
            dataFolder: folder.Path
        );
        gateway.Apply(config, workspaces);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(ModelGateway.Prepare);
        var app = builder.Build();
        app.Run(gateway.HandleAsync);
        await app.StartAsync();
        var host = new GatewayHost(folder, app, ledger, identity, gateway)
        {
            Quotas = quotas,
            Prices = prices,
            keepsFolder = kept is not null,
        };
        host.Key = await host.NewKeyAsync(kept is null ? "tester" : $"tester-{Guid.NewGuid():N}");
        return host;
    }

    public static ProviderConfig Anthropic(FakeUpstream upstream, string name = "anthropic") =>
        new()
        {
            Name = name,
            Kind = ProviderKind.Anthropic,
            BaseUrl = upstream.BaseUrl,
            ApiKey = UpstreamKey,
        };

    public static ProviderConfig OpenAI(FakeUpstream upstream, string name = "openai") =>
        new()
        {
            Name = name,
            Kind = ProviderKind.OpenAI,
            BaseUrl = new Uri(upstream.BaseUrl, "/v1"),
            ApiKey = UpstreamKey,
        };

    public static ProviderConfig Gemini(FakeUpstream upstream, string name = "gemini") =>
        new()
        {
            Name = name,
            Kind = ProviderKind.Gemini,
            BaseUrl = upstream.BaseUrl,
            ApiKey = UpstreamKey,
        };

    public static ProviderConfig Simulator { get; } =
        new()
        {
            Name = "simulator",
            Kind = ProviderKind.Simulator,
            Models = ["sim-*"],
            Share = ProviderShare.Everybody,
        };

    public async Task<string> NewKeyAsync(
        string name,
        string scopes = KeyScopes.Gateway,
        string? project = null,
        WorkspaceId? workspace = null,
        string? network = null
    )
    {
        var made = await identity.Keys.CreateAsync(
            workspace is { } other ? Actor.System(other) : Actor.LocalCommand,
            new NewApiKey
            {
                Name = name,
                Scopes = [.. scopes.Split(',')],
                Project = project,
                User = "ada",
                Team = "hydro",
                Networks = network is null ? [] : [network],
            },
            CancellationToken.None
        );
        return made.Text!;
    }

    /// <summary>A key for these models alone.</summary>
    public async Task<string> NewBoundKeyAsync(string name, params ImmutableArray<string> models)
    {
        var made = await identity.Keys.CreateAsync(
            Actor.LocalCommand,
            new NewApiKey
            {
                Name = name,
                Scopes = [KeyScopes.Gateway],
                Models = models,
            },
            CancellationToken.None
        );
        return made.Text!;
    }

    /// <summary>A key of another workspace, which is made first.</summary>
    public async Task<string> NewKeyOfAsync(WorkspaceId workspace)
    {
        await using var control = new SqliteDatabase(Path.Combine(folder.Path, "control.db")).OpenWriter();
        await using var command = control.CreateCommand();
        command.CommandText = "INSERT INTO workspace (id, name) VALUES (@id, 'w' || @id)";
        command.Parameters.AddWithValue("@id", workspace.Value);
        await command.ExecuteNonQueryAsync();
        // Any change has the store look at its workspaces anew.
        await NewKeyAsync(string.Create(CultureInfo.InvariantCulture, $"before-{workspace.Value}"));
        return await NewKeyAsync("tester", workspace: workspace);
    }

    public Task RevokeAsync(string name) => identity.Keys.RevokeAsync(Actor.LocalCommand, name, CancellationToken.None);

    /// <summary>A POST of JSON with the host's key in <c>x-api-key</c>.</summary>
    public HttpRequestMessage Post(string path, string body) => Post(path, Encoding.UTF8.GetBytes(body));

    public HttpRequestMessage Post(string path, byte[] body)
    {
        var request = Request(HttpMethod.Post, path);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return request.With("x-api-key", Key);
    }

    public HttpRequestMessage Request(HttpMethod method, string path) =>
        new(
            method,
            new Uri(
                Url + path.TrimStart('/'),
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
            )
        );

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel = default) =>
        Client.SendAsync(request, cancel);

    /// <summary>Sends and reads the whole answer.</summary>
    public async Task<(HttpResponseMessage Answer, string Body)> AskAsync(HttpRequestMessage request)
    {
        var answer = await SendAsync(request);
        return (answer, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Each record as it stands, in the order of its making, once no request is under way.</summary>
    public async Task<ImmutableArray<UsageRecord>> RecordsAsync()
    {
        var entries = await EntriesAsync();
        return [.. entries.GroupBy(e => e.After.Id).Select(g => g.MaxBy(e => e.Sequence)!.After).OrderBy(r => r.Id)];
    }

    /// <summary>Every change of every record, once no request is under way.</summary>
    public async Task<ImmutableArray<LedgerEntry>> EntriesAsync()
    {
        await Until.TrueAsync(() => Gateway.InFlight == 0);
        await Ledger.FlushAsync(CancellationToken.None);
        return [.. await Ledger.Feed.ReadAsync(0, 10_000, CancellationToken.None)];
    }

    public async Task<UsageRecord> RecordAsync() => Assert.Single(await RecordsAsync());

    /// <summary>Stops the server as SIGTERM does: what is under way may end.</summary>
    public Task StopServerAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
        await Gateway.DisposeAsync();
        await Ledger.DisposeAsync();
        identity.Dispose();
        if (!keepsFolder)
        {
            folder.Dispose();
        }
    }
}

internal static class Until
{
    /// <summary>Waits for a condition; gives up, loudly, after 20 seconds.</summary>
    public static async Task TrueAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }
}

internal static class Requests
{
    public static HttpRequestMessage With(this HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return request;
    }

    public static HttpRequestMessage Without(this HttpRequestMessage request, string name)
    {
        request.Headers.Remove(name);
        return request;
    }

    public static string? Header(this HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;
}

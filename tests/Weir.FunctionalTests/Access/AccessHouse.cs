using System.Collections.Immutable;
using System.Net;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Identity;
using Weir.Server;
using Weir.Server.Api;
using Weir.Testing;

namespace Weir.FunctionalTests.Access;

/// <summary>A server in this process, whose routes a test can list, with people of every role and a second workspace.</summary>
internal sealed class AccessHouse : IAsyncDisposable
{
    private static readonly string[] EveryScope =
    [
        KeyScopes.Gateway,
        KeyScopes.Read,
        KeyScopes.Admin,
        KeyScopes.Ingest,
    ];

    private readonly TemporaryFolder folder = new();
    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler { UseProxy = false });
    private WeirHost? host;

    public string Data => folder.At("data");

    /// <summary>The server's document.</summary>
    public string Config => folder.At("weir.yaml");

    public WeirHost Host => host ?? throw new InvalidOperationException("The server does not run yet.");

    public Uri Address => new(Host.ReachableAddress!);

    /// <summary>The routes that ask for a permission or are open, with the methods that each takes.</summary>
    public ImmutableArray<(string Method, RouteEndpoint Route, ApiAccess Access)> Routes =>
        [
            .. Host.Routes.SelectMany(route =>
                // A WebSocket over HTTP/2 comes as CONNECT; it is the same route.
                (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
                    .Where(method => method != "CONNECT")
                    .Select(method =>
                        (
                            method,
                            route,
                            route.Metadata.GetMetadata<ApiAccess>()
                                ?? throw new InvalidOperationException(
                                    $"{route.RoutePattern.RawText} says nothing of whom it is for."
                                )
                        )
                    )
            ),
        ];

    /// <summary>The first content type that a route takes; null for JSON.</summary>
    public static string? TypeOf(RouteEndpoint route) =>
        route.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes is [var first, ..] ? first : null;

    /// <summary>Works on the data folder that no server holds.</summary>
    public async Task PrepareAsync(Func<IdentityStore, Task> prepare)
    {
        using var identity = IdentityStore.Open(Data, TimeProvider.System).Store!;
        await prepare(identity);
    }

    /// <summary>A person with roles, and the text of a key of hers that was given every scope. No server may run.</summary>
    public async Task<string> PersonAsync(WorkspaceId workspace, string name, params string[] roles)
    {
        await PrepareAsync(_ => Task.CompletedTask);
        await using (var control = new SqliteDatabase(Path.Combine(Data, "control.db")).OpenWriter())
        {
            await control.ExecuteAsync(
                """
                INSERT INTO user (id, workspace, name, folded, kind, state, created_at, updated_at)
                VALUES (@Id, @Workspace, @name, @name, 'person', 'active', 1, 1)
                """,
                new
                {
                    Id = $"usr_{name}",
                    Workspace = workspace.Value,
                    name,
                }
            );
            foreach (var role in roles)
            {
                await control.ExecuteAsync(
                    "INSERT INTO user_role (workspace, user, role) VALUES (@Workspace, @Id, @role)",
                    new
                    {
                        Id = $"usr_{name}",
                        Workspace = workspace.Value,
                        role,
                    }
                );
            }
        }

        var text = "";
        await PrepareAsync(async identity =>
        {
            var made = await identity.Keys.CreateAsync(
                Actor.System(workspace),
                new NewApiKey
                {
                    Name = $"key-of-{name}",
                    Owner = name,
                    Scopes = [.. EveryScope],
                },
                CancellationToken.None
            );
            text = made.Text ?? throw new InvalidOperationException(made.Reason);
        });
        return text;
    }

    /// <summary>A session of a person who signed in by password. No server may run.</summary>
    public async Task<string> SessionAsync(string name, bool requiresSecondFactor, params string[] roles)
    {
        var token = "";
        await PrepareAsync(async identity =>
        {
            var invited = await identity.Users.AddAsync(
                Actor.LocalCommand,
                new NewUser { Name = name, Roles = [.. roles] },
                CancellationToken.None
            );
            var accepted = await identity.SignIn.AcceptAsync(
                invited.Value!.Token!,
                "correct horse battery staple",
                new SignInFrom(IPAddress.Loopback, null),
                CancellationToken.None
            );
            token = accepted.SignIn!.Opened!.Token;
            await identity.Workspaces.ChangeAsync(
                Actor.LocalCommand,
                "default",
                new WorkspaceChange(RequiresSecondFactor: requiresSecondFactor),
                CancellationToken.None
            );
        });
        return token;
    }

    /// <summary>Starts the server.</summary>
    /// <param name="more">What its document says beside the usual: top-level keys.</param>
    public async Task StartAsync(string more = "")
    {
        await File.WriteAllTextAsync(
            Config,
            """
            version: 1
            server: { rateLimit: { requestsPerMinute: 0, wrongKeysPerMinute: 0 } }
            providers:
              - name: simulator
                kind: simulator
                models: ["sim-*"]
              - name: hidden-provider
                kind: openai-compatible
                baseUrl: http://127.0.0.1:9/v1
                apiKey: hidden-secret-of-default
                models: ["hidden-model"]

            """ + more
        );
        var start = await WeirHost.StartAsync(
            new WeirHostOptions
            {
                DataFolder = Data,
                ConfigPath = Config,
                Urls = ["http://127.0.0.1:0"],
                Variable = _ => null,
                Drain = TimeSpan.FromSeconds(1),
            },
            CancellationToken.None
        );
        host = start.Host ?? throw new InvalidOperationException(string.Join('\n', start.Reasons));
    }

    public async Task<(HttpStatusCode Status, string Text)> SendAsync(
        string method,
        string path,
        string? key,
        string? json = null,
        string? type = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address, path));
        if (key is not null)
        {
            request.Headers.Add("x-weir-key", key);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, type ?? "application/json");
        }

        // A live answer never ends; what matters has come by then.
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var answer = await http.SendAsync(request, enough.Token);
        var isLive = answer.Content.Headers.ContentType?.MediaType == "text/event-stream";
        return (
            answer.StatusCode,
            isLive ? await FirstEventAsync(answer, enough.Token) : await answer.Content.ReadAsStringAsync(enough.Token)
        );
    }

    /// <summary>Stops the server; it can be started again over the same data.</summary>
    public async Task StopAsync()
    {
        if (host is not null)
        {
            await host.StopAsync();
            await host.DisposeAsync();
            host = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await StopAsync();
        folder.Dispose();
    }

    private static async Task<string> FirstEventAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            text.AppendLine(line);
        }

        return text.ToString();
    }
}

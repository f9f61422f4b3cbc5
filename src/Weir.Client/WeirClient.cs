using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>
/// The management API of one server. Thread-safe. Every method throws <see cref="WeirApiException"/> when the server
/// refuses, and <see cref="HttpRequestException"/> when it cannot be reached.
/// </summary>
public sealed partial class WeirClient : IDisposable
{
    private readonly HttpClient http;

    /// <summary>Speaks through a handler, which it then owns.</summary>
    /// <param name="handler">How requests travel.</param>
    /// <param name="server">The server's address, without a path.</param>
    /// <param name="key">A Weir key; null sends none.</param>
    public WeirClient(HttpMessageHandler handler, Uri server, string? key)
    {
        http = new HttpClient(handler) { BaseAddress = new Uri(server, "/api/v1/"), Timeout = TimeSpan.FromMinutes(5) };
        if (key is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Speaks to a server over TCP.</summary>
    public static WeirClient ForServer(Uri server, string? key) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }, server, key);

    /// <summary>Speaks to a server over a Unix domain socket.</summary>
    public static WeirClient ForSocket(string path, string? key)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new WeirClient(handler, new Uri("http://localhost"), key);
    }

    /// <summary>Sums of usage.</summary>
    public Task<UsageSummaryResult> SummaryAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("usage/summary" + query, WeirJson.Default.UsageSummaryResult, cancellationToken);

    /// <summary>A metric over time.</summary>
    public Task<UsageSeriesResult> SeriesAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("usage/series" + query, WeirJson.Default.UsageSeriesResult, cancellationToken);

    /// <summary>The members of a dimension with the largest of a figure, with what the others come to.</summary>
    public Task<UsageTopResult> TopAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("usage/top" + query, WeirJson.Default.UsageTopResult, cancellationToken);

    /// <summary>How long requests took.</summary>
    public Task<UsageDistributionResult> DistributionAsync(
        UsageQueryString query,
        CancellationToken cancellationToken
    ) => GetAsync("usage/distribution" + query, WeirJson.Default.UsageDistributionResult, cancellationToken);

    /// <summary>A metric by weekday and hour.</summary>
    public Task<UsageHeatmapResult> HeatmapAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("usage/heatmap" + query, WeirJson.Default.UsageHeatmapResult, cancellationToken);

    /// <summary>Periods, or values of a dimension, side by side.</summary>
    public Task<UsageComparison> CompareAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("usage/compare" + query, WeirJson.Default.UsageComparison, cancellationToken);

    /// <summary>The answer of a usage route as PDF.</summary>
    /// <param name="route">The route: <c>summary</c>, <c>series</c>, <c>top</c>, <c>distribution</c>, <c>heatmap</c>, <c>compare</c>.</param>
    /// <param name="query">Its question.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public async Task<byte[]> UsagePaperAsync(string route, UsageQueryString query, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(
            new Uri($"usage/{route}{query.With("format", "pdf")}", UriKind.Relative),
            cancellationToken
        );
        return response.IsSuccessStatusCode
            ? await response.Content.ReadAsByteArrayAsync(cancellationToken)
            : throw new WeirApiException(response.StatusCode, await ReadProblemAsync(response, cancellationToken));
    }

    /// <summary>Use in blocks of five hours.</summary>
    public Task<BlockList> BlocksAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("blocks" + query, WeirJson.Default.BlockList, cancellationToken);

    /// <summary>What is known of limits.</summary>
    public Task<LimitList> LimitsAsync(CancellationToken cancellationToken) =>
        GetAsync("limits", WeirJson.Default.LimitList, cancellationToken);

    /// <summary>How the providers stand.</summary>
    public Task<ProviderHealthList> ProviderHealthAsync(CancellationToken cancellationToken) =>
        GetAsync("providers/health", WeirJson.Default.ProviderHealthList, cancellationToken);

    /// <summary>One page of requests.</summary>
    public Task<RequestPage> RequestsAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("usage/requests" + query, WeirJson.Default.RequestPage, cancellationToken);

    /// <summary>One request.</summary>
    public Task<RequestItem> RequestAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"usage/requests/{Uri.EscapeDataString(id)}", WeirJson.Default.RequestItem, cancellationToken);

    /// <summary>The workspace's keys.</summary>
    public Task<KeyList> KeysAsync(bool includeRevoked, CancellationToken cancellationToken) =>
        GetAsync(includeRevoked ? "keys?includeRevoked=true" : "keys", WeirJson.Default.KeyList, cancellationToken);

    /// <summary>Makes a key; its text is in the result and nowhere else.</summary>
    public Task<KeyWithText> CreateKeyAsync(NewKey key, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            "keys",
            JsonContent.Create(key, WeirJson.Default.NewKey),
            WeirJson.Default.KeyWithText,
            cancellationToken
        );

    /// <summary>Gives a key a new text.</summary>
    public Task<KeyWithText> RotateKeyAsync(string idOrName, TimeSpan overlap, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"keys/{Uri.EscapeDataString(idOrName)}/rotate",
            JsonContent.Create(new KeyRotation((long)overlap.TotalSeconds), WeirJson.Default.KeyRotation),
            WeirJson.Default.KeyWithText,
            cancellationToken
        );

    /// <summary>Ends a key, now.</summary>
    public Task<KeyItem> RevokeKeyAsync(string idOrName, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Delete,
            $"keys/{Uri.EscapeDataString(idOrName)}",
            null,
            WeirJson.Default.KeyItem,
            cancellationToken
        );

    /// <summary>The workspace's people and service accounts.</summary>
    public Task<UserList> UsersAsync(CancellationToken cancellationToken) =>
        GetAsync("users", WeirJson.Default.UserList, cancellationToken);

    /// <summary>Invites a person or makes a service account; the link is in the result and nowhere else.</summary>
    public Task<InvitedUserItem> AddUserAsync(NewUserItem user, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            "users",
            JsonContent.Create(user, WeirJson.Default.NewUserItem),
            WeirJson.Default.InvitedUserItem,
            cancellationToken
        );

    /// <summary>Changes what a user is called or may do.</summary>
    public Task<UserItem> ChangeUserAsync(string idOrName, UserPatch patch, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Patch,
            $"users/{Uri.EscapeDataString(idOrName)}",
            JsonContent.Create(patch, WeirJson.Default.UserPatch),
            WeirJson.Default.UserItem,
            cancellationToken
        );

    /// <summary>Shuts a user out, now.</summary>
    public Task<UserItem> SuspendUserAsync(string idOrName, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"users/{Uri.EscapeDataString(idOrName)}/suspend",
            null,
            WeirJson.Default.UserItem,
            cancellationToken
        );

    /// <summary>Lets a user in again.</summary>
    public Task<UserItem> ResumeUserAsync(string idOrName, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"users/{Uri.EscapeDataString(idOrName)}/resume",
            null,
            WeirJson.Default.UserItem,
            cancellationToken
        );

    /// <summary>Removes a user, with his keys and sessions.</summary>
    public Task<UserItem> RemoveUserAsync(string idOrName, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Delete,
            $"users/{Uri.EscapeDataString(idOrName)}",
            null,
            WeirJson.Default.UserItem,
            cancellationToken
        );

    /// <summary>Takes a person's password away; the link to set another is in the result and nowhere else.</summary>
    public Task<InvitedUserItem> ResetUserAsync(
        string idOrName,
        UserReset reset,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            HttpMethod.Post,
            $"users/{Uri.EscapeDataString(idOrName)}/reset",
            JsonContent.Create(reset, WeirJson.Default.UserReset),
            WeirJson.Default.InvitedUserItem,
            cancellationToken
        );

    /// <summary>Who is signed in.</summary>
    public Task<AuthSessionList> AuthSessionsAsync(CancellationToken cancellationToken) =>
        GetAsync("auth-sessions", WeirJson.Default.AuthSessionList, cancellationToken);

    /// <summary>Ends a session, now.</summary>
    public Task<AuthSessionItem> RevokeAuthSessionAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Delete,
            $"auth-sessions/{Uri.EscapeDataString(id)}",
            null,
            WeirJson.Default.AuthSessionItem,
            cancellationToken
        );

    /// <summary>The workspace's secrets, without their values.</summary>
    public Task<SecretList> SecretsAsync(CancellationToken cancellationToken) =>
        GetAsync("secrets", WeirJson.Default.SecretList, cancellationToken);

    /// <summary>Seals a value: a new secret, or another value of one.</summary>
    public Task<SecretItem> StoreSecretAsync(SecretValue secret, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            "secrets",
            JsonContent.Create(secret, WeirJson.Default.SecretValue),
            WeirJson.Default.SecretItem,
            cancellationToken
        );

    /// <summary>Removes a secret that no configuration uses.</summary>
    public Task<SecretItem> RemoveSecretAsync(string name, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Delete,
            $"secrets/{Uri.EscapeDataString(name)}",
            null,
            WeirJson.Default.SecretItem,
            cancellationToken
        );

    /// <summary>Puts another master key in force and seals the secrets of all workspaces anew with it.</summary>
    public Task<SecretKeyRotation> RotateSecretKeyAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "secrets/rotate-key", null, WeirJson.Default.SecretKeyRotation, cancellationToken);

    /// <summary>Prices in force.</summary>
    public Task<PriceList> PricesAsync(string? search, CancellationToken cancellationToken) =>
        GetAsync(
            search is null ? "prices" : $"prices?search={Uri.EscapeDataString(search)}",
            WeirJson.Default.PriceList,
            cancellationToken
        );

    /// <summary>Where a request would go. It is not sent.</summary>
    public Task<RouteExplanationItem> ExplainRouteAsync(
        RouteQuestionItem question,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            HttpMethod.Post,
            "routes/explain",
            JsonContent.Create(question, WeirJson.Default.RouteQuestionItem),
            WeirJson.Default.RouteExplanationItem,
            cancellationToken
        );

    /// <summary>Prices history again.</summary>
    public Task<RepriceResult> RepriceAsync(RepriceRequest request, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            "prices/reprice",
            JsonContent.Create(request, WeirJson.Default.RepriceRequest),
            WeirJson.Default.RepriceResult,
            cancellationToken
        );

    /// <summary>The workspace of the key.</summary>
    public Task<WorkspaceItem> WorkspaceAsync(CancellationToken cancellationToken) =>
        GetAsync("workspaces/current", WeirJson.Default.WorkspaceItem, cancellationToken);

    /// <summary>The server's account of itself.</summary>
    public Task<SystemStatus> StatusAsync(CancellationToken cancellationToken) =>
        GetAsync("system/status", WeirJson.Default.SystemStatus, cancellationToken);

    /// <summary>Counts the ledger's records anew and holds them against its rollups.</summary>
    public Task<AuditResult> AuditAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("system/audit" + query, WeirJson.Default.AuditResult, cancellationToken);

    /// <summary>What is read of the files that coding agents leave, and how that goes.</summary>
    public Task<CaptureSources> CaptureSourcesAsync(CancellationToken cancellationToken) =>
        GetAsync("capture/sources", WeirJson.Default.CaptureSources, cancellationToken);

    /// <summary>
    /// Delivers records that were read on another machine (docs/formats/archive.md); returns when the server has stored them.
    /// Needs a key with the scope <c>ingest</c>.
    /// </summary>
    /// <param name="gzip">The batch, compressed with gzip.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<CaptureBatchResult> SendBatchAsync(ReadOnlyMemory<byte> gzip, CancellationToken cancellationToken)
    {
        var content = new ReadOnlyMemoryContent(gzip);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        content.Headers.ContentEncoding.Add("gzip");
        return SendAsync(
            HttpMethod.Post,
            "capture/batches",
            content,
            WeirJson.Default.CaptureBatchResult,
            cancellationToken
        );
    }

    /// <summary>One page of sessions.</summary>
    public Task<SessionPage> SessionsAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("sessions" + query, WeirJson.Default.SessionPage, cancellationToken);

    /// <summary>One session by its whole id.</summary>
    public Task<SessionDetail> SessionAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"sessions/{Uri.EscapeDataString(id)}", WeirJson.Default.SessionDetail, cancellationToken);

    /// <summary>What was said in one session.</summary>
    public Task<SessionContent> SessionContentAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"sessions/{Uri.EscapeDataString(id)}/content", WeirJson.Default.SessionContent, cancellationToken);

    /// <summary>What sessions did.</summary>
    public Task<SessionActivityResult> SessionActivityAsync(
        UsageQueryString query,
        CancellationToken cancellationToken
    ) => GetAsync("sessions/activity" + query, WeirJson.Default.SessionActivityResult, cancellationToken);

    /// <summary>One page of handoffs.</summary>
    public Task<HandoffPage> HandoffsAsync(UsageQueryString query, CancellationToken cancellationToken) =>
        GetAsync("handoffs" + query, WeirJson.Default.HandoffPage, cancellationToken);

    /// <summary>How far the simulated year is.</summary>
    public Task<DemoStatus> DemoAsync(CancellationToken cancellationToken) =>
        GetAsync("demo", WeirJson.Default.DemoStatus, cancellationToken);

    /// <summary>Begins to write a simulated year.</summary>
    public Task<DemoStatus> FillDemoAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "demo", null, WeirJson.Default.DemoStatus, cancellationToken);

    /// <summary>Begins to take the simulated year out.</summary>
    public Task<DemoStatus> RemoveDemoAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, "demo", null, WeirJson.Default.DemoStatus, cancellationToken);

    /// <summary>
    /// What changes, as it changes (docs/formats/live.md); ends when the server ends it. Messages of types that this version does
    /// not know are passed over.
    /// </summary>
    /// <param name="after">The last cursor that is known; null begins with a snapshot.</param>
    /// <param name="topics"><c>requests</c>, <c>sessions</c>, <c>limits</c>, <c>activity</c> or several, separated by commas.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="activity">The last event of the activity feed that is known; null begins with the next.</param>
    /// <exception cref="IOException">The connection broke.</exception>
    public async IAsyncEnumerable<LiveMessage> LiveAsync(
        long? after,
        string topics,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        long? activity = null
    )
    {
        var query = new UsageQueryString().With("topics", topics);
        if (after is not null || activity is not null)
        {
            query.With(
                "after",
                string.Create(CultureInfo.InvariantCulture, $"{after}{(activity is null ? "" : ".")}{activity}")
            );
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/live" + query, UriKind.Relative));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new WeirApiException(response.StatusCode, await ReadProblemAsync(response, cancellationToken))
            {
                RetryAfter = response.Headers.RetryAfter?.Delta,
            };
        }

        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            throw NotWeir(response.StatusCode);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var messages = SseParser.Create(stream, (type, data) => ReadLive(type, data, response.StatusCode));
        await foreach (var message in messages.EnumerateAsync(cancellationToken))
        {
            if (message.Data is { } known)
            {
                yield return known;
            }
        }
    }

    /// <summary>Whether the server takes work. Needs no key.</summary>
    public async Task<ReadinessResult> ReadinessAsync(CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable
            ? await ReadAsync(response, WeirJson.Default.ReadinessResult, cancellationToken)
            : throw new WeirApiException(response.StatusCode, await ReadProblemAsync(response, cancellationToken));
    }

    /// <inheritdoc />
    public void Dispose() => http.Dispose();

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, type, cancellationToken);

    private async Task<T> SendAsync<T>(
        HttpMethod method,
        string path,
        HttpContent? content,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken,
        string? ifMatch = null
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        if (ifMatch is not null)
        {
            request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{ifMatch}\""));
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return response.IsSuccessStatusCode
            ? await ReadAsync(response, type, cancellationToken)
            : throw new WeirApiException(response.StatusCode, await ReadProblemAsync(response, cancellationToken))
            {
                RetryAfter = response.Headers.RetryAfter?.Delta,
            };
    }

    private static async Task<T> ReadAsync<T>(
        HttpResponseMessage response,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellationToken)
                ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException)
        {
            throw NotWeir(response.StatusCode);
        }
        catch (NotSupportedException)
        {
            throw NotWeir(response.StatusCode);
        }
    }

    private static LiveMessage? ReadLive(string type, ReadOnlySpan<byte> data, HttpStatusCode status)
    {
        if (type is not ("snapshot" or "changes" or "sessions" or "activity" or "gap" or "beat"))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(data, WeirJson.Default.LiveMessage);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw NotWeir(status);
        }
    }

    private static WeirApiException NotWeir(HttpStatusCode status) =>
        new(
            status,
            new Problem
            {
                Title = "Unexpected answer",
                Status = (int)status,
                Detail = "What answered does not speak Weir's API: check the server's address.",
            }
        );

    private static async Task<Problem> ReadProblemAsync(
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            try
            {
                var problem = await response.Content.ReadFromJsonAsync(WeirJson.Default.Problem, cancellationToken);
                if (problem is not null)
                {
                    return problem;
                }
            }
            catch (JsonException) { }
        }

        return new Problem
        {
            Title = response.ReasonPhrase ?? response.StatusCode.ToString(),
            Status = (int)response.StatusCode,
        };
    }
}

/// <summary>The server refused.</summary>
public sealed class WeirApiException(HttpStatusCode status, Problem problem)
    : Exception(problem.Detail is null ? problem.Title : $"{problem.Title}: {problem.Detail}")
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>What the server said.</summary>
    public Problem Problem { get; } = problem;

    /// <summary>How long it asks to wait before the same is tried again; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Api;

/// <summary>One Weir with its simulator, for a class of tests, and one request in its ledger.</summary>
public sealed class ApiServer : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    /// <summary>The server.</summary>
    internal WeirProcess Weir { get; private set; } = null!;

    /// <summary>The one request.</summary>
    internal string RequestId { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Weir = await WeirProcess.StartAsync(folder.At("data"));
        using var answer = await Weir.PostAsync(
            "/v1/messages",
            """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""",
            headers: [("x-claude-code-session-id", "session-1")]
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        RequestId = answer.Headers.GetValues("x-weir-request-id").Single();
        await Weir.UntilAsync(
            async () =>
                (await Weir.GetAsync("/api/v1/usage/summary")).GetProperty("total").GetProperty("requests").GetInt64()
                > 0,
            "write its first record"
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (Weir is not null)
        {
            await Weir.DisposeAsync();
        }

        folder.Dispose();
    }

    /// <summary>Sends a request with the admin's key unless another (or none: "") is given.</summary>
    internal async Task<ApiAnswer> SendAsync(
        HttpMethod method,
        string path,
        string? json = null,
        string? key = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        if (key != "")
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + (key ?? Weir.AdminKey));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Weir.SendAsync(request);
        return new ApiAnswer(
            (int)answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType,
            await answer.Content.ReadAsStringAsync(),
            answer
                .Headers.Concat(answer.Content.Headers)
                .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase)
        );
    }

    internal Task<ApiAnswer> GetAsync(string path, string? key = null, params (string, string)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, key, headers);
}

/// <summary>An answer, read whole.</summary>
internal sealed record ApiAnswer(int Status, string? Type, string Text, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Text);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Asserts that it is a problem of a status, and returns its detail.</summary>
    public string Problem(int status)
    {
        Assert.True(Status == status && Type == "application/problem+json", $"{Status} {Type} {Text}");
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.NotEmpty(Json.GetProperty("title").GetString()!);
        return Json.TryGetProperty("detail", out var detail) ? detail.GetString()! : "";
    }
}

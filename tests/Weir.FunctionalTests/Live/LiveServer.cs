using System.Net;
using System.Text.Json;
using Weir.FunctionalTests.Api;
using Weir.Testing;

namespace Weir.FunctionalTests.Live;

/// <summary>One Weir with its simulator and two workspaces, for a class of tests.</summary>
public sealed class LiveServer : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    /// <summary>The server.</summary>
    internal WeirProcess Weir { get; private set; } = null!;

    /// <summary>The key of the second workspace.</summary>
    internal string OtherKey { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await using (var first = await WeirProcess.StartAsync(folder.At("data")))
        {
            Assert.Equal(0, await first.StopAsync());
        }

        OtherKey = await OtherWorkspace.MakeAsync(folder.At("data"));
        Weir = await WeirProcess.StartAsync(folder.At("data"));
    }

    public async ValueTask DisposeAsync()
    {
        if (Weir is not null)
        {
            await Weir.DisposeAsync();
        }

        folder.Dispose();
    }

    /// <summary>Makes a request to a model and returns its id.</summary>
    internal async Task<string> AskAsync(string? key = null)
    {
        using var answer = await Weir.PostAsync(
            "/v1/messages",
            """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""",
            key
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Headers.GetValues("x-weir-request-id").Single();
    }

    /// <summary>Makes a key with one scope and returns its text.</summary>
    internal async Task<string> CreateKeyAsync(string name, string scope)
    {
        using var made = await Weir.PostAsync("/api/v1/keys", $$"""{"name":"{{name}}","scopes":["{{scope}}"]}""");
        using var body = JsonDocument.Parse(await made.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("key").GetString()!;
    }

    /// <summary>Asks for <c>/live</c> and returns when the head has come.</summary>
    internal async Task<HttpResponseMessage> GetAsync(
        string path = "/live",
        string? key = null,
        string? accept = "text/event-stream",
        params (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (key != "")
        {
            request.Headers.TryAddWithoutValidation("x-weir-key", key ?? Weir.AdminKey);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Weir.SendAsync(request);
    }
}

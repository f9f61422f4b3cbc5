using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.FunctionalTests.RealPrograms;
using Weir.Testing;

namespace Weir.FunctionalTests.Relay;

/// <summary>One Weir for a class of tests, in front of an upstream that does what each test tells it.</summary>
public sealed class RelayServer : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpMessageInvoker http = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
        }
    );

    /// <summary>The provider's side.</summary>
    internal FakeUpstream Upstream { get; } = new();

    /// <summary>The server.</summary>
    internal WeirProcess Weir { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Weir = await WeirProcess.StartAsync(
            folder.At("data"),
            $"""
            version: 1
            providers:
              - name: anthropic
                kind: anthropic
                baseUrl: {Upstream.BaseUrl.ToString().TrimEnd('/')}
                apiKey: upstream-key
              - name: openai
                kind: openai
                baseUrl: {Upstream.BaseUrl}v1
                apiKey: upstream-key
              - name: gemini
                kind: gemini
                baseUrl: {Upstream.BaseUrl.ToString().TrimEnd('/')}
                apiKey: upstream-key
            """
        );

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (Weir is not null)
        {
            await Weir.DisposeAsync();
        }

        await Upstream.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>Sends a body, with the admin's key when no other is given; the answer is returned when its head is there.</summary>
    internal Task<HttpResponseMessage> PostAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Weir.BaseUrl, path))
        {
            Content = new ByteArrayContent(body),
        };
        if (!headers.Any(h => h.Name == "x-weir-key"))
        {
            request.Headers.TryAddWithoutValidation("x-weir-key", Weir.AdminKey);
        }

        foreach (var (name, value) in headers.Append(("content-type", "application/json")))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return http.SendAsync(request, CancellationToken.None);
    }

    /// <summary>Sends text with the admin's key.</summary>
    internal Task<HttpResponseMessage> PostAsync(string path, string body, params (string, string)[] headers) =>
        PostAsync(path, Encoding.UTF8.GetBytes(body), headers);

    /// <summary>A connection for tests that speak HTTP by hand.</summary>
    internal async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Weir.BaseUrl.Port);
        return client;
    }

    /// <summary>The record of an answer, once it is in the ledger.</summary>
    internal async Task<LedgerRecord> RecordAsync(HttpResponseMessage answer)
    {
        var id = answer.Headers.GetValues("x-weir-request-id").Single();
        LedgerRecord? record = null;
        await Weir.UntilAsync(
            async () =>
            {
                var page = await Weir.GetAsync("/api/v1/usage/requests?from=2020-01-01T00:00:00Z&limit=200");
                record = page.Items("items").Select(LedgerRecord.Read).FirstOrDefault(r => r.Id == id);
                return record is not null;
            },
            $"write {id}"
        );
        return record!;
    }

    /// <summary>Weir still does its work.</summary>
    internal async Task AssertUnharmedAsync()
    {
        Upstream.On("/v1/messages", AnthropicAnswers.Message(Exchanges.Completion));
        using var answer = await PostAsync("/v1/messages", Exchanges.AnthropicRequest);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>An error in the words of the dialect of this path: its type or code, and a message.</summary>
    internal static (string Type, string Message) ReadError(string path, string body)
    {
        using var document = JsonDocument.Parse(body);
        var error = document.RootElement.GetProperty("error");
        var message = error.Text("message")!;
        Assert.NotEmpty(message);
        if (path.StartsWith("/v1/messages", StringComparison.Ordinal))
        {
            Assert.Equal("error", document.RootElement.Text("type"));
            return (error.Text("type")!, message);
        }

        if (path.StartsWith("/v1beta/", StringComparison.Ordinal))
        {
            Assert.True(error.Number("code") >= 400);
            return (error.Text("status")!, message);
        }

        return (error.Text("type")!, message);
    }
}

using System.Net;
using System.Net.Http.Headers;
using Weir.Testing;

namespace Weir.FunctionalTests.Api;

/// <summary>What was captured cannot be opened: everybody is told so, and where it lies only whose server it is.</summary>
public sealed class UnreadableCaptureTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private string otherKey = "";
    private WeirProcess weir = null!;

    public async ValueTask InitializeAsync()
    {
        await using (var first = await WeirProcess.StartAsync(folder.At("data")))
        {
            Assert.Equal(0, await first.StopAsync());
        }

        otherKey = await OtherWorkspace.MakeAsync(folder.At("data"), "admin", "ingest");
        await File.WriteAllTextAsync(folder.At("data", "capture.db"), new string('x', 5000));
        weir = await WeirProcess.StartAsync(folder.At("data"));
    }

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("/api/v1/sessions")]
    [InlineData("/api/v1/handoffs")]
    [InlineData("/api/v1/sessions/activity")]
    [InlineData("/api/v1/sessions/s1")]
    [InlineData("/api/v1/sessions/s1/content")]
    [InlineData("/api/v1/capture/batches")]
    public async Task Why_is_told_to_the_servers_own_workspace_alone(string path)
    {
        var (ownStatus, own) = await AskAsync(path, weir.AdminKey);
        var (otherStatus, other) = await AskAsync(path, otherKey);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ownStatus);
        Assert.Contains("capture.db", own, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, otherStatus);
        Assert.DoesNotContain(folder.Path, other, StringComparison.Ordinal);
        Assert.DoesNotContain("capture.db", other, StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (path.EndsWith("batches", StringComparison.Ordinal))
        {
            request.Method = HttpMethod.Post;
            request.Content = new StringContent("""{"kind":"batch","version":1,"id":"b1"}""" + "\n");
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        }

        request.Headers.TryAddWithoutValidation("x-weir-key", key);
        using var answer = await weir.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

using System.Net;
using Weir.Testing;

namespace Weir.FunctionalTests.Relay;

/// <summary>What an operator reads when an upstream fails.</summary>
public sealed class LogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_stream_that_breaks_is_one_line_and_no_bug()
    {
        await using var weir = await WeirProcess.StartAsync(folder.At("data"));
        using var answer = await weir.PostAsync(
            "/v1/messages",
            """{"model":"sim-small","max_tokens":20,"stream":true,"messages":[{"role":"user","content":"hello"}]}""",
            headers: [("x-weir-sim", "cutoff=2")]
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
        Assert.Equal(0, await weir.StopAsync());

        var line = Assert.Single(
            weir.Log.Split('\n'),
            line => line.Contains("warn ", StringComparison.Ordinal) || line.Contains("error", StringComparison.Ordinal)
        );
        Assert.Matches(
            "provider simulator failed: upstream reset, HTTP 200, The connection to provider simulator broke in the middle of "
                + "its answer, its id req_sim_[0-9a-f]+; no target is left$",
            line.TrimEnd()
        );
        Assert.DoesNotContain("Exception", weir.Log, StringComparison.Ordinal);
    }
}

using System.Net.Sockets;
using System.Text;
using Weir.Testing;

namespace Weir.FunctionalTests.Configuration;

/// <summary>A server as a manager of services sees it.</summary>
public sealed class ServiceTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_manager_is_told_of_the_start_and_of_the_end(bool isAbstract)
    {
        // A name outside the file system is Linux's alone.
        var name = folder.At("notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name : name));
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            environment: new Dictionary<string, string> { ["NOTIFY_SOCKET"] = isAbstract ? '@' + name : name }
        );

        Assert.Equal(
            $"READY=1\nSTATUS=listening on {weir.BaseUrl.ToString().TrimEnd('/')}",
            await ReceiveAsync(manager)
        );
        Assert.Equal(0, await weir.StopAsync());
        Assert.StartsWith("STOPPING=1\n", await ReceiveAsync(manager), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manager_that_is_gone_is_no_reason_to_end()
    {
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            environment: new Dictionary<string, string> { ["NOTIFY_SOCKET"] = folder.At("nobody") }
        );

        Assert.Equal(0, await weir.StopAsync());
        Assert.Contains("cannot be told", weir.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_tells_whether_the_server_takes_work()
    {
        await using var weir = await WeirProcess.StartAsync(folder.At("data"));

        var healthy = await weir.CommandAsync("health");
        var told = await weir.CommandAsync("health", "--json");
        Assert.Equal(0, await weir.StopAsync());
        var stopped = await weir.CommandAsync("health");
        var unreachable = await weir.CommandAsync("health", "--server", weir.BaseUrl.ToString());

        Assert.Equal((0, "ready\n"), (healthy.ExitCode, healthy.Output));
        Assert.Equal("ready", told.Json().GetProperty("status").GetString());
        Assert.Equal(1, stopped.ExitCode);
        Assert.Contains("no server runs on", stopped.Errors, StringComparison.Ordinal);
        Assert.Equal(1, unreachable.ExitCode);
        Assert.Contains("cannot be reached", unreachable.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await weir.CommandAsync("health", "--server", "weir.example.com")).ExitCode);
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(Patience);
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
    }
}

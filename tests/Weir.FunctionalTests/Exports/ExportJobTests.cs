using System.Net;
using System.Net.Sockets;
using Weir.Ledger;
using Weir.Testing;

namespace Weir.FunctionalTests.Exports;

/// <summary>Exports as files, over real sockets: begun, waited for, taken in pieces, cancelled, kept over a restart.</summary>
public sealed class ExportJobTests(ExportHouse house) : IClassFixture<ExportHouse>
{
    [Theory]
    [InlineData("csv", "text/csv")]
    [InlineData("ndjson", "application/x-ndjson")]
    [InlineData("json", "application/json")]
    [InlineData("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [InlineData("focus", "text/csv")]
    [InlineData("parquet", "application/vnd.apache.parquet")]
    public async Task A_file_is_what_the_stream_of_the_same_question_is(string format, string type)
    {
        var export = await house.MakeAsync(format);

        using var file = await house.SendAsync(HttpMethod.Get, export.GetProperty("file").GetString()!);
        using var stream = await house.SendAsync(
            HttpMethod.Get,
            $"/api/v1/usage/export?format={format}&from=2025-01-01&to=2027-01-01"
        );

        Assert.Equal(type, file.Content.Headers.ContentType!.MediaType);
        Assert.Equal(type, stream.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("weir-", file.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);
        Assert.Equal("no-store", file.Headers.CacheControl!.ToString());
        var (made, streamed) = (await file.Content.ReadAsByteArrayAsync(), await stream.Content.ReadAsByteArrayAsync());
        if (format != "xlsx")
        {
            // A zip holds the time at which it was made.
            Assert.Equal(streamed, made);
        }

        var rows = await house.House.Host.Modules.ExportMaker.CountAsync(house.Everything, CancellationToken.None);
        Assert.True(rows > 1000);
        Assert.Equal(rows, export.GetProperty("rows").GetInt64());
        Assert.Equal(rows, export.GetProperty("rowsInAll").GetInt64());
        Assert.Equal(made.Length, export.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task A_file_comes_in_ranges()
    {
        var export = await house.MakeAsync("csv");
        var path = export.GetProperty("file").GetString()!;
        using var whole = await house.SendAsync(HttpMethod.Get, path);
        var bytes = await whole.Content.ReadAsByteArrayAsync();
        var tag = whole.Headers.ETag!.ToString();

        using var middle = await house.SendAsync(HttpMethod.Get, path, ("Range", "bytes=100-299"), ("If-Range", tag));
        using var other = await house.SendAsync(HttpMethod.Get, path, ("Range", "bytes=100-"), ("If-Range", "\"no\""));
        using var beyond = await house.SendAsync(HttpMethod.Get, path, ("Range", $"bytes={bytes.Length}-"));
        using var same = await house.SendAsync(HttpMethod.Get, path, ("If-None-Match", tag));

        Assert.Equal(HttpStatusCode.PartialContent, middle.StatusCode);
        Assert.Equal(bytes[100..300], await middle.Content.ReadAsByteArrayAsync());
        Assert.Equal($"bytes 100-299/{bytes.Length}", middle.Content.Headers.ContentRange!.ToString());
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(bytes, await other.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Fact]
    public async Task The_command_goes_on_where_a_connection_broke_and_the_file_is_the_same()
    {
        using var folder = new TemporaryFolder();
        await using var proxy = new BreakingProxy(house.House.Address, breakAfter: 1_500_000);
        var output = folder.At("requests.ndjson");
        string[] Line(Uri server, string file) =>
            [
                "export",
                "--format",
                "ndjson",
                "--since",
                "2025-01-01",
                "--until",
                "2027-01-01",
                "-o",
                file,
                "--server",
                server.ToString(),
                "--key",
                house.Key,
            ];

        var broken = await ProgramRun.RunAsync(WeirProcess.Executable, Line(proxy.Address, output));
        var unbroken = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            Line(house.House.Address, folder.At("whole.ndjson"))
        );

        Assert.True(broken.ExitCode == 0, broken.ToString());
        Assert.True(unbroken.ExitCode == 0, unbroken.ToString());
        Assert.True(proxy.Broken >= 1, "no connection was broken");
        Assert.Equal(await File.ReadAllBytesAsync(folder.At("whole.ndjson")), await File.ReadAllBytesAsync(output));
        Assert.Equal(
            ["requests.ndjson", "whole.ndjson"],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order()
        );
    }

    [Fact]
    public async Task An_export_that_is_removed_leaves_nothing()
    {
        var made = (await house.MakeAsync("csv")).GetProperty("id").GetString()!;
        var (_, text) = await house.House.SendAsync(
            "POST",
            "/api/v1/exports",
            house.Key,
            $$"""{"format":"xlsx",{{ExportHouse.Range}}}"""
        );
        var making = ExportHouse.Parse(text).GetProperty("id").GetString()!;

        foreach (var id in new[] { made, making })
        {
            using var removed = await house.SendAsync(HttpMethod.Delete, $"/api/v1/exports/{id}");
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
            using var gone = await house.SendAsync(HttpMethod.Get, $"/api/v1/exports/{id}/file");
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
            Assert.DoesNotContain(
                Directory.EnumerateFileSystemEntries(house.Folder),
                path => path.Contains(id, StringComparison.Ordinal)
            );
        }
    }

    [Fact]
    public async Task Files_are_their_owners_alone()
    {
        var id = (await house.MakeAsync("csv")).GetProperty("id").GetString()!;

        foreach (var path in Directory.GetFiles(house.Folder, $"{id}*"))
        {
            Assert.True(
                OperatingSystem.IsWindows()
                    || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite)
            );
        }

        Assert.Equal(2, Directory.GetFiles(house.Folder, $"{id}*").Length);
    }

    [Theory]
    [InlineData("""{"format":"exe"}""", "csv, ndjson, json, xlsx, focus, parquet or pdf")]
    [InlineData("""{"format":"csv","groupBy":["model"]}""", "only a pdf shows sums")]
    [InlineData("""{"filters":{"modle":["x"]}}""", "did you mean \\\"model\\\"?")]
    [InlineData("""{"filters":{"from":["x"]}}""", "is no filter")]
    [InlineData("""{"from":"soon"}""", "must be RFC 3339")]
    public async Task What_is_not_understood_is_a_problem_that_says_what(string body, string words)
    {
        var (status, text) = await house.House.SendAsync("POST", "/api/v1/exports", house.Key, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_hold_in_files_too()
    {
        var export = await house.MakeAsync("ndjson", ",\"filters\":{\"provider\":[\"openai\"]}");
        using var folder = new TemporaryFolder();
        var lines = await File.ReadAllLinesAsync(await house.TakeAsync(export, folder, "some.ndjson"));

        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal("openai", ExportHouse.Parse(line).GetProperty("provider").GetString()));
        var query = house.Everything with
        {
            Filters = [new UsageFilter(new UsageDimension(UsageDimensionKind.Provider), ["openai"])],
        };
        Assert.Equal(
            lines.Length,
            await house.House.Host.Modules.ExportMaker.CountAsync(query, CancellationToken.None)
        );
    }
}

/// <summary>Carries bytes to a server and back, and breaks each connection that has carried so many back, twice at most.</summary>
internal sealed class BreakingProxy : IAsyncDisposable
{
    private const int MostBreaks = 2;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Uri server;
    private readonly int breakAfter;
    private readonly Task accepting;
    private int broken;

    public BreakingProxy(Uri server, int breakAfter)
    {
        (this.server, this.breakAfter) = (server, breakAfter);
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public int Broken => broken;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            var client = await listener.AcceptTcpClientAsync(stopping.Token);
            _ = CarryAsync(client);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        await far.ConnectAsync(server.Host, server.Port, stopping.Token);
        var up = near.GetStream().CopyToAsync(far.GetStream(), stopping.Token);
        var (buffer, carried) = (new byte[8192], 0);
        try
        {
            int read;
            while ((read = await far.GetStream().ReadAsync(buffer, stopping.Token)) > 0)
            {
                await near.GetStream().WriteAsync(buffer.AsMemory(0, read), stopping.Token);
                carried += read;
                if (carried > breakAfter && broken < MostBreaks)
                {
                    Interlocked.Increment(ref broken);
                    near.Client.Close(0);
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone.
        }
        finally
        {
            far.Close();
            await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

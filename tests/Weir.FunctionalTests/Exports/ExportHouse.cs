using System.Net;
using System.Text.Json;
using Weir.Demo;
using Weir.Foundation;
using Weir.FunctionalTests.Access;
using Weir.Ledger;
using Weir.Testing;

namespace Weir.FunctionalTests.Exports;

/// <summary>
/// A server in this process with some days of a team's use in its ledger, and DuckDB's library where npm would put it in the data
/// folder.
/// </summary>
public sealed class ExportHouse : IAsyncLifetime
{
    /// <summary>The whole of the year that the days are of.</summary>
    internal const string Range = "\"from\":\"2025-01-01\",\"to\":\"2027-01-01\"";

    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler { UseProxy = false });

    internal AccessHouse House { get; } = new();

    internal string Key { get; private set; } = "";

    internal string Folder => Path.Combine(House.Data, "exports");

    internal UsageQuery Everything { get; } =
        new()
        {
            Workspace = WorkspaceId.Default,
            From = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero),
            To = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero),
        };

    public async ValueTask InitializeAsync()
    {
        Key = await House.PersonAsync(WorkspaceId.Default, "admin", "admin");
        var library = Path.Combine("@duckdb", "node-bindings-linux-x64");
        var modules = Path.Combine(House.Data, "node_modules", "@duckdb");
        Directory.CreateDirectory(modules);
        Directory.CreateSymbolicLink(
            Path.Combine(modules, "node-bindings-linux-x64"),
            Path.Combine(global::Weir.Testing.RealPrograms.Folder, "node_modules", library)
        );
        await House.StartAsync();
        var year = new DemoYear(
            WorkspaceId.Default,
            new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero),
            House.Host.Modules.Prices.Current
        );
        for (var day = 350; day < 354; day++)
        {
            await House.Host.Modules.Ledger.ImportAsync(year.Day(day), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await House.DisposeAsync();
    }

    /// <summary>Asks for a file and waits until it has come to its end.</summary>
    internal async Task<JsonElement> MakeAsync(string format, string more = "")
    {
        var (status, text) = await House.SendAsync(
            "POST",
            "/api/v1/exports",
            Key,
            $$"""{"format":"{{format}}",{{Range}}{{more}}}"""
        );
        Assert.True(status == HttpStatusCode.Accepted, text);
        return await EndedAsync(ExportHouse.Parse(text).GetProperty("id").GetString()!);
    }

    internal async Task<JsonElement> EndedAsync(string id)
    {
        for (var i = 0; i < 3000; i++)
        {
            var (status, text) = await House.SendAsync("GET", $"/api/v1/exports/{id}", Key);
            Assert.True(status == HttpStatusCode.OK, text);
            var export = ExportHouse.Parse(text);
            if (export.GetProperty("state").GetString() is "done" or "failed")
            {
                return export;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"the export {id} does not end");
    }

    internal static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>An answer with its head; the caller disposes of it.</summary>
    internal Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        params (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(method, new Uri(House.Address, path));
        request.Headers.Add("x-weir-key", Key);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return http.SendAsync(request, CancellationToken.None);
    }

    /// <summary>A made file, at a path.</summary>
    internal async Task<string> TakeAsync(JsonElement export, TemporaryFolder folder, string name)
    {
        Assert.True(export.GetProperty("state").GetString() == "done", export.ToString());
        using var answer = await SendAsync(HttpMethod.Get, export.GetProperty("file").GetString()!);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var path = folder.At(name);
        await File.WriteAllBytesAsync(path, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(export.GetProperty("bytes").GetInt64(), new FileInfo(path).Length);
        return path;
    }
}

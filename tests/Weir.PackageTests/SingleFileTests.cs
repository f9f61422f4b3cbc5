using System.Runtime.Versioning;
using Weir.Testing;

namespace Weir.PackageTests;

/// <summary>The single file, alone.</summary>
[SupportedOSPlatform("linux")]
public sealed class SingleFileTests(MadePackage package) : IDisposable
{
    private const string Nobody = "65534";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", "")]
    [InlineData("bundled", "3.35.5")]
    public async Task It_runs_for_a_user_without_a_home_in_a_folder_that_cannot_be_written(
        string sqlite,
        string version
    )
    {
        var alone = await AloneAsync();
        await using (var weir = await StartAsync(alone, sqlite))
        {
            using var answer = await weir.PostAsync("/v1/messages", Requests.Small);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            await weir.SettleAsync();
            using var look = new HttpRequestMessage(HttpMethod.Get, "/");
            using var page = await weir.SendAsync(look);
            Assert.Contains("/_app/immutable/", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Contains(
                version,
                (await weir.GetAsync("/api/v1/system/status")).GetProperty("sqliteVersion").GetString()!,
                StringComparison.Ordinal
            );
            Assert.Equal(0, await weir.StopAsync());
        }

        string[] usage = [.. Launcher(alone, sqlite), Path.Combine(alone, "weir"), "usage", "--data", Data, "--json"];
        var told = await ProgramRun.RunAsync(usage[0], usage[1..]);

        Assert.Equal(1, told.Json().GetProperty("total").GetProperty("requests").GetInt64());
        Assert.Equal(["weir"], Directory.GetFileSystemEntries(alone).Select(Path.GetFileName));
        Assert.Equal(["data"], Directory.GetFileSystemEntries(Path.GetDirectoryName(Data)!).Select(Path.GetFileName));
    }

    [Fact]
    public async Task It_tells_its_version()
    {
        Assert.Equal(MadePackage.Version, (await MadePackage.ToolAsync(package.Executable, "--version")).Trim());
    }

    private string Data => folder.At("own", "data");

    /// <summary>A folder that holds the file and nothing else, and that nobody may write.</summary>
    private async Task<string> AloneAsync()
    {
        var alone = folder.Make("alone");
        File.Copy(package.Executable, Path.Combine(alone, "weir"));
        var own = folder.Make("own");
        if (Environment.IsPrivilegedProcess)
        {
            await MadePackage.ToolAsync("chown", Nobody, own);
        }

        File.SetUnixFileMode(alone, ReadAndEnter);
        File.SetUnixFileMode(folder.Path, ReadAndEnter | UnixFileMode.UserWrite);
        return alone;
    }

    private Task<WeirProcess> StartAsync(string alone, string sqlite) =>
        WeirProcess.StartAsync(Data, launcher: Launcher(alone, sqlite), executable: Path.Combine(alone, "weir"));

    // Root may write everywhere: it becomes somebody else.
    private static string[] Launcher(string alone, string sqlite) =>
        [
            .. Environment.IsPrivilegedProcess
                ? new[] { "setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups" }
                : [],
            "env",
            "-u",
            "HOME",
            $"--chdir={alone}",
            $"WEIR_SQLITE={sqlite}",
        ];

    private const UnixFileMode ReadAndEnter =
        UnixFileMode.UserRead
        | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherExecute;
}

using System.Text.Json;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Weir opens no connection that the configuration or a caller did not ask for.</summary>
public sealed class NothingSentHomeTests
{
    [Fact]
    public async Task With_every_outside_connection_denied_it_tries_none()
    {
        using var folder = new TemporaryFolder();
        var script = Path.Combine(Programs.Folder, "nothing-sent-home.mjs");
        var users = Environment.IsPrivilegedProcess ? "-n" : "-rn";
        var environment = new Dictionary<string, string> { ["HOME"] = folder.Path };
        var allowed = (await ProgramRun.RunAsync("unshare", [users, "true"])).ExitCode == 0;
        var result = allowed
            ? await ProgramRun.RunAsync(
                "unshare",
                [
                    users,
                    "sh",
                    "-c",
                    "ip link set lo up && exec node \"$@\"",
                    "sh",
                    script,
                    WeirProcess.Executable,
                    folder.At("data"),
                ],
                environment
            )
            : await Programs.NodeAsync(
                script,
                [WeirProcess.Executable, folder.At("data")],
                new Dictionary<string, string>(environment) { ["NO_NAMESPACE"] = "1" }
            );
        Assert.True(result.ExitCode == 0, result.ToString());

        var said = result.Json();
        Assert.All(said.GetProperty("statuses").EnumerateObject(), s => Assert.Equal(200, s.Value.GetInt32()));
        Assert.Equal(0, said.Number("quiet"));
        if (said.GetProperty("control").ValueKind == JsonValueKind.Number)
        {
            Assert.True(said.Number("control") > 0, "The counters do not count.");
        }
    }
}

using Weir.Testing;

namespace Weir.PackageTests;

/// <summary>The systemd unit, judged by systemd's own tools.</summary>
public sealed class UnitTests(MadePackage package)
{
    [Fact]
    public async Task Systemd_understands_it()
    {
        using var folder = new TemporaryFolder();
        var unit = folder.At("weir.service");
        var text = await File.ReadAllTextAsync(package.Unit);
        await File.WriteAllTextAsync(unit, text.Replace("/usr/bin/weir", package.Executable, StringComparison.Ordinal));

        var run = await ProgramRun.RunAsync("systemd-analyze", ["verify", "--man=no", unit]);

        Assert.True(run is { ExitCode: 0, Errors: "" }, run.ToString());
    }

    [Fact]
    public async Task It_exposes_little()
    {
        // The threshold is in tenths: 2.0 at the most, where 10 is a service without any wall.
        var run = await ProgramRun.RunAsync(
            "systemd-analyze",
            ["security", "--offline=true", "--threshold=20", "--no-pager", package.Unit]
        );

        Assert.True(run.ExitCode == 0, run.ToString());
    }

    /// <summary>
    /// The runtime does not start when a call that it cannot do without is refused. Every call outside the unit's filter is
    /// refused here as systemd would.
    /// </summary>
    [Fact]
    public async Task The_program_runs_within_its_filter_of_system_calls()
    {
        using var folder = new TemporaryFolder();
        var allowed = string.Join(',', (await AllowedAsync()).Select(name => "?" + name));

        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            launcher: ["strace", "-D", "-f", "-qq", "-o", folder.At("calls"), "-e", $"inject=!{allowed}:error=EPERM"],
            executable: package.Executable
        );
        using var answer = await weir.PostAsync("/v1/messages", Requests.Small);

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        await weir.SettleAsync();
    }

    /// <summary>The unit's <c>SystemCallFilter</c> lines: each adds, or with <c>~</c> takes away.</summary>
    private async Task<IReadOnlySet<string>> AllowedAsync()
    {
        var groups = await GroupsAsync();
        // Without these a process cannot even be started, and systemd always lets them through.
        var allowed = Expand("@default", groups).ToHashSet();
        foreach (var line in await File.ReadAllLinesAsync(package.Unit))
        {
            if (!line.StartsWith("SystemCallFilter=", StringComparison.Ordinal))
            {
                continue;
            }

            var value = line["SystemCallFilter=".Length..];
            var names = value.TrimStart('~').Split(' ').SelectMany(name => Expand(name, groups));
            if (value.StartsWith('~'))
            {
                allowed.ExceptWith(names);
            }
            else
            {
                allowed.UnionWith(names);
            }
        }

        Assert.InRange(allowed.Count, 100, 400);
        return allowed;
    }

    private static IEnumerable<string> Expand(string name, Dictionary<string, List<string>> groups) =>
        name.StartsWith('@') ? groups[name].SelectMany(member => Expand(member, groups)) : [name];

    private static async Task<Dictionary<string, List<string>>> GroupsAsync()
    {
        var groups = new Dictionary<string, List<string>>();
        foreach (
            var line in (await MadePackage.ToolAsync("systemd-analyze", "syscall-filter", "--no-pager")).Split('\n')
        )
        {
            var name = line.Trim();
            if (line.StartsWith('@'))
            {
                groups[name] = [];
            }
            else if (line.StartsWith(' ') && !name.StartsWith('#'))
            {
                groups.Values.Last().Add(name);
            }
        }

        return groups;
    }
}

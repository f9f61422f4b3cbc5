using Weir.Testing;

[assembly: AssemblyFixture(typeof(Weir.PackageTests.MadePackage))]

namespace Weir.PackageTests;

/// <summary>What <c>package.sh</c> makes, once for all tests.</summary>
public sealed class MadePackage : IAsyncLifetime
{
    /// <summary>A version that two formats write in two ways.</summary>
    public const string Version = "9.8.7-rc.1";

    private readonly TemporaryFolder folder = new();

    /// <summary>The folder of what was made.</summary>
    public string Folder => folder.At("made");

    /// <summary>The single file.</summary>
    public string Executable => Path.Combine(Folder, "weir");

    /// <summary>The Debian package.</summary>
    public string DebianPackage => Path.Combine(Folder, "weir_9.8.7~rc.1_amd64.deb");

    /// <summary>What it is made of.</summary>
    public string Bill => Path.Combine(Folder, $"weir-{Version}.cdx.json");

    /// <summary>The Debian package, unpacked.</summary>
    public string Unpacked => folder.At("unpacked");

    /// <summary>The unit of the Debian package.</summary>
    public string Unit => Path.Combine(Unpacked, "lib", "systemd", "system", "weir.service");

    public async ValueTask InitializeAsync()
    {
        var made = await ProgramRun.RunAsync(
            Path.Combine(RealPrograms.Repository, "package.sh"),
            ["--version", Version, "--output", Folder],
            ProgramRun.Inherited("HOME", "NUGET_PACKAGES", "npm_config_cache"),
            longest: TimeSpan.FromMinutes(15)
        );
        Assert.True(made.ExitCode == 0, made.ToString());
        await ToolAsync("dpkg-deb", "-x", DebianPackage, Unpacked);
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs a tool and returns what it says; it must end well.</summary>
    internal static async Task<string> ToolAsync(string tool, params string[] arguments)
    {
        var run = await ProgramRun.RunAsync(tool, arguments);
        Assert.True(run.ExitCode == 0, run.ToString());
        return run.Output;
    }
}

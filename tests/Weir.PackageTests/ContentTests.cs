using System.Globalization;
using Weir.Testing;

namespace Weir.PackageTests;

/// <summary>What is in the packages, and with which rights.</summary>
public sealed class ContentTests(MadePackage package)
{
    [Fact]
    public async Task The_debian_package_puts_each_file_in_its_place()
    {
        var listing = await MadePackage.ToolAsync("dpkg-deb", "-c", package.DebianPackage);

        var files = listing
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => !parts[0].StartsWith('d'))
            .ToDictionary(parts => parts[5], parts => $"{parts[0]} {parts[1]}");
        Assert.Equal("-rwxr-xr-x root/root", files["./usr/bin/weir"]);
        Assert.Equal("-rw-r--r-- root/root", files["./lib/systemd/system/weir.service"]);
        Assert.Equal("-rw-r--r-- root/root", files["./etc/weir/weir.yaml"]);
        Assert.Equal(["./usr/bin/weir"], files.Where(file => file.Value[3] == 'x').Select(file => file.Key));
        Assert.All(files.Values, rights => Assert.EndsWith(" root/root", rights, StringComparison.Ordinal));
        Assert.All(
            new[] { "copyright", "changelog.gz", "NOTICE", "README.md", "weir.cdx.json", "docs/operations/install.md" },
            name => Assert.Contains("./usr/share/doc/weir/" + name, files.Keys)
        );
        Assert.Contains("./usr/share/man/man1/weir.1.gz", files.Keys);
        Assert.Contains("./usr/share/bash-completion/completions/weir", files.Keys);
    }

    [Fact]
    public async Task The_debian_package_says_what_it_is()
    {
        var control = await MadePackage.ToolAsync("dpkg-deb", "-f", package.DebianPackage);
        var fields = control
            .Split('\n')
            .Where(line => line.Length > 0 && line[0] != ' ')
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.Equal("weir", fields["Package"]);
        Assert.Equal("9.8.7~rc.1", fields["Version"]);
        Assert.Equal("amd64", fields["Architecture"]);
        Assert.InRange(int.Parse(fields["Installed-Size"], CultureInfo.InvariantCulture), 50_000, 300_000);
        Assert.Equal(
            "/etc/weir/weir.yaml\n",
            await MadePackage.ToolAsync("dpkg-deb", "-I", package.DebianPackage, "conffiles")
        );
    }

    [Theory]
    [InlineData("postinst")]
    [InlineData("prerm")]
    [InlineData("postrm")]
    public async Task Its_scripts_are_a_shells(string script)
    {
        using var folder = new TemporaryFolder();
        var file = folder.At(script);
        await File.WriteAllTextAsync(
            file,
            await MadePackage.ToolAsync("dpkg-deb", "-I", package.DebianPackage, script)
        );

        Assert.StartsWith("#!/bin/sh\nset -e\n", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        await MadePackage.ToolAsync("sh", "-n", file);
    }

    [Fact]
    public async Task The_archive_holds_one_folder()
    {
        var name = $"weir-{MadePackage.Version}-linux-x64";
        var listing = await MadePackage.ToolAsync("tar", "-tzf", Path.Combine(package.Folder, name + ".tar.gz"));

        var files = listing.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(files, file => Assert.StartsWith(name + "/", file, StringComparison.Ordinal));
        Assert.All(
            new[]
            {
                "weir",
                "weir.service",
                "weir.yaml",
                "LICENSE",
                "NOTICE",
                "README.md",
                "weir.cdx.json",
                "docs/operations/install.md",
            },
            file => Assert.Contains($"{name}/{file}", files)
        );
    }

    [Fact]
    public async Task The_sums_agree()
    {
        var sums = await File.ReadAllLinesAsync(Path.Combine(package.Folder, "SHA256SUMS"));

        Assert.Equal(4, sums.Length);
        Assert.All(
            sums,
            line =>
            {
                var (sum, name) = (line[..64], line[66..]);
                using var file = File.OpenRead(Path.Combine(package.Folder, name));
                Assert.Equal(sum, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)));
            }
        );
    }

    [Fact]
    public async Task No_path_of_the_machine_that_built_it_is_inside()
    {
        // Where the checkout lies would stand in every stack trace.
        var run = await ProgramRun.RunAsync(
            "grep",
            ["-c", "-a", "-F", RealPrograms.Repository + "/src", package.Executable]
        );

        Assert.Equal("0", run.Output.Trim());
    }
}

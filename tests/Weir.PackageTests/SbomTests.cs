using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Testing;

namespace Weir.PackageTests;

/// <summary>The list of what Weir is made of, against what it really is made of and against CycloneDX's own schema.</summary>
public sealed class SbomTests(MadePackage package)
{
    private static string Build => Path.Combine(RealPrograms.Repository, "artifacts", "package-build");

    [Fact]
    public async Task Nothing_that_the_executable_holds_is_missing()
    {
        var listed = await ListedAsync();
        // The host reads this list to find every assembly: it cannot forget one.
        using var deps = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Path.Combine(Build, "obj", "Weir.Cli", "release_linux-x64", "weir.deps.json"))
        );
        var held = deps
            .RootElement.GetProperty("libraries")
            .EnumerateObject()
            .Where(library => library.Value.GetProperty("type").GetString() != "project")
            .Select(library => library.Name.Replace("runtimepack.", "", StringComparison.Ordinal).Replace('/', '@'))
            .ToList();

        Assert.Contains(
            held,
            name => name.StartsWith("Microsoft.NETCore.App.Runtime.linux-x64@", StringComparison.Ordinal)
        );
        Assert.All(held, name => Assert.Contains("pkg:nuget/" + name, listed.Keys));
        Assert.All(held, name => Assert.Equal("required", listed["pkg:nuget/" + name]["scope"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Nothing_that_comes_from_npm_is_missing()
    {
        var listed = await ListedAsync();
        foreach (
            var folder in new[]
            {
                "web",
                Path.Combine("src", "Weir.Server", "Pages", "Docs"),
                Path.Combine("src", "Weir.Tokens", "Vocabulary"),
            }
        )
        {
            var path = Path.Combine(RealPrograms.Repository, folder, "package-lock.json");
            using var locked = JsonDocument.Parse(await File.ReadAllBytesAsync(path));
            var packages = locked.RootElement.GetProperty("packages").EnumerateObject().Skip(1).ToList();
            Assert.NotEmpty(packages);
            Assert.All(
                packages,
                entry =>
                {
                    var name = entry.Name[(entry.Name.LastIndexOf("node_modules/", StringComparison.Ordinal) + 13)..];
                    var version = entry.Value.GetProperty("version").GetString();
                    Assert.Contains(
                        $"pkg:npm/{name.Replace("@", "%40", StringComparison.Ordinal)}@{version}",
                        listed.Keys
                    );
                }
            );
        }

        Assert.Equal(
            "required",
            listed.Single(c => c.Key.StartsWith("pkg:npm/svelte@", StringComparison.Ordinal)).Value[
                "scope"
            ]!.GetValue<string>()
        );
        Assert.Equal(
            "excluded",
            listed.Single(c => c.Key.StartsWith("pkg:npm/vitest@", StringComparison.Ordinal)).Value[
                "scope"
            ]!.GetValue<string>()
        );
    }

    [Fact]
    public async Task Each_component_has_its_version_its_hash_and_its_licence_and_no_path_of_the_machine()
    {
        foreach (var (url, component) in await ListedAsync())
        {
            Assert.True(component["version"]!.GetValue<string>().Length > 0, url);
            Assert.Equal(128, component["hashes"]![0]!["content"]!.GetValue<string>().Length);
            Assert.True(component["licenses"]!.AsArray().Count > 0, url);
        }

        var text = await File.ReadAllTextAsync(package.Bill);
        Assert.DoesNotContain(RealPrograms.Repository, text, StringComparison.Ordinal);
        Assert.DoesNotContain(".nuget", text, StringComparison.Ordinal);
        Assert.Equal(
            text,
            await File.ReadAllTextAsync(Path.Combine(package.Unpacked, "usr", "share", "doc", "weir", "weir.cdx.json"))
        );
    }

    [Fact]
    public async Task It_is_valid_by_the_schema_of_cyclonedx_itself()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "package.json", "package-lock.json", "check.mjs" })
        {
            File.Copy(
                Path.Combine(RealPrograms.Repository, "tests", "Weir.PackageTests", "Sbom", file),
                folder.At(file)
            );
        }

        var installed = await ProgramRun.RunAsync(
            "npm",
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=peer"],
            ProgramRun.Inherited("HOME", "npm_config_cache"),
            folder.Path
        );
        Assert.True(installed.ExitCode == 0, installed.ToString());
        var spoilt = JsonNode.Parse(await File.ReadAllTextAsync(package.Bill))!;
        spoilt["components"]![0]!.AsObject().Remove("name");
        await File.WriteAllTextAsync(folder.At("spoilt.json"), spoilt.ToJsonString(), Encoding.UTF8);

        var sound = await CheckAsync(folder, package.Bill);
        var refused = await CheckAsync(folder, folder.At("spoilt.json"));

        Assert.True(sound.ExitCode == 0, sound.ToString());
        Assert.Equal(1, refused.ExitCode);
    }

    private static Task<ProgramResult> CheckAsync(TemporaryFolder folder, string bill) =>
        ProgramRun.RunAsync("node", [folder.At("check.mjs"), bill], ProgramRun.Inherited("HOME"), folder.Path);

    private async Task<Dictionary<string, JsonNode>> ListedAsync() =>
        JsonNode.Parse(await File.ReadAllTextAsync(package.Bill))!["components"]!
            .AsArray()
            .ToDictionary(
                component => component!["purl"]!.GetValue<string>(),
                component => component!,
                StringComparer.Ordinal
            );
}

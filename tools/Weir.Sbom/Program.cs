using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Sbom;

// Writes what Weir is made of, as CycloneDX 1.6.
//   Weir.Sbom VERSION WEIR.DEPS.JSON PROJECT.ASSETS.JSON OUTPUT.JSON [PACKAGE-LOCK.JSON …]
// WEIR.DEPS.JSON and PROJECT.ASSETS.JSON are the build's own; the locks those of the pages. SOURCE_DATE_EPOCH is its time.

if (args.Length < 4)
{
    await Console.Error.WriteLineAsync(
        "usage: VERSION WEIR.DEPS.JSON PROJECT.ASSETS.JSON OUTPUT.JSON [PACKAGE-LOCK.JSON …]"
    );
    return 2;
}

using var assets = JsonDocument.Parse(await File.ReadAllBytesAsync(args[2]));
var folders = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
var (components, direct) = NuGetPackages.Read(args[1], folders);
var all = components.ToDictionary(component => component.Url, StringComparer.Ordinal);
var named = direct.ToHashSet(StringComparer.Ordinal);
foreach (var lockFile in args[4..])
{
    var (packages, wanted) = NpmPackages.Read(lockFile);
    named.UnionWith(wanted);
    foreach (var package in packages)
    {
        all[package.Url] = all.TryGetValue(package.Url, out var other) && other.IsShipped ? other : package;
    }
}

DateTimeOffset? time = long.TryParse(
    Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH"),
    NumberStyles.None,
    CultureInfo.InvariantCulture,
    out var seconds
)
    ? DateTimeOffset.FromUnixTimeSeconds(seconds)
    : null;
await File.WriteAllTextAsync(args[3], Bill.Write(args[0], time, all.Values, named), new UTF8Encoding(false));
Console.WriteLine(
    string.Create(
        CultureInfo.InvariantCulture,
        $"{all.Count} components: {all.Values.Count(c => c.IsShipped)} shipped, {all.Values.Count(c => c.Licence is null)} without a licence, {all.Values.Count(c => c.Sha512 is null)} without a hash"
    )
);
return 0;

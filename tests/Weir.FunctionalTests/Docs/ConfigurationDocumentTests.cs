using System.Text.RegularExpressions;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.Docs;

/// <summary>Every key that a reader of <c>weir.yaml</c> asks for stands in the documents, and every key in the table is asked for.</summary>
public sealed partial class ConfigurationDocumentTests
{
    private static string Folder => Path.Combine(Programs.Repository, "src", "Weir.Server", "Configuration");

    [Fact]
    public void Every_key_that_is_read_is_described()
    {
        var told = KeysOf(
            "docs/operations/configuration.md",
            "docs/operations/observability.md",
            "docs/operations/resilience.md",
            "docs/operations/budgets.md",
            "docs/operations/transforms.md",
            "docs/operations/capture-sync.md"
        );
        var read = Directory
            .GetFiles(Folder, "*Reader.cs")
            .SelectMany(file => Asked().Matches(File.ReadAllText(file)).Select(match => match.Groups["key"].Value))
            .ToHashSet(StringComparer.Ordinal);

        Assert.InRange(read.Count, 40, 400);
        Assert.Equal([], read.Except(told).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_key_of_the_server_that_is_described_is_read()
    {
        var text = File.ReadAllText(Path.Combine(Programs.Repository, "docs", "operations", "configuration.md"));
        var start = text.IndexOf("## Server", StringComparison.Ordinal);
        var section = text[start..text.IndexOf("\n## ", start + 1, StringComparison.Ordinal)];
        var sources = string.Concat(Directory.GetFiles(Folder, "*Reader.cs").Select(File.ReadAllText));
        var described = FirstCells()
            .Matches(section)
            .SelectMany(row => Key().Matches(row.Value))
            .SelectMany(Parts)
            .ToList();

        Assert.InRange(described.Count, 15, 100);
        Assert.DoesNotContain(described, key => !sources.Contains($"\"{key}\"", StringComparison.Ordinal));
    }

    private static HashSet<string> KeysOf(params string[] documents) =>
        [
            .. documents.SelectMany(document =>
                Key().Matches(File.ReadAllText(Path.Combine(Programs.Repository, document))).SelectMany(Parts)
            ),
        ];

    private static string[] Parts(Match key) => key.Groups["key"].Value.Split('.');

    [GeneratedRegex(@"\.(?:Text|Texts|Flag|Whole|Word|Map|Amount|Day|Duration|List|Take|Has)\(\s*""(?<key>\w+)""")]
    private static partial Regex Asked();

    [GeneratedRegex(@"`(?<key>[a-zA-Z][a-zA-Z0-9.]*)`")]
    private static partial Regex Key();

    [GeneratedRegex(@"^\| `[^|]+\|", RegexOptions.Multiline)]
    private static partial Regex FirstCells();
}

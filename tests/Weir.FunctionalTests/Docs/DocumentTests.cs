using System.Text.RegularExpressions;
using Weir.Cli;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.Docs;

/// <summary>What the documents name is there: pages, places in them, files, tests, commands with their options.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] Folders = ["docs/operations", "docs/formats", "docs/decisions"];

    public static TheoryData<string> Documents() =>
        [
            .. Folders
                .Select(folder => Path.Combine(Programs.Repository, folder))
                .Where(Directory.Exists)
                .SelectMany(folder => Directory.GetFiles(folder, "*.md"))
                .Concat(Directory.GetFiles(Programs.Repository, "*.md"))
                .Concat(Directory.GetFiles(Path.Combine(Programs.Repository, "docs"), "*.md"))
                .Select(file => Path.GetRelativePath(Programs.Repository, file))
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Programs.Repository, document))!;
        var broken = new List<string>();
        foreach (Match link in Link().Matches(WithoutCode(Read(document))))
        {
            var target = link.Groups["target"].Value;
            if (
                target.Contains("://", StringComparison.Ordinal)
                || target.StartsWith("mailto:", StringComparison.Ordinal)
            )
            {
                continue;
            }

            var parts = target.Split('#', 2);
            var file =
                parts[0].Length == 0 ? Path.Combine(Programs.Repository, document) : Path.Combine(folder, parts[0]);
            if (!Path.Exists(file))
            {
                broken.Add(target);
            }
            else if (
                parts.Length == 2
                && file.EndsWith(".md", StringComparison.Ordinal)
                && !Anchors(file).Contains(parts[1])
            )
            {
                broken.Add(target);
            }
        }

        Assert.Empty(broken);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_command_is_one(string document)
    {
        var root = WeirCommandLine.Root();
        var text = Read(document);
        var wrong = new List<string>();
        foreach (var line in Lines(text))
        {
            if (root.Parse(line).Errors is [var error, ..])
            {
                wrong.Add($"{line}: {error.Message}");
            }
        }

        // In running text what a command needs may be left out, as in "weir keys rotate".
        foreach (var line in Named(text))
        {
            if (
                root.Parse(line)
                    .Errors.FirstOrDefault(error => !error.Message.StartsWith("Required", StringComparison.Ordinal)) is
                { } error
            )
            {
                wrong.Add($"{line}: {error.Message}");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_test_and_file_that_is_named_is_there(string document)
    {
        var text = Read(document);
        var missing = Test()
            .Matches(text)
            .Where(test => !TestSources.Has(test.Groups["class"].Value, test.Groups["method"].Value))
            .Select(test => test.Value)
            .Concat(
                SourceFile()
                    .Matches(text)
                    .Select(file => file.Groups["path"].Value)
                    .Where(path =>
                        !path.Contains('*', StringComparison.Ordinal)
                        && !path.Contains("NNNN", StringComparison.Ordinal)
                        && !Path.Exists(Path.Combine(Programs.Repository, path))
                    )
            );

        Assert.Empty(missing);
    }

    private static string Read(string document) => File.ReadAllText(Path.Combine(Programs.Repository, document));

    private static string WithoutCode(string text) => Fence().Replace(text, "");

    // As GitHub makes them of headings.
    private static HashSet<string> Anchors(string file) =>
        [
            .. Heading()
                .Matches(WithoutCode(File.ReadAllText(file)))
                .Select(heading =>
                    NoAnchor().Replace(heading.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-')
                ),
        ];

    // Lines of shell that begin with weir; without those that go on or leave something to the reader.
    private static IEnumerable<string> Lines(string text) =>
        Commands(
            Fence()
                .Matches(text)
                .Where(fence => fence.Groups["kind"].Value is "sh" or "console")
                .SelectMany(fence => fence.Groups["body"].Value.Split('\n'))
                .Select(line => ShellCommand().Match(line))
        );

    private static IEnumerable<string> Named(string text) => Commands(Inline().Matches(WithoutCode(text)));

    private static IEnumerable<string> Commands(IEnumerable<Match> matches) =>
        matches
            .Where(match => match.Success)
            .Select(match => Comment().Replace(match.Groups["command"].Value, "").Trim())
            .Where(command => command.IndexOfAny(['…', '[', '|']) < 0);

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```(?<kind>\w*)\n(?<body>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#{1,6} (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex(@"^(?:\$ )?(?:sudo -u weir )?weir (?<command>[a-z].*)$")]
    private static partial Regex ShellCommand();

    [GeneratedRegex(@"`weir (?<command>(?!(?:content|secret|master|csrf) )[a-z][^`]*)`")]
    private static partial Regex Inline();

    [GeneratedRegex(@"\s(?:#|\||<|>).*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"`(?<class>[A-Z]\w*Tests)\.(?<method>\w+)`")]
    private static partial Regex Test();

    [GeneratedRegex(@"`(?<path>(?:src/Weir\.|(?:tests|web|ops|docs)/)[^`\s{}<>]+)`")]
    private static partial Regex SourceFile();
}

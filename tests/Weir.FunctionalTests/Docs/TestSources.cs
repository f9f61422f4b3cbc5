using System.Text.RegularExpressions;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.Docs;

/// <summary>The tests that there are, of all suites, as their sources tell them.</summary>
internal static partial class TestSources
{
    private static readonly Lazy<HashSet<string>> All = new(() =>
        [
            .. Directory
                .GetFiles(Path.Combine(Programs.Repository, "tests"), "*Tests.cs", SearchOption.AllDirectories)
                .SelectMany(file =>
                    Method()
                        .Matches(File.ReadAllText(file))
                        .Select(method => $"{Path.GetFileNameWithoutExtension(file)}.{method.Groups["name"].Value}")
                ),
        ]
    );

    /// <summary>Whether a class, in a file of its own name, has a public method of that name.</summary>
    public static bool Has(string type, string method) => All.Value.Contains($"{type}.{method}");

    [GeneratedRegex(@"^    public (?:static |async )*[\w<>?.]+ (?<name>\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Method();
}

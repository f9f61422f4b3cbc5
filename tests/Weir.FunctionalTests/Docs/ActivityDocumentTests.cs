using System.Text;
using Weir.Gateway.Activities;
using Weir.Identity;
using Weir.Server.Api.Activities;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.Docs;

/// <summary>The table of activity.md is the one that store and API are made of.</summary>
public sealed class ActivityDocumentTests
{
    [Fact]
    public void Every_kind_is_in_the_table()
    {
        var expected = new StringBuilder("| kind | severity | permission | what happened |\n|---|---|---|---|\n");
        foreach (var kind in ActivityKinds.All)
        {
            expected.Append(
                $"| `{kind.Name}` | {ActivityShapesOf.Word(kind.Severity)} | `{kind.Needs.Name()}` | {kind.Meaning} |\n"
            );
        }

        var text = File.ReadAllText(Path.Combine(Programs.Repository, "docs", "operations", "activity.md"));
        Assert.True(text.Contains(expected.ToString(), StringComparison.Ordinal), $"activity.md lacks:\n{expected}");
    }
}

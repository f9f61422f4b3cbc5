using System.Text;
using Weir.Gateway.Translation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Translation;

/// <summary>The table of what has no equivalent: whole, and the one that the documents show.</summary>
public sealed class FatesTests
{
    [Fact]
    public void Every_feature_has_its_row_and_a_name_of_its_own()
    {
        Assert.Equal(Enum.GetValues<Feature>(), Fates.All.Select(f => f.Feature));
        Assert.Equal(Fates.All.Length, Fates.All.Select(f => f.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(Fates.All, f => Assert.Matches("^[a-z_]+$", f.Name));
    }

    [Fact]
    public void A_set_holds_what_was_put_into_it()
    {
        var set = default(FeatureSet)
            .With(Feature.TopK)
            .With(Feature.UnknownField)
            .With(Feature.Image)
            .Without(Feature.Image);
        Assert.Equal(["top_k", "unknown_field"], Fates.NamesOf(set));
    }

    [Fact]
    public void The_document_shows_this_table()
    {
        var expected = new StringBuilder(
            "| name | Anthropic | Chat | Responses | Gemini | Converse | |\n|---|---|---|---|---|---|---|\n"
        );
        foreach (var row in Fates.All)
        {
            Fate[] fates = [row.Anthropic, row.Chat, row.Responses, row.Gemini, row.Converse];
            expected
                .Append($"| `{row.Name}` | ")
                .AppendJoin(" | ", fates.Select(f => f.ToString().ToLowerInvariant()))
                .Append($" | {row.How} |\n");
        }

        var text = File.ReadAllText(Path.Combine(RealPrograms.Repository, "docs", "formats", "translation.md"));
        Assert.True(text.Contains(expected.ToString(), StringComparison.Ordinal), $"translation.md lacks:\n{expected}");
    }
}

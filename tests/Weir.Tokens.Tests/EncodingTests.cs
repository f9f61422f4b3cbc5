using System.Text;
using System.Text.Json;

namespace Weir.Tokens.Tests;

/// <summary>Token ids are those of the npm package that the vocabularies come from, one by one.</summary>
public sealed class EncodingTests
{
    public static TheoryData<string> Names => new("o200k_base", "cl100k_base");

    [Theory]
    [MemberData(nameof(Names))]
    public void ThePackagesOwnVectors(string name)
    {
        var encoding = Named(name);
        var seen = 0;
        foreach (
            var plan in File.ReadAllText(Path.Combine(Oracle.Package, "data", "TestPlans.txt"))
                .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Select(p => p.Split('\n'))
        )
        {
            if (plan[0] == $"EncodingName: {name}" && plan.Length == 3)
            {
                var text = plan[1]["Sample: ".Length..];
                var ids = JsonSerializer.Deserialize<int[]>(plan[2]["Encoded: ".Length..])!;
                Assert.Equal(ids, Ranks(encoding, Encoding.UTF8.GetBytes(text)));
                seen++;
            }
        }

        Assert.True(seen > 40, $"{seen} vectors");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public Task Files(string name) => AgreesAsync(name, Corpus.Files());

    [Theory]
    [MemberData(nameof(Names))]
    public Task MixedTexts(string name) => AgreesAsync(name, Corpus.Mixed(6000, seed: 1));

    [Theory]
    [MemberData(nameof(Names))]
    public Task AnyCharacters(string name) => AgreesAsync(name, Corpus.AnyCharacters(6000, seed: 2));

    [Theory]
    [MemberData(nameof(Names))]
    public Task BrokenTexts(string name) => AgreesAsync(name, Corpus.Broken(3000, seed: 3));

    [Theory]
    [MemberData(nameof(Names))]
    public Task LongPieces(string name) => AgreesAsync(name, Corpus.Long());

    [Theory]
    [MemberData(nameof(Names))]
    public Task WhereJavaScriptDiffersFromOpenAI(string name) =>
        AgreesAsync(
            name,
            new[]
            {
                "\uFEFFusing",
                "\uFEFF//",
                "\uFEFF\uFEFF {",
                "a\u0085b",
                "\u0085\u0085 x",
                " \u0085",
                "it'ſ",
                "'ſo",
                "X'ſa",
            }.Select(Encoding.UTF8.GetBytes)
        );

    [Theory]
    [MemberData(nameof(Names))]
    public void AMegabyteOfOneLetterIsOnePiece(string name)
    {
        var encoding = Named(name);
        var text = new byte[1_000_000];
        text.AsSpan().Fill((byte)'a');
        var ranks = Ranks(encoding, text);
        Assert.Equal(text.Length, ranks.Sum(r => encoding.Token(r).Length));
        // Of equal letters every union is of equal halves, up to the longest that the vocabulary has.
        var longest = ranks.Max(r => encoding.Token(r).Length);
        Assert.All(ranks.Take(ranks.Count - 20), r => Assert.Equal(longest, encoding.Token(r).Length));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void APieceAboveTheLimitIsCutAndStillAllOfTheText(string name)
    {
        var encoding = Named(name);
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("é漢z", 300_000)));
        Assert.True(text.Length > BytePairs.LongestPiece);
        var ranks = Ranks(encoding, text);
        Assert.Equal(text, ranks.SelectMany(r => encoding.Token(r).ToArray()));
    }

    [Fact]
    public void AnEmptyTextHasNoTokens()
    {
        Assert.Empty(Ranks(Named("o200k_base"), []));
        Assert.Equal(0, TokenCounter.For("gpt-4o").Count([]));
    }

    private static async Task AgreesAsync(string name, IEnumerable<byte[]> corpus)
    {
        var encoding = Named(name);
        byte[][] texts = [.. corpus];
        var expected = await Oracle.EncodeAsync(name, texts);
        Assert.Equal(texts.Length, expected.Count);
        for (var i = 0; i < texts.Length; i++)
        {
            var ranks = Ranks(encoding, texts[i]);
            if (!ranks.SequenceEqual(expected[i]))
            {
                Assert.Fail(
                    $"{JsonSerializer.Serialize(Encoding.UTF8.GetString(texts[i]))}\n"
                        + $"expected {string.Join(' ', expected[i])}\nbut was  {string.Join(' ', ranks)}"
                );
            }
        }
    }

    private static List<int> Ranks(BytePairEncoding encoding, byte[] text)
    {
        var ranks = new List<int>();
        Assert.Equal(encoding.Encode(text), encoding.Encode(text, ranks));
        Assert.Equal(encoding.Encode(text), ranks.Count);
        return ranks;
    }

    private static BytePairEncoding Named(string name) =>
        (name == "o200k_base" ? BytePairEncoding.O200k : BytePairEncoding.Cl100k)
        ?? throw new InvalidOperationException("This build carries no vocabulary: it needs Node and a way to npm.");
}

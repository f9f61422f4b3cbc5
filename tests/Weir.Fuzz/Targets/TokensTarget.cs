using System.Text;
using Weir.Fuzz.Engine;
using Weir.Tokens;

namespace Weir.Fuzz.Targets;

/// <summary>Token counts of texts: the pieces and the tokens, end to end, are the text as a decoder reads it.</summary>
internal sealed class TokensTarget : FuzzTarget
{
    public override string Name => "tokens";

    public override string Group => "request";

    public override IEnumerable<byte[]> Seeds() =>
        [
            .. Bodies.All,
            .. new[]
            {
                "Don't SHOUT, it's HTTPServer's\r\n\r\n  \t x ",
                "e\u0301 \u0301A ǅ ʰa ªB 你好，世界 שָׁלוֹם 👩‍👩‍👧 \uFEFF \u0085 ſ 123456½",
                new string('a', 300),
                new string('é', 200),
            }.Select(Encoding.UTF8.GetBytes),
        ];

    public override string Run(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(input));
        var shape = $"{Cut(text, PieceSplitter.O200k)} {Cut(text, PieceSplitter.Cl100k)} ";
        foreach (var encoding in new[] { BytePairEncoding.O200k, BytePairEncoding.Cl100k })
        {
            if (encoding is null)
            {
                continue;
            }

            var ranks = new List<int>();
            MustEqual(encoding.Encode(input, ranks), ranks.Count, "as many are counted as there are");
            var whole = new List<byte>(text.Length);
            ranks.ForEach(rank => whole.AddRange(encoding.Token(rank)));
            MustMatch(text, whole.ToArray(), "the tokens are the text");
            shape += $"{Bucket(ranks.Count)} ";
        }

        return shape;
    }

    private static int Cut(ReadOnlySpan<byte> text, Func<ReadOnlySpan<byte>, int, int> cut)
    {
        var pieces = 0;
        for (var at = 0; at < text.Length; pieces++)
        {
            var end = cut(text, at);
            Must(end > at && end <= text.Length, "a piece has an end behind its beginning");
            at = end;
        }

        return pieces;
    }
}

using System.Globalization;
using System.Text;
using Weir.Testing;

namespace Weir.Tokens.Tests;

/// <summary>Texts of every kind that a request may hold; the same on every run.</summary>
internal static class Corpus
{
    // What the patterns look at, what people write, and what trips tokenizers.
    private static readonly string[] Parts =
    [
        .. " |  |   |\t|\t\t|\n|\r\n|\n\n|\r|\v|\f|\u00A0|\u2003|\u3000|\u2028|\u1680".Split('|'),
        .. "'s|'S|'t|'re|'RE|'ve|'Ve|'m|'ll|'lL|'d|'|''|'x|'l|'v".Split('|'),
        .. "a|A|I|word|Word|WORD|camelCase|HTTPServer|snake_case|don't|DON'T|naïve|Straße|ǅ|ǅa|aǅ|ʰ|ʰA|Aʰ|ª|ªA".Split(
            '|'
        ),
        .. "0|1|12|123|1234|12345678|3.14|½|Ⅷ|٣|१२३४|1e9|0x1F".Split('|'),
        .. "/|//|/\n|\n/|.|...|!|?!|==|=>|{}|();\n|\"|\\|\\n|#|@|*|**|-|--|----|~|^|&|$|€|<|>|</a>|<|endoftext|>".Split(
            '|'
        ),
        .. "e\u0301|\u0301|\u0301A|\u0301a|\u0301\u0302|A\u0301B|\u20DD|\u093F|\u0903|\uFE0F|\u200D|\u200B|\u202E|\u2066".Split(
            '|'
        ),
        .. "你好|世界，|。|こんにちは|カタカナ|한국어|漢字かな交じり|ㄅㄆ|𠀀𠀁|Привет|Ελληνικά|ΣΊΣΥΦΟΣ|עברית|שָׁלוֹם|العربية|مَرْحَبًا|हिन्दी|ไทย|ქართული|Ꭰꭰ|𝒳𝓎|𐐀𐐨|ｆｕｌｌ".Split(
            '|'
        ),
        .. "😀|👩‍👩‍👧‍👦|🏳️‍🌈|👍🏽|🇩🇪|1️⃣|☃|✓|→|∑|∞|🀄".Split('|'),
        "the quick brown fox",
        "public static void Main(string[] args)",
        "https://example.com/a/b?c=d&e=%20f",
        "{\"type\": \"text\", \"text\": \"x\"}",
    ];

    /// <summary>Strings of the parts above, in any order.</summary>
    public static IEnumerable<byte[]> Mixed(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            for (var j = random.Next(1, 40); j > 0; j--)
            {
                text.Append(Parts[random.Next(Parts.Length)]);
            }

            yield return Encoding.UTF8.GetBytes(text.ToString());
        }
    }

    /// <summary>Runs of any characters that Unicode had when the oracle's own tables were made.</summary>
    public static IEnumerable<byte[]> AnyCharacters(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            // Mostly neighbours, as in a script.
            var around = random.Next(0x30000);
            for (var j = random.Next(1, 60); j > 0; j--)
            {
                var code = random.Next(4) == 0 ? random.Next(0x30000) : (around + random.Next(128)) % 0x30000;
                if (Rune.IsValid(code) && Rune.GetUnicodeCategory(new Rune(code)) != UnicodeCategory.OtherNotAssigned)
                {
                    text.Append(new Rune(code).ToString());
                }
            }

            yield return Encoding.UTF8.GetBytes(text.ToString());
        }
    }

    /// <summary>Bytes that are UTF-8 in part.</summary>
    public static IEnumerable<byte[]> Broken(int count, int seed)
    {
        var random = new Random(seed);
        foreach (var text in Mixed(count, seed))
        {
            for (var j = random.Next(1, 4); j > 0; j--)
            {
                text[random.Next(text.Length)] = (byte)random.Next(256);
            }

            yield return text[random.Next(2)..];
        }
    }

    /// <summary>The fixtures, the documentation and some of the source of this repository.</summary>
    public static IEnumerable<byte[]> Files()
    {
        foreach (
            var folder in new[]
            {
                "tests/fixtures",
                "docs",
                "src/Weir.Gateway/Wire",
                "web/src/lib",
                "src/Weir.Ledger/Storage",
            }
        )
        {
            foreach (
                var file in Directory
                    .EnumerateFiles(Path.Combine(RealPrograms.Repository, folder), "*", SearchOption.AllDirectories)
                    .Order(StringComparer.Ordinal)
            )
            {
                if (new FileInfo(file).Length < 200_000)
                {
                    yield return File.ReadAllBytes(file);
                }
            }
        }
    }

    /// <summary>Long pieces, which are merged by another algorithm, and long runs of white space.</summary>
    public static IEnumerable<byte[]> Long()
    {
        var random = new Random(7);
        foreach (
            var letters in new[]
            {
                "a",
                "ab",
                "abcdefghijklmnopqrstuvwxyz",
                "eé漢",
                "é",
                "漢字仮名交文",
                "ЖДЛаи",
                "=",
                "= ",
                " ",
                "\n",
                " \n",
                "-+*",
            }
        )
        {
            yield return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(letters, 3000 / letters.Length)));
            yield return Encoding.UTF8.GetBytes(
                string.Concat(Enumerable.Range(0, 2000).Select(_ => letters[random.Next(letters.Length)]))
            );
        }

        foreach (var length in Enumerable.Range(80, 40))
        {
            yield return Encoding.UTF8.GetBytes(new string('z', length));
            yield return [.. Enumerable.Range(0, length).Select(_ => (byte)random.Next('a', 'z' + 1))];
        }
    }
}

using System.Text;

namespace Weir.Bench.AgentLogs;

/// <summary>Made-up code and prose, escaped as inside JSON strings, in pieces that may stand in any order.</summary>
internal sealed class TextPool
{
    private const int Pieces = 4096;

    private static readonly string[] Words =
    [
        "weir",
        "sluice",
        "return",
        "const",
        "await",
        "value",
        "index",
        "stream",
        "if",
        "else",
        "buffer",
        "const",
        "the",
        "and",
        "water",
        "level",
        "=>",
        "{",
        "}",
        "(",
        ");",
        "==",
        "null",
        "naïve",
        "→",
        "日本",
        "🙂",
        "//",
        "[0]",
    ];

    private readonly byte[][] pieces;

    /// <summary>Makes the pieces.</summary>
    public TextPool(int seed)
    {
        var random = new Random(seed);
        pieces = new byte[Pieces][];
        var text = new StringBuilder();
        for (var i = 0; i < Pieces; i++)
        {
            text.Clear();
            var lines = random.Next(1, 8);
            for (var line = 0; line < lines; line++)
            {
                text.Append(random.Next(4) == 0 ? "\\t" : "    ");
                var words = random.Next(2, 14);
                for (var word = 0; word < words; word++)
                {
                    text.Append(Words[random.Next(Words.Length)]).Append(' ');
                }

                text.Append(
                    random.Next(6) switch
                    {
                        0 => "\\\"quoted\\\"",
                        1 => "C:\\\\weir\\\\src",
                        2 => "\\u001b[0m",
                        _ => ";",
                    }
                );
                text.Append("\\n");
            }

            pieces[i] = Encoding.UTF8.GetBytes(text.ToString());
        }
    }

    /// <summary>Writes about <paramref name="length"/> bytes of text.</summary>
    public void Write(LineBuffer to, int length, Random random)
    {
        var end = to.Length + length;
        do
        {
            to.Add(pieces[random.Next(Pieces)]);
        } while (to.Length < end);
    }
}

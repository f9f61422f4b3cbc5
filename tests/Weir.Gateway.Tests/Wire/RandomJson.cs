using System.Text;

namespace Weir.Gateway.Tests.Wire;

/// <summary>Valid JSON texts, odd in every way that the grammar allows: white space, escapes, brackets inside strings.</summary>
internal sealed class RandomJson(Random random)
{
    private static readonly string[] Bits =
    [
        "a",
        "model",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\\\"",
        "\\\\",
        "\\/",
        "\\n",
        "\\u0041",
        "\\ud83c\\udf0a",
        "é",
        "🌊",
        " ",
        "0123456789012345678901234567890123456789",
        "\\\\\\\"",
    ];

    private readonly StringBuilder text = new();

    public string Value(int depth)
    {
        text.Clear();
        Write(depth);
        return text.ToString();
    }

    /// <summary>The inside of a string with its quotes.</summary>
    public string String()
    {
        var inner = new StringBuilder("\"");
        for (var n = random.Next(0, random.Next(1, 40)); n > 0; n--)
        {
            inner.Append(Bits[random.Next(Bits.Length)]);
        }

        return inner.Append('"').ToString();
    }

    public string Space() => random.Next(4) == 0 ? " \n\r\t"[..random.Next(5)] : "";

    private void Write(int depth)
    {
        text.Append(Space());
        switch (random.Next(depth > 0 ? 8 : 6))
        {
            case 0:
                text.Append(random.Next(-1000, 1000));
                break;
            case 1:
                text.Append("-0.5e+7");
                break;
            case 2:
                text.Append(new[] { "true", "false", "null" }[random.Next(3)]);
                break;
            case 6:
                WriteItems('{', '}', depth);
                break;
            case 7:
                WriteItems('[', ']', depth);
                break;
            default:
                text.Append(String());
                break;
        }

        text.Append(Space());
    }

    private void WriteItems(char open, char close, int depth)
    {
        text.Append(open).Append(Space());
        for (var n = random.Next(0, 6); n > 0; n--)
        {
            if (open == '{')
            {
                text.Append(Space()).Append(String()).Append(Space()).Append(':');
            }

            Write(depth - 1);
            text.Append(n > 1 ? "," : "");
        }

        text.Append(close);
    }
}

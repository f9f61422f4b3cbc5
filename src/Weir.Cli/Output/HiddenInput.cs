using System.Text;

namespace Weir.Cli.Output;

/// <summary>Reads a secret: a line of a terminal that does not show it, or all of what a pipe brings.</summary>
internal static class HiddenInput
{
    private const int Longest = 64 * 1024;

    /// <summary>The text, without the line's end behind it; null when there is none, or more than any secret has.</summary>
    /// <param name="prompt">What a person is asked for.</param>
    public static string? Read(string prompt) =>
        Console.IsInputRedirected ? ReadAll(Console.In) : ReadLine(prompt, () => Console.ReadKey(intercept: true));

    /// <summary>All that a reader brings.</summary>
    public static string? ReadAll(TextReader reader)
    {
        var buffer = new char[Longest + 1];
        var length = reader.ReadBlock(buffer);
        var text = buffer.AsSpan(0, length);
        if (text.EndsWith("\n"))
        {
            text = text[..^1];
        }

        if (text.EndsWith("\r"))
        {
            text = text[..^1];
        }

        return text.IsEmpty || length > Longest ? null : text.ToString();
    }

    private static string? ReadLine(string prompt, Func<ConsoleKeyInfo> key)
    {
        Console.Error.Write($"{prompt} (not shown): ");
        var text = new StringBuilder();
        while (text.Length <= Longest)
        {
            var pressed = key();
            if (pressed.Key == ConsoleKey.Enter)
            {
                break;
            }

            if (pressed.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (!char.IsControl(pressed.KeyChar))
            {
                text.Append(pressed.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return text.Length is 0 or > Longest ? null : text.ToString();
    }
}

using System.Collections.Frozen;

namespace Weir.Identity.SignOn;

/// <summary>
/// Recognises what is tried first: the passwords that people use most and what is commonly made of them (a word with digits
/// and signs around it, letters as look-alikes, repetitions, runs of the keyboard). Thread-safe; the list is read when first
/// asked for.
/// </summary>
internal static class CommonPasswords
{
    // A word and this much around it is no longer a guess.
    private const int LongEnough = 20;
    private const int FewestDifferent = 5;
    private const int ShortestBlock = 6;

    private static readonly Lazy<FrozenSet<string>> List = new(Read);

    private static readonly string[] Runs =
    [
        "01234567890123456789",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn",
        "1234567890qwertyuiop",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "qazwsxedcrfvtgbyhnujmikolp",
        "1q2w3e4r5t6y7u8i9o0p",
    ];

    /// <summary>Whether a guesser would try it early. Case does not count.</summary>
    public static bool Has(string password)
    {
        var lower = password.ToLowerInvariant();
        return IsFamiliar(lower) || IsFamiliar(Plain(lower)) || lower.Distinct().Count() < FewestDifferent;
    }

    private static bool IsFamiliar(string lower)
    {
        var block = Block(lower);
        return block.Length < ShortestBlock || IsRun(lower) || IsListed(lower) || IsListed(block);
    }

    private static bool IsListed(string lower)
    {
        var list = List.Value;
        if (list.Contains(lower))
        {
            return true;
        }

        var (from, to) = (0, lower.Length);
        while (from < to && !char.IsAsciiLetter(lower[from]))
        {
            from++;
        }

        while (to > from && !char.IsAsciiLetter(lower[to - 1]))
        {
            to--;
        }

        if (lower.Length >= LongEnough)
        {
            return false;
        }

        var word = lower[from..to];
        return word.Length == 0 ? lower.All(char.IsAsciiDigit) : list.Contains(word) || list.Contains(Plain(word));
    }

    /// <summary>The shortest text of which this is a repetition, the last time perhaps not to its end; itself when it is none.</summary>
    private static string Block(string text)
    {
        for (var length = 1; length <= text.Length / 2; length++)
        {
            if (text.AsSpan(length).SequenceEqual(text.AsSpan(0, text.Length - length)))
            {
                return text[..length];
            }
        }

        return text;
    }

    private static bool IsRun(string text)
    {
        var reversed = string.Concat(text.Reverse());
        return Runs.Any(run =>
            (run + run).Contains(text, StringComparison.Ordinal)
            || (run + run).Contains(reversed, StringComparison.Ordinal)
        );
    }

    private static string Plain(string lower) =>
        string.Concat(
            lower.Select(c =>
                c switch
                {
                    '0' => 'o',
                    '1' or '!' => 'i',
                    '3' => 'e',
                    '4' or '@' => 'a',
                    '5' or '$' => 's',
                    '7' => 't',
                    _ => c,
                }
            )
        );

    private static FrozenSet<string> Read()
    {
        using var stream =
            typeof(CommonPasswords).Assembly.GetManifestResourceStream("Weir.Identity.SignOn.common-passwords.txt")
            ?? throw new InvalidOperationException("The list of common passwords is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToFrozenSet(StringComparer.Ordinal);
    }
}

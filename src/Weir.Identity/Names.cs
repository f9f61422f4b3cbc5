namespace Weir.Identity;

/// <summary>What names of people and things may look like. Stateless.</summary>
internal static class Names
{
    public const int LongestText = 128;
    public const string NameRule = "1 to 40 lower-case letters, digits and '-', beginning with a letter";
    public const string TextRule = "1 to 128 characters without control characters";

    /// <summary>A name that stands in paths and files.</summary>
    public static bool IsName(string? text) =>
        text is { Length: >= 1 and <= 40 }
        && char.IsAsciiLetterLower(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>A text for people.</summary>
    public static bool IsText(string? text) =>
        text is { Length: >= 1 and <= LongestText } && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);
}

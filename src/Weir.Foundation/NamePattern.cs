namespace Weir.Foundation;

/// <summary>
/// A name or a pattern in which each <c>*</c> stands for any run of characters, none included. Upper and lower case are
/// the same. Linear in the text for each star, whatever the pattern.
/// </summary>
public readonly struct NamePattern(string text)
{
    private readonly string text = text;
    private readonly bool hasStar = text.Contains('*');

    /// <summary>Whether it names one thing only.</summary>
    public bool IsExact => !hasStar;

    /// <summary>Whether it matches the whole name.</summary>
    public bool Matches(ReadOnlySpan<char> name)
    {
        if (!hasStar)
        {
            return name.Equals(text, StringComparison.OrdinalIgnoreCase);
        }

        int at = 0,
            nameAt = 0,
            star = -1,
            resume = 0;
        while (nameAt < name.Length)
        {
            if (at < text.Length && text[at] == '*')
            {
                star = at++;
                resume = nameAt;
            }
            else if (at < text.Length && char.ToUpperInvariant(text[at]) == char.ToUpperInvariant(name[nameAt]))
            {
                at++;
                nameAt++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                nameAt = ++resume;
            }
            else
            {
                return false;
            }
        }

        return text.AsSpan(at).Trim('*').IsEmpty;
    }

    /// <summary>The pattern as it was written.</summary>
    public override string ToString() => text;
}

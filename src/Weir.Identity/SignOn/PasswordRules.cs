namespace Weir.Identity.SignOn;

/// <summary>
/// What a new password must satisfy (OWASP ASVS 5, 6.2): length and being hard to guess, no mixture of kinds of characters.
/// Every character counts; none is cut off. A reason never repeats the password. It is hashed as it comes: the pages compose
/// it first (Unicode normal form C), so that it does not depend on the keyboard.
/// </summary>
internal static class PasswordRules
{
    /// <summary>The fewest characters (Unicode scalar values).</summary>
    public const int Shortest = 12;

    /// <summary>The most characters: more is not a person's, and costs to hash.</summary>
    public const int Longest = 256;

    // A name in a password is no harm beside as much as this.
    private const int LeftBesideNames = 8;
    private const int ShortestName = 3;

    /// <summary>The fault of a new password; null when it is fit.</summary>
    /// <param name="password">The password.</param>
    /// <param name="names">What a guesser knows of the person: name, login, address, workspace. Nulls are passed over.</param>
    public static string? Fault(string password, params ReadOnlySpan<string?> names)
    {
        if (!IsReadable(password))
        {
            return "password: holds a character that cannot be kept";
        }

        var length = password.EnumerateRunes().Count();
        if (length is < Shortest or > Longest)
        {
            return $"password: {Shortest} to {Longest} characters";
        }

        if (CommonPasswords.Has(password))
        {
            return "password: this one is among those that are tried first: take several words, or let a password manager make one";
        }

        return IsMadeOf(password, names) ? "password: hardly more than a name that others know" : null;
    }

    private static bool IsReadable(string password)
    {
        if (password.Any(char.IsControl))
        {
            return false;
        }

        for (var i = 0; i < password.Length; i++)
        {
            if (char.IsSurrogate(password[i]))
            {
                if (!char.IsSurrogatePair(password, i))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }

    private static bool IsMadeOf(string password, ReadOnlySpan<string?> names)
    {
        var left = password;
        foreach (var name in names)
        {
            foreach (var part in (name ?? "").Split([' ', '@', '.', '-', '_'], StringSplitOptions.RemoveEmptyEntries))
            {
                left = part.Length >= ShortestName ? left.Replace(part, "", StringComparison.OrdinalIgnoreCase) : left;
            }
        }

        return left.Length < password.Length && left.Length < LeftBesideNames;
    }
}

using System.Security.Cryptography;

namespace Weir.Identity;

/// <summary>Ids of people and things: a prefix and 14 random characters of base 62 (83 bits). No secrets.</summary>
internal static class Ids
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string New(string prefix) => $"{prefix}_{RandomNumberGenerator.GetString(Alphabet, 14)}";
}

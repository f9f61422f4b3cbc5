namespace Weir.Identity;

/// <summary>What a new key must satisfy. A reason never repeats the value: it may be a secret in the wrong field.</summary>
internal static class NewKeyRules
{
    private const int LongestName = 64;
    private const int LongestAttribution = 128;
    private const KeyScopes AllScopes = KeyScopes.Gateway | KeyScopes.Read | KeyScopes.Admin | KeyScopes.Ingest;

    /// <summary>The first fault, naming its field; null when there is none.</summary>
    public static string? Fault(NewApiKey key, DateTimeOffset now)
    {
        if (
            key.Name is not { Length: >= 1 and <= LongestName }
            || !key.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
        )
        {
            return "name: 1 to 64 letters, digits, '.', '_' or '-'";
        }

        if (KeyRing.LooksLikeKey(key.Name) || key.Name.StartsWith("key_", StringComparison.Ordinal))
        {
            return "name: must not begin with 'wk_' or 'key_'";
        }

        if (key.Scopes == KeyScopes.None || (key.Scopes & ~AllScopes) != KeyScopes.None)
        {
            return "scopes: at least one of gateway, read, admin, ingest";
        }

        if (key.ExpiresAt is { } end && end.ToUnixTimeMilliseconds() <= now.ToUnixTimeMilliseconds())
        {
            return "expiresAt: must lie in the future";
        }

        return AttributionFault("user", key.User)
            ?? AttributionFault("team", key.Team)
            ?? AttributionFault("project", key.Project);
    }

    private static string? AttributionFault(string field, string? value) =>
        value is null
        || (value.Length <= LongestAttribution && !string.IsNullOrWhiteSpace(value) && !value.Any(char.IsControl))
            ? null
            : $"{field}: 1 to 128 characters without control characters";
}

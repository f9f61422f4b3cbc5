using System.Collections.Immutable;

namespace Weir.Identity;

/// <summary>What a new key must satisfy. A reason never repeats the value: it may be a secret in the wrong field.</summary>
internal static class NewKeyRules
{
    private const int LongestName = 64;
    private const int MostBounds = 100;
    private const int LongestPattern = 256;

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

        if (key.Scopes.IsDefaultOrEmpty || key.Scopes.Any(word => KeyScopes.Of(word) is null))
        {
            return "scopes: at least one of gateway, read, admin, ingest or a permission's name";
        }

        if (key.ExpiresAt is { } end && end.ToUnixTimeMilliseconds() <= now.ToUnixTimeMilliseconds())
        {
            return "expiresAt: must lie in the future";
        }

        return AttributionFault("user", key.User)
            ?? AttributionFault("team", key.Team)
            ?? AttributionFault("project", key.Project)
            ?? ListFault("models", key.Models, "1 to 256 characters", IsPattern)
            ?? ListFault(
                "networks",
                key.Networks,
                "as 10.0.0.0/8 or one address",
                text => KeyBounds.Network(text) is not null
            )
            ?? ListFault("origins", key.Origins, "as https://example.com, without a path", IsOrigin);
    }

    private static string? AttributionFault(string field, string? value) =>
        value is null || Names.IsText(value) ? null : $"{field}: {Names.TextRule}";

    private static string? ListFault(
        string field,
        ImmutableArray<string> values,
        string rule,
        Func<string, bool> isFit
    ) =>
        values.Length > MostBounds ? $"{field}: at most {MostBounds}"
        : values.All(value => value is not null && isFit(value)) ? null
        : $"{field}: {rule}";

    private static bool IsPattern(string text) =>
        text is { Length: >= 1 and <= LongestPattern } && !text.Any(char.IsControl);

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}

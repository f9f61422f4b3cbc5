using System.Text;
using System.Text.RegularExpressions;

namespace Weir.Server.Configuration;

/// <summary>Replaces <c>${NAME}</c> by environment variables; <c>$${</c> stands for a plain <c>${</c>.</summary>
internal static partial class EnvironmentText
{
    /// <summary>True when the text refers to a variable.</summary>
    public static bool HasReference(string text) =>
        Reference().Matches(text).Any(match => !match.Value.StartsWith("$$", StringComparison.Ordinal));

    /// <summary>Replaces what can be; <paramref name="fault"/> is called for each reference that cannot.</summary>
    public static string Expand(string text, Func<string, string?> variable, Action<string> fault)
    {
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder();
        var from = 0;
        foreach (Match match in Reference().Matches(text))
        {
            result.Append(text, from, match.Index - from);
            from = match.Index + match.Length;
            if (match.Value.StartsWith("$$", StringComparison.Ordinal))
            {
                result.Append(match.Value, 1, match.Length - 1);
                continue;
            }

            var name = match.Groups["name"].Value;
            if (!VariableName().IsMatch(name))
            {
                fault($"\"{match.Value}\" does not name an environment variable");
            }
            else if (variable(name) is not { Length: > 0 } value)
            {
                fault($"the environment variable {name} is not set");
            }
            else
            {
                result.Append(value);
            }
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    [GeneratedRegex(@"\$?\$\{(?<name>[^}]*)\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,127}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VariableName();
}

using System.Text.Json;
using Weir.Foundation;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>
/// Which kind of sign-in Claude Code's own file shows: <c>.credentials.json</c> names a plan under
/// <c>claudeAiOauth.subscriptionType</c>. Nothing else of it is kept. On macOS the program keeps it in the keychain, which is not
/// asked.
/// </summary>
internal static class SignIn
{
    private const int LongestFile = 64 * 1024;

    /// <summary>Subscription when a plan is named; null when nothing is said.</summary>
    public static Billing? Of(string home)
    {
        try
        {
            var path = Path.Combine(home, ".credentials.json");
            if (new FileInfo(path) is not { Exists: true, Length: > 0 and <= LongestFile })
            {
                return null;
            }

            using var file = JsonDocument.Parse(File.ReadAllBytes(path));
            return
                file.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("claudeAiOauth", out var signIn)
                && signIn.ValueKind == JsonValueKind.Object
                && signIn.TryGetProperty("subscriptionType", out var plan)
                && plan.ValueKind == JsonValueKind.String
                && plan.GetString() is { Length: > 0 }
                ? Billing.Subscription
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}

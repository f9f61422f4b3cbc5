using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Weir.Gateway.Pipeline;

/// <summary>The names of calling programs, from how they introduce themselves. Thread-safe.</summary>
internal static class ClientNames
{
    private const int MaxLength = 64;
    private const int MaxRemembered = 1024;

    /// <summary>How a user agent begins, and the program's name in records; the first match wins.</summary>
    private static readonly (string Beginning, string Name)[] Table =
    [
        ("claude-cli/", "claude-code"),
        ("codex", "codex"),
        ("Anthropic/Python", "anthropic-python"),
        ("AsyncAnthropic/Python", "anthropic-python"),
        ("Anthropic/JS", "anthropic-node"),
        ("OpenAI/Python", "openai-python"),
        ("AsyncOpenAI/Python", "openai-python"),
        ("OpenAI/JS", "openai-node"),
        ("google-genai-sdk/", "google-genai"),
        ("GeminiCLI/", "gemini-cli"),
        ("opencode/", "opencode"),
        ("Cursor/", "cursor"),
        ("Mozilla/", "browser"),
    ];

    private static readonly ConcurrentDictionary<string, string?> Remembered = new(StringComparer.Ordinal);
    private static int remembered;

    /// <summary>The program's name; null when it does not introduce itself.</summary>
    public static string? Of(IHeaderDictionary headers)
    {
        // Codex and its kin share one code base and tell themselves apart here.
        if (
            headers.TryGetValue("originator", out var originator)
            && originator.ToString().StartsWith("codex", StringComparison.OrdinalIgnoreCase)
        )
        {
            return "codex";
        }

        var agent = headers.UserAgent.ToString();
        if (agent.Length == 0)
        {
            return null;
        }

        if (Remembered.TryGetValue(agent, out var name))
        {
            return name;
        }

        name = Read(agent);
        if (remembered < MaxRemembered && Remembered.TryAdd(agent, name))
        {
            Interlocked.Increment(ref remembered);
        }

        return name;
    }

    private static string? Read(string agent)
    {
        foreach (var (beginning, name) in Table)
        {
            if (agent.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            {
                return name;
            }
        }

        // Others are called by their product token: "my-app/1.2 (linux)" is "my-app".
        var length = 0;
        while (length < agent.Length && length < MaxLength && IsNamePart(agent[length]))
        {
            length++;
        }

        return length == 0 ? null : agent[..length].ToLowerInvariant();
    }

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}

namespace Weir.Gateway.Translation;

/// <summary>
/// What a model's name tells of what it takes. Names are looked at behind the last slash and without a host's prefix
/// (<c>us.anthropic.</c>). Pure.
/// </summary>
internal static class ModelNames
{
    /// <summary>
    /// OpenAI's models that think: they take an effort, and refuse sampling parameters
    /// (https://platform.openai.com/docs/guides/reasoning).
    /// </summary>
    public static bool IsOpenAIReasoning(string model)
    {
        var name = Bare(model);
        return (name.StartsWith("gpt-5", StringComparison.Ordinal) && !name.Contains("-chat", StringComparison.Ordinal))
            || name.StartsWith("gpt-6", StringComparison.Ordinal)
            || name.StartsWith("gpt-oss", StringComparison.Ordinal)
            || name.StartsWith("codex", StringComparison.Ordinal)
            || (name.Length > 1 && name[0] == 'o' && char.IsAsciiDigit(name[1]));
    }

    /// <summary>Whether a model thinks when it is given an effort, as far as its name tells.</summary>
    public static bool TakesEffort(string model)
    {
        var name = Bare(model);
        return IsOpenAIReasoning(model)
            || name.StartsWith("grok-3-mini", StringComparison.Ordinal)
            || name.StartsWith("sim-thinking", StringComparison.Ordinal);
    }

    /// <summary>
    /// Claude models that think with a budget alone: those up to 4.5, which know no adaptive thinking
    /// (https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking).
    /// </summary>
    public static bool IsClaudeWithBudget(string model)
    {
        var name = Bare(model);
        if (!name.StartsWith("claude-", StringComparison.Ordinal))
        {
            return false;
        }

        return name.StartsWith("claude-3", StringComparison.Ordinal) || VersionOf(name) is (> 0 and < 4, _) or (4, < 6);
    }

    /// <summary>Claude models that do not think at all.</summary>
    public static bool IsClaudeWithoutThinking(string model)
    {
        var name = Bare(model);
        return name.StartsWith("claude-3", StringComparison.Ordinal)
                && !name.StartsWith("claude-3-7", StringComparison.Ordinal)
            || name.StartsWith("claude-2", StringComparison.Ordinal);
    }

    /// <summary>Claude models that refuse temperature, top_p and top_k other than as they are set: from Opus 4.7 on.</summary>
    public static bool IsClaudeWithoutSampling(string model)
    {
        var name = Bare(model);
        return name.StartsWith("claude-", StringComparison.Ordinal)
            && VersionOf(name) is (4, >= 7 and < 20) or (>= 5 and < 20, _);
    }

    /// <summary>Gemini models that think by level and not by budget: 3 and newer, and what <c>-latest</c> stands for.</summary>
    public static bool IsGeminiWithLevels(string model)
    {
        var name = Bare(model);
        return name.StartsWith("gemini-", StringComparison.Ordinal)
            && name.Length > 7
            && (
                name[7] is >= '3' and <= '9'
                || (!char.IsAsciiDigit(name[7]) && name.EndsWith("-latest", StringComparison.Ordinal))
            );
    }

    /// <summary>Gemini models that think: 2.5 and newer.</summary>
    public static bool IsGeminiThinking(string model) =>
        IsGeminiWithLevels(model) || Bare(model).StartsWith("gemini-2.5", StringComparison.Ordinal);

    /// <summary>Gemini's large models, which always think.</summary>
    public static bool IsGeminiPro(string model) => Bare(model).Contains("-pro", StringComparison.Ordinal);

    /// <summary>The name without a host's prefix.</summary>
    public static string Bare(string model)
    {
        var slash = model.LastIndexOf('/');
        var name = slash < 0 ? model : model[(slash + 1)..];
        var vendor = name.IndexOf("anthropic.", StringComparison.Ordinal);
        return vendor < 0 ? name : name[(vendor + "anthropic.".Length)..];
    }

    /// <summary>The version in <c>claude-opus-4-5-20251101</c>; (0, 0) when there is none.</summary>
    private static (int Major, int Minor) VersionOf(string name)
    {
        foreach (
            var part in name.Split('-', '@', '.')
                .SkipWhile(p => !(p.Length is 1 or 2 && char.IsAsciiDigit(p[0])))
                .Take(1)
        )
        {
            if (!int.TryParse(part, out var major))
            {
                return default;
            }

            var at = name.IndexOf($"-{part}", StringComparison.Ordinal) + part.Length + 1;
            var next = at < name.Length ? name[(at + 1)..].Split('-', '@', '.', ':')[0] : "";
            return (major, next.Length is 1 or 2 && int.TryParse(next, out var minor) ? minor : 0);
        }

        return default;
    }
}

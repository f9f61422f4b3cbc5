using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// What a request to Gemini says about thinking (https://ai.google.dev/gemini-api/docs/thinking): models of 2.5 take a
/// budget, those from 3 on a level, and the large ones cannot be kept from it.
/// </summary>
/// <param name="Budget">Tokens, -1 for as many as the model sees fit; null for nothing.</param>
/// <param name="Level">The word; null for nothing.</param>
/// <param name="Shows">Whether summaries of the thinking are to come with the answer.</param>
internal readonly record struct GeminiThinking(long? Budget, string? Level, bool Shows)
{
    /// <summary>What this model can do of what was wished for.</summary>
    public static GeminiThinking Plan(ThinkingWish wish, string model, ref FeatureSet dropped)
    {
        var isOff = wish.Mode == ThinkingMode.Off || wish.Effort == Effort.None;
        if (!isOff && !wish.IsOn)
        {
            return default;
        }

        if (!ModelNames.IsGeminiThinking(model))
        {
            dropped = isOff ? dropped : dropped.With(Feature.Thinking);
            return default;
        }

        var shows = !isOff && wish.Shown != false;
        if (ModelNames.IsGeminiWithLevels(model))
        {
            return new GeminiThinking(null, isOff ? Least(model) : LevelOf(wish.ImpliedEffort, model), shows);
        }

        var (least, most) = BoundsOf(model);
        var budget =
            isOff ? (ModelNames.IsGeminiPro(model) ? least : 0)
            : wish.ImpliedBudget is { } asked ? Math.Clamp(asked, least, most)
            : -1;
        return new GeminiThinking(budget, null, shows);
    }

    /// <summary>Writes <c>thinkingConfig</c>; nothing when nothing is said.</summary>
    public void Write(JsonOut to)
    {
        if (Budget is null && Level is null && !Shows)
        {
            return;
        }

        to.Object("thinkingConfig"u8);
        if (Budget is { } budget)
        {
            to.Number("thinkingBudget"u8, budget);
        }

        if (Level is { } level)
        {
            to.Plain("thinkingLevel"u8, level);
        }

        if (Shows)
        {
            to.Bool("includeThoughts"u8, true);
        }

        to.EndObject();
    }

    private static string Least(string model) => ModelNames.IsGeminiPro(model) ? "LOW" : "MINIMAL";

    private static string? LevelOf(Effort effort, string model) =>
        effort switch
        {
            Effort.Unset => null,
            Effort.None or Effort.Minimal => Least(model),
            Effort.Low => "LOW",
            // The first Pro of 3 knows low and high alone.
            Effort.Medium when ModelNames.Bare(model).StartsWith("gemini-3-pro", StringComparison.Ordinal) => "HIGH",
            Effort.Medium => "MEDIUM",
            _ => "HIGH",
        };

    private static (long Least, long Most) BoundsOf(string model) =>
        ModelNames.IsGeminiPro(model) ? (128, 32_768)
        : model.Contains("flash-lite", StringComparison.Ordinal) ? (512, 24_576)
        : (1, 24_576);
}

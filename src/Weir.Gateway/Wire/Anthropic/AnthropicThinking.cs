using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Anthropic;

/// <summary>What a request to Anthropic says about thinking: nothing, a budget, or as much as the model sees fit.</summary>
/// <param name="IsOff">Whether it is turned off in so many words.</param>
/// <param name="IsAdaptive">Whether the model decides.</param>
/// <param name="Budget">Tokens; null for none.</param>
/// <param name="Effort">How hard; unset for nothing.</param>
internal readonly record struct AnthropicThinking(bool IsOff, bool IsAdaptive, long? Budget, Effort Effort)
{
    /// <summary>Whether the model will think.</summary>
    public bool IsOn => IsAdaptive || Budget is not null;

    /// <summary>What this model can do of what was wished for.</summary>
    public static AnthropicThinking Plan(Conversation conversation, TargetTraits target, ref FeatureSet dropped)
    {
        var wish = conversation.Thinking;
        if (wish.Mode == ThinkingMode.Off || wish.Effort == Effort.None)
        {
            return new AnthropicThinking(!ModelNames.IsClaudeWithoutThinking(target.Model), false, null, Effort.Unset);
        }

        if (!wish.IsOn)
        {
            return default;
        }

        if (ModelNames.IsClaudeWithoutThinking(target.Model))
        {
            dropped = dropped.With(Feature.Thinking);
            return default;
        }

        if (!ModelNames.IsClaudeWithBudget(target.Model))
        {
            return new AnthropicThinking(false, true, null, wish.ImpliedEffort);
        }

        if (LacksThinking(conversation, target))
        {
            // With a budget the turns since the last word of the user's must begin with their thinking, or the request is refused.
            dropped = dropped.With(Feature.Thinking);
            return default;
        }

        return new AnthropicThinking(false, false, Math.Max(1_024, wish.ImpliedBudget ?? 8_192), Effort.Unset);
    }

    /// <summary>Writes <c>thinking</c>; nothing when nothing is said.</summary>
    public void Write(JsonOut to)
    {
        if (IsOff)
        {
            to.Raw("thinking"u8, "{\"type\":\"disabled\"}"u8);
        }
        else if (IsAdaptive)
        {
            to.Raw("thinking"u8, "{\"type\":\"adaptive\"}"u8);
        }
        else if (Budget is { } budget)
        {
            to.Object("thinking"u8);
            to.Text("type"u8, "enabled"u8);
            to.Number("budget_tokens"u8, budget);
            to.EndObject();
        }
    }

    private static bool LacksThinking(Conversation conversation, TargetTraits target)
    {
        for (var i = conversation.Turns.Count - 1; i >= 0; i--)
        {
            var turn = conversation.Turns[i];
            if (turn.Role == Role.User && !turn.Parts.TrueForAll(static p => p is ToolResultPart))
            {
                return false;
            }

            if (
                turn.Role == Role.Assistant
                && turn.Parts.Exists(static p => p is ToolCallPart)
                && !turn.Parts.Exists(p => p is ThinkingPart t && AnthropicMessages.Keeps(t, conversation, target))
            )
            {
                return true;
            }
        }

        return false;
    }
}

using System.Globalization;
using Weir.Foundation;

namespace Weir.Gateway.Simulator;

/// <summary>Limits in the headers of the vendors.</summary>
internal static class SimulatorLimits
{
    /// <summary>Adds what the vendor of a dialect tells; Gemini tells nothing.</summary>
    public static void Tell(HttpResponseMessage answer, Dialect dialect, LimitState state, DateTimeOffset now)
    {
        var limit = state.Limit.ToString(CultureInfo.InvariantCulture);
        var remaining = Math.Max(0, state.Remaining).ToString(CultureInfo.InvariantCulture);
        var wait = Math.Max(1, (long)Math.Ceiling((state.Reset - now).TotalSeconds));
        switch (dialect)
        {
            case Dialect.AnthropicMessages:
                Add("anthropic-ratelimit-requests-limit", limit);
                Add("anthropic-ratelimit-requests-remaining", remaining);
                Add(
                    "anthropic-ratelimit-requests-reset",
                    state.Reset.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
                );
                break;
            case Dialect.OpenAIChat or Dialect.OpenAIResponses or Dialect.OpenAIEmbeddings:
                Add("x-ratelimit-limit-requests", limit);
                Add("x-ratelimit-remaining-requests", remaining);
                Add("x-ratelimit-reset-requests", $"{wait}s");
                break;
        }

        if (state.Remaining < 0)
        {
            Add("retry-after", wait.ToString(CultureInfo.InvariantCulture));
        }

        void Add(string name, string value) => answer.Headers.TryAddWithoutValidation(name, value);
    }
}

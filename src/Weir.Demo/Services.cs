using Weir.Foundation;

namespace Weir.Demo;

/// <summary>What runs without anybody: an assistant for customers, a nightly evaluation, an index of texts.</summary>
internal sealed class Services(Chance chance, int number, DateOnly day, List<Call> calls)
{
    // One night the evaluation did not stop.
    private const int RunawayDay = 311;

    private readonly DateTimeOffset midnight = new(day, TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>Adds the day's requests, in no order.</summary>
    public void Run()
    {
        Assistant();
        Evaluation();
        Index();
    }

    private void Assistant()
    {
        var weekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        var model = Models.Chat.On(day);
        for (
            var i = (int)chance.Skewed((weekend ? 90 : 160) * (0.6 + (0.8 * number / Calendar.Days)), 0.15);
            i > 0;
            i--
        )
        {
            var cached = chance.Happens(0.7) ? 1_024 : 0;
            calls.Add(
                Of("support-bot", "support", "openai-node", model, At(13.5, 4.2), Dialect.OpenAIChat) with
                {
                    Streaming = true,
                    Usage = new TokenUsage
                    {
                        Input = (long)Math.Clamp(chance.Skewed(900, 0.7), 40, 20_000),
                        CacheRead = cached,
                        Output = (long)Math.Clamp(chance.Skewed(129, 0.9), 5, 2_000),
                    },
                }
            );
        }
    }

    private void Evaluation()
    {
        if (day.DayOfWeek is DayOfWeek.Sunday)
        {
            return;
        }

        var model = Models.Evaluation.On(day);
        for (var i = number == RunawayDay ? 2_600 : chance.Whole(70, 110); i > 0; i--)
        {
            var at = midnight.AddHours(number == RunawayDay ? chance.Between(1.5, 9) : chance.Between(1.5, 2.4));
            calls.Add(
                Of("nightly-eval", "search", "google-genai-python", model, at, Dialect.Gemini) with
                {
                    Usage = new TokenUsage
                    {
                        Input = (long)Math.Clamp(chance.Skewed(5_200, 0.5), 400, 90_000),
                        Output = (long)Math.Clamp(chance.Skewed(420, 0.6), 20, 6_000),
                    },
                }
            );
        }
    }

    private void Index()
    {
        var model = new Release("openai", "openai", "text-embedding-3-small", default, 1_000);
        for (var i = chance.Whole(25, 45); i > 0; i--)
        {
            calls.Add(
                Of("indexer", "search", "openai-python", model, At(4, 1), Dialect.OpenAIEmbeddings) with
                {
                    FirstToken = TimeSpan.FromSeconds(chance.Skewed(0.18, 0.3)),
                    Usage = new TokenUsage { Input = chance.Whole(2_000, 60_000) },
                }
            );
        }
    }

    private DateTimeOffset At(double hour, double spread) =>
        midnight.AddHours(Math.Clamp(hour + (spread * chance.Normal()), 0, 23.99));

    private Call Of(string key, string project, string client, Release model, DateTimeOffset at, Dialect dialect) =>
        new()
        {
            At = at,
            Model = model,
            Key = key,
            Project = project,
            Client = client,
            Dialect = dialect,
            FirstToken = TimeSpan.FromSeconds(chance.Skewed(0.6, 0.4)),
            Usage = default,
        };
}

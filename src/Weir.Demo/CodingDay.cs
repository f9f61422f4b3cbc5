using Weir.Foundation;

namespace Weir.Demo;

/// <summary>
/// A person's day with a coding agent, as published figures have it: requests of tens of thousands of tokens, nearly all of
/// them read from the cache, some hundred out, 1 to 30 turns a prompt, subagents beside them, and a context that grows
/// until it is compacted.
/// </summary>
internal sealed class CodingDay(Chance chance, int person, DateOnly day, double load, List<Call> calls)
{
    private const int Prelude = 17_000; // system prompt and tools
    private const int Compaction = 150_000;

    private readonly Person who = Team.People[person];

    /// <summary>Adds the day's requests, in no order.</summary>
    public void Run()
    {
        // Nine to six by their own clock, with a gap at noon and now and then an evening.
        var sessions = Math.Max(1, (int)Math.Round(chance.Skewed(3.2 * load * who.Appetite, 0.35)));
        for (var i = 0; i < Math.Min(sessions, 14); i++)
        {
            var hour = chance.Happens(0.08) ? chance.Between(19.5, 23) : chance.Between(8.8, 17.6);
            if (hour is > 12 and < 13)
            {
                hour += chance.Between(1, 1.6);
            }

            Session(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).AddHours(hour - who.Zone), i);
        }
    }

    private void Session(DateTimeOffset at, int number)
    {
        var codex = chance.Happens(who.Codex);
        var model =
            codex ? Models.Codex.On(day)
            : chance.Happens(0.42) ? Models.Large.On(day)
            : Models.Standard.On(day);
        var project = who.Projects[chance.Happens(0.75) ? 0 : 1];
        var session = Id(number, 0);
        var context = Prelude + chance.Whole(500, 6_000);
        var cached = 0;
        for (var prompts = chance.Tries(5); prompts > 0; prompts--)
        {
            for (var turns = Math.Min(chance.Tries(6.5), 40); turns > 0; turns--)
            {
                var output = (int)Math.Clamp(chance.Skewed(320, 1.1), 8, 16_000);
                var fresh = chance.Whole(3, 90);
                var call = Make(at, model, project, session, null, codex, cached, context - cached, fresh, output);
                calls.Add(call);
                if (!codex && turns > 2 && chance.Happens(0.035))
                {
                    Subagents(call.End, project, session, number);
                }

                cached = context;
                context += output + fresh + (int)chance.Skewed(1_100, 1.15);
                if (context > Compaction)
                {
                    (context, cached) = (Prelude + chance.Whole(6_000, 14_000), 0);
                }

                at = call.End.AddSeconds(chance.Skewed(2.5, 0.9)); // the tool runs
            }

            at = at.AddSeconds(chance.Skewed(95, 1)); // the person reads and thinks
            if (chance.Happens(0.12))
            {
                cached = 0; // the cache has run out meanwhile
            }
        }
    }

    private void Subagents(DateTimeOffset from, string project, string session, int number)
    {
        for (var count = chance.Whole(1, 3); count > 0; count--)
        {
            var agent = Id(number, count + (int)(chance.Next() & 0xFFFF));
            var at = from.AddSeconds(chance.Between(0.1, 1.5));
            var context = 11_000 + chance.Whole(200, 2_500);
            var cached = 0;
            for (var turns = Math.Min(chance.Tries(7), 25); turns > 0; turns--)
            {
                var output = (int)Math.Clamp(chance.Skewed(170, 0.9), 8, 6_000);
                var call = Make(
                    at,
                    chance.Happens(0.8) ? Models.Small.On(day) : Models.Standard.On(day),
                    project,
                    session,
                    agent,
                    codex: false,
                    cached,
                    context - cached,
                    chance.Whole(3, 40),
                    output
                );
                calls.Add(call);
                cached = context;
                context += output + (int)chance.Skewed(1_300, 1);
                at = call.End.AddSeconds(chance.Skewed(1.5, 0.8));
            }
        }
    }

    private Call Make(
        DateTimeOffset at,
        Release model,
        string project,
        string session,
        string? agent,
        bool codex,
        int cached,
        int written,
        int fresh,
        int output
    )
    {
        var anthropic = model.Provider == "anthropic";
        return new Call
        {
            At = at,
            Model = model,
            Key = who.Name,
            User = who.Name,
            Team = who.Team,
            Project = project,
            Session = session,
            Agent = agent,
            Client = codex ? "codex" : "claude-code",
            Dialect = model.DialectOf(codex),
            Streaming = true,
            FirstToken = TimeSpan.FromSeconds(
                Math.Clamp(chance.Skewed(0.9 + ((cached + written) / 120_000.0), 0.35), 0.25, 30)
            ),
            Usage = new TokenUsage
            {
                Input = anthropic ? fresh : fresh + written,
                CacheRead = cached,
                CacheWrite5m = anthropic ? written : null,
                Output = output,
                Reasoning = codex ? output / 3 : null,
            },
        };
    }

    private string Id(int session, int agent)
    {
        var bits = Chance.For(chance.Next(), person, day.DayNumber, session, agent);
        return $"{bits.Next() >> 32:x8}-{bits.Next() >> 48:x4}-4{bits.Next() >> 52:x3}-a{bits.Next() >> 52:x3}-{bits.Next() >> 16:x12}";
    }
}

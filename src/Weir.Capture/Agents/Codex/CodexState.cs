using System.Text.Json;
using Weir.Foundation;

namespace Weir.Capture.Agents.Codex;

/// <summary>An answer that was told before it was known who pays for it.</summary>
/// <param name="Answer">Its id.</param>
/// <param name="OwnId">What stands for an id where it has none.</param>
/// <param name="Model">The model.</param>
/// <param name="At">When, in milliseconds since 1970.</param>
/// <param name="Used">What it used.</param>
internal sealed record CodexUnpaid(string? Answer, string? OwnId, string? Model, long At, CodexTokens Used);

/// <summary>What is known of a thread after the lines read so far. Used by one thread of the program.</summary>
internal sealed class CodexState(string thread)
{
    private const int MostUnpaid = 16;

    /// <summary>The thread: the file's own, whatever it copied.</summary>
    public string Thread { get; set; } = thread;

    /// <summary>Whether the thread's own <c>session_meta</c> was met.</summary>
    public bool IsNamed { get; set; }

    /// <summary>The session it belongs to: itself, or for a subagent the one that the user talks to.</summary>
    public string Session { get; set; } = thread;

    /// <summary>The thread it was forked from or started by.</summary>
    public string? Parent { get; set; }

    /// <summary>Whether it is an agent of another thread's.</summary>
    public bool IsAgent { get; set; }

    /// <summary>Whether it may have begun with what is its parent's.</summary>
    public bool IsForked => Parent is not null;

    /// <summary>The turn under way.</summary>
    public string? Turn { get; set; }

    /// <summary>The model of the turn.</summary>
    public string? Model { get; set; }

    /// <summary>The provider, by its name in the catalogue of prices.</summary>
    public string? Provider { get; set; }

    /// <summary>The folder.</summary>
    public string? Folder { get; set; }

    /// <summary>The branch.</summary>
    public string? Branch { get; set; }

    /// <summary>The plan that pays; null for an API key, and before the first word on limits.</summary>
    public string? Plan { get; set; }

    /// <summary>Whether the provider has said a word on limits, which names the plan where there is one.</summary>
    public bool KnowsPlan { get; private set; }

    /// <summary>Answers that were told before it was known who pays: the first of a thread, as a rule one.</summary>
    public List<CodexUnpaid> Unpaid { get; } = [];

    /// <summary>How large the last request was, prompt and answer.</summary>
    public long? ContextSize { get; set; }

    /// <summary>Totals to usage.</summary>
    public CodexMeter Meter { get; } = new();

    /// <summary>Own lines from copied ones.</summary>
    public CodexReplay Replay { get; } = new();

    /// <summary>The words on limits told last, by scope: the program repeats them at every answer.</summary>
    public Dictionary<string, (double? Used, DateTimeOffset? Resets)> Limits { get; } = new(StringComparer.Ordinal);

    /// <summary>An id for what has none of its own.</summary>
    public static string IdOf(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <summary>A sighting with all that does not differ between requests.</summary>
    public Sighting NewSighting(in CodexTokens used, DateTimeOffset at) =>
        new()
        {
            Source = UsageSource.Transcript,
            Client = "codex",
            At = at,
            Provider = Provider,
            Model = Model,
            Usage = used.ToUsage(),
            Billing = Plan is null ? null : Billing.Subscription,
            Session = Session,
            Agent = IsAgent ? Thread : null,
            ParentAgent = IsAgent && Parent != Session ? Parent : null,
            Folder = Folder,
            Branch = Branch,
        };

    /// <summary>Keeps an answer until it is known who pays for it.</summary>
    public void Owe(CodexUnpaid answer)
    {
        if (!KnowsPlan && Unpaid.Count < MostUnpaid)
        {
            Unpaid.Add(answer);
        }
    }

    /// <summary>A word on limits was said: what was told without knowing who pays is told once more.</summary>
    public void Settle(string? plan, Catch caught)
    {
        Plan = plan ?? Plan;
        KnowsPlan = true;
        if (Plan is not null)
        {
            caught.Sightings.AddRange(Unpaid.Select(NewSighting));
        }

        Unpaid.Clear();
    }

    /// <summary>The sighting of an answer that was told by its id.</summary>
    public Sighting NewSighting(CodexUnpaid answer) =>
        NewSighting(answer.Used, DateTimeOffset.FromUnixTimeMilliseconds(answer.At)) with
        {
            Model = answer.Model,
            MessageId = answer.Answer,
            OwnId = answer.OwnId,
        };

    /// <summary>An event of the session.</summary>
    public SessionEvent NewEvent(SessionEventKind kind, string id, DateTimeOffset? startedAt) =>
        new()
        {
            Kind = kind,
            Session = Session,
            Id = id,
            StartedAt = startedAt,
            Agent = IsAgent ? Thread : null,
        };

    /// <summary>The session's facts at a moment.</summary>
    public SessionFacts Facts(DateTimeOffset at) =>
        new()
        {
            Session = Session,
            Client = "codex",
            FirstAt = at,
            LastAt = at,
            Parent = IsAgent ? null : Parent,
            Folder = IsAgent ? null : Folder,
            Branch = IsAgent ? null : Branch,
        };

    /// <summary>Writes it down: names, numbers and times.</summary>
    public byte[] Save()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("thread", Thread);
            json.WriteBoolean("named", IsNamed);
            json.WriteString("session", Session);
            json.WriteString("parent", Parent);
            json.WriteBoolean("agent", IsAgent);
            json.WriteString("turn", Turn);
            json.WriteString("model", Model);
            json.WriteString("provider", Provider);
            json.WriteString("folder", Folder);
            json.WriteString("branch", Branch);
            json.WriteString("plan", Plan);
            json.WriteBoolean("knowsPlan", KnowsPlan);
            json.WriteStartArray("unpaid");
            foreach (var answer in Unpaid)
            {
                json.WriteStartObject();
                json.WriteString("answer", answer.Answer);
                json.WriteString("own", answer.OwnId);
                json.WriteString("model", answer.Model);
                json.WriteNumber("at", answer.At);
                json.WritePropertyName("used");
                WriteTokens(json, answer.Used);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteNumber(json, "context", ContextSize);
            var replay = Replay.State;
            json.WriteBoolean("replay", replay.IsUnderWay);
            WriteNumber(json, "madeAt", replay.ThreadMadeAt);
            json.WriteBoolean("dated", replay.TurnsAreDated);
            json.WriteBoolean("begun", replay.HasBegun);
            json.WriteNumber("lastAt", replay.LastAt);
            json.WriteBoolean("own", Meter.HasOwn);
            json.WriteBoolean("told", Meter.ToldByRecord);
            json.WritePropertyName("total");
            WriteTokens(json, Meter.Total);
            json.WriteStartArray("known");
            foreach (var known in Meter.Known)
            {
                WriteTokens(json, known);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="Save"/> wrote; null when there is nothing, or it is no such thing.</summary>
    public static CodexState? Restore(byte[]? saved)
    {
        if (saved is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(saved);
            var json = document.RootElement;
            var state = new CodexState(json.GetProperty("thread").GetString()!)
            {
                IsNamed = json.GetProperty("named").GetBoolean(),
                Session = json.GetProperty("session").GetString()!,
                Parent = json.GetProperty("parent").GetString(),
                IsAgent = json.GetProperty("agent").GetBoolean(),
                Turn = json.GetProperty("turn").GetString(),
                Model = json.GetProperty("model").GetString(),
                Provider = json.GetProperty("provider").GetString(),
                Folder = json.GetProperty("folder").GetString(),
                Branch = json.GetProperty("branch").GetString(),
                Plan = json.GetProperty("plan").GetString(),
                KnowsPlan = json.GetProperty("knowsPlan").GetBoolean(),
                ContextSize = ReadNumber(json, "context"),
            };
            state.Unpaid.AddRange(
                json.GetProperty("unpaid")
                    .EnumerateArray()
                    .Select(answer => new CodexUnpaid(
                        answer.GetProperty("answer").GetString(),
                        answer.GetProperty("own").GetString(),
                        answer.GetProperty("model").GetString(),
                        answer.GetProperty("at").GetInt64(),
                        ReadTokens(answer.GetProperty("used"))
                    ))
            );
            state.Replay.State = (
                json.GetProperty("replay").GetBoolean(),
                ReadNumber(json, "madeAt"),
                json.GetProperty("dated").GetBoolean(),
                json.GetProperty("begun").GetBoolean(),
                json.GetProperty("lastAt").GetInt64()
            );
            state.Meter.Restore(
                ReadTokens(json.GetProperty("total")),
                json.GetProperty("own").GetBoolean(),
                json.GetProperty("told").GetBoolean(),
                json.GetProperty("known").EnumerateArray().Select(ReadTokens)
            );
            return state;
        }
        catch (Exception fault)
            when (fault
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
                        or IndexOutOfRangeException
            )
        {
            return null;
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
    }

    private static long? ReadNumber(JsonElement json, string name) =>
        json.TryGetProperty(name, out var number) ? number.GetInt64() : null;

    private static void WriteTokens(Utf8JsonWriter json, in CodexTokens tokens)
    {
        json.WriteStartArray();
        json.WriteNumberValue(tokens.Input);
        json.WriteNumberValue(tokens.Cached);
        json.WriteNumberValue(tokens.Written);
        json.WriteNumberValue(tokens.Output);
        json.WriteNumberValue(tokens.Reasoning);
        json.WriteEndArray();
    }

    private static CodexTokens ReadTokens(JsonElement json) =>
        new(json[0].GetInt64(), json[1].GetInt64(), json[2].GetInt64(), json[3].GetInt64(), json[4].GetInt64());
}

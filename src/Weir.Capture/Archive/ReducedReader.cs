using System.Text.Json;
using Weir.Capture.Agents;
using Weir.Foundation;

namespace Weir.Capture.Archive;

/// <summary>
/// Reads what <see cref="ReducedWriter"/> writes. The lines may come from anybody: whatever cannot be is refused, line by line, with
/// one of a few fixed reasons. Fields that it does not know are passed over. Not thread-safe.
/// </summary>
/// <param name="now">Times are held against it.</param>
internal sealed class ReducedReader(DateTimeOffset now)
{
    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 8 };

    /// <summary>The machine that the lines come from, as the last word on it has it; null when there was none.</summary>
    public string? Host { get; private set; }

    /// <summary>Who pays where a request does not say, as the last word on it has it; null when there was none.</summary>
    public Billing? Billing { get; private set; }

    /// <summary>The workspace, as the last word on it has it; null when there was none.</summary>
    public WorkspaceId? Workspace { get; private set; }

    /// <summary>Whether the last line was a word on where the lines behind it come from, and no record.</summary>
    public bool WasFrom { get; private set; }

    /// <summary>Reads one line, without its end.</summary>
    /// <param name="line">The line.</param>
    /// <param name="caught">Where to put what it tells.</param>
    /// <returns>Why it was refused, in fixed words; null when it was taken.</returns>
    public string? Line(ReadOnlyMemory<byte> line, Catch caught)
    {
        WasFrom = false;
        if (line.Length > ReducedLimits.Line)
        {
            return "line too long";
        }

        try
        {
            using var document = JsonDocument.Parse(line, Shallow);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return "not an object";
            }

            var fields = new ReducedFields(document.RootElement, now);
            var refusal = Read(fields, caught);
            return fields.Fault ?? refusal;
        }
        catch (JsonException)
        {
            return "not json";
        }
    }

    private string? Read(ReducedFields fields, Catch caught)
    {
        switch (fields.Text("kind"))
        {
            case "from":
                return From(fields);
            case "request":
                return Put(Request(fields), fields, caught.Sightings);
            case "event":
                return Put(Event(fields), fields, caught.Events);
            case "session":
                var facts = Session(fields);
                if (fields.Fault is null)
                {
                    caught.Session(facts);
                }

                return null;
            case "limit":
                return Put(Limit(fields), fields, caught.Limits);
            default:
                return "unknown kind";
        }
    }

    private static string? Put<T>(T read, ReducedFields fields, List<T> to)
    {
        if (fields.Fault is null)
        {
            to.Add(read);
        }

        return null;
    }

    private string? From(ReducedFields fields)
    {
        var workspace = fields.Number("workspace", 1, int.MaxValue);
        var host = fields.Text("host");
        var billing = fields.Enum<Billing>("billing");
        if (fields.Fault is null)
        {
            WasFrom = true;
            (Host, Billing) = (host, billing);
            Workspace = workspace is { } known ? new WorkspaceId((int)known) : null;
        }

        return null;
    }

    private static Sighting Request(ReducedFields fields)
    {
        var read = new Sighting
        {
            Source = fields.Source(),
            Client = fields.Needed("client"),
            At = fields.NeededTime("at"),
            Duration = fields.Span("duration"),
            Status = fields.Enum<RequestStatus>("status") ?? RequestStatus.Unknown,
            HttpStatus = (int?)fields.Number("httpStatus", 100, 999),
            ErrorType = fields.Text("errorType"),
            Provider = fields.Text("provider"),
            Model = fields.Text("model"),
            RequestedModel = fields.Text("requestedModel"),
            MessageId = fields.Text("messageId"),
            RequestId = fields.Text("requestId"),
            OwnId = fields.Text("ownId"),
            Usage = new TokenUsage
            {
                Input = fields.Number("input", 0, ReducedLimits.Tokens),
                CacheRead = fields.Number("cacheRead", 0, ReducedLimits.Tokens),
                CacheWrite5m = fields.Number("cacheWrite5m", 0, ReducedLimits.Tokens),
                CacheWrite1h = fields.Number("cacheWrite1h", 0, ReducedLimits.Tokens),
                Output = fields.Number("output", 0, ReducedLimits.Tokens),
                Reasoning = fields.Number("reasoning", 0, ReducedLimits.Tokens),
            },
            PriceMode = fields.Text("priceMode"),
            WebSearches = (int?)fields.Number("webSearches", 0, ReducedLimits.WebSearches),
            Billing = fields.Enum<Billing>("billing"),
            Session = fields.Text("session"),
            Agent = fields.Text("agent"),
            ParentAgent = fields.Text("parentAgent"),
            Folder = fields.Text("folder", ReducedLimits.LongText),
            Project = fields.Text("project"),
            Branch = fields.Text("branch"),
            User = fields.Text("user"),
            IsSidechain = fields.Flag("sidechain") ?? false,
        };
        if ((read.MessageId ?? read.RequestId ?? read.OwnId) is null)
        {
            fields.Refuse("no id");
        }

        return read;
    }

    private static SessionEvent Event(ReducedFields fields)
    {
        var read = new SessionEvent
        {
            Kind = fields.Enum<SessionEventKind>("event") ?? SessionEventKind.None,
            Session = fields.Needed("session"),
            Id = fields.Needed("id"),
            StartedAt = fields.Time("startedAt", ReducedLimits.Ahead),
            EndedAt = fields.Time("endedAt", ReducedLimits.Ahead),
            Duration = fields.Span("duration"),
            Agent = fields.Text("agent"),
            Parent = fields.Text("parent"),
            Name = fields.Text("name"),
            Tokens = fields.Number("tokens", 0, ReducedLimits.Tokens),
            Succeeded = fields.Flag("succeeded"),
        };
        if (read.Kind == SessionEventKind.None)
        {
            fields.Refuse("unknown number");
        }

        return read;
    }

    private static SessionFacts Session(ReducedFields fields)
    {
        var read = new SessionFacts
        {
            Session = fields.Needed("session"),
            Client = fields.Needed("client"),
            FirstAt = fields.NeededTime("firstAt"),
            LastAt = fields.NeededTime("lastAt"),
            Parent = fields.Text("parent"),
            Version = fields.Text("version"),
            Folder = fields.Text("folder", ReducedLimits.LongText),
            Repository = fields.Text("repository"),
            Branch = fields.Text("branch"),
            Entrypoint = fields.Text("entrypoint"),
            Host = fields.Text("host"),
            Terminal = fields.Text("terminal"),
            ProcessId = (int?)fields.Number("process", 0, int.MaxValue),
        };
        if (read.FirstAt > read.LastAt)
        {
            fields.Refuse("impossible time");
        }

        return read;
    }

    private static LimitWord Limit(ReducedFields fields) =>
        new(
            fields.NeededTime("at"),
            fields.Needed("client"),
            fields.Text("session"),
            fields.NeededEnum<LimitWordKind>("limit"),
            fields.Text("text", ReducedLimits.LongText),
            fields.Span("window"),
            fields.Fraction("usedPercent", 1e6),
            fields.Time("resetsAt", ReducedLimits.ResetAhead),
            fields.Text("scope"),
            fields.Text("plan"),
            fields.Text("account")
        );
}

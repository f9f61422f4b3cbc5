using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Weir.Foundation;

namespace Weir.Capture.Sessions;

/// <summary>A request of one session as <see cref="ToolCallers"/> needs it.</summary>
/// <param name="Id">Its record.</param>
/// <param name="Agent">The subagent; null for the main one.</param>
/// <param name="MessageId">The id in its answer.</param>
/// <param name="Client">The program.</param>
/// <param name="EndedAt">When its answer was whole, as far as is known.</param>
internal readonly record struct Caller(
    RecordId Id,
    string? Agent,
    string? MessageId,
    string? Client,
    DateTimeOffset EndedAt
);

/// <summary>
/// Which request of a session called a tool: the one whose answer's id the call names; the answer of a translated request has
/// one that names the record. Codex names none, but writes a call down
/// before the end of the answer that it stands in: there it is the first answer of the agent that ended afterwards.
/// </summary>
internal sealed class ToolCallers
{
    private const string Codex = "codex";

    // An answer that came to no end leaves its calls to the next one, which may be days later.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, int> byMessage = new(StringComparer.Ordinal);
    private readonly Dictionary<RecordId, int> byRecord = [];
    private readonly ImmutableDictionary<RecordId, RecordId> standUnder;
    private readonly Dictionary<string, List<(DateTimeOffset At, int Request)>> codex = new(StringComparer.Ordinal);

    /// <summary>Prepares for the requests of one session.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="standUnder">Of <see cref="Named"/>, what stands under another id in the ledger.</param>
    public ToolCallers(ReadOnlySpan<Caller> requests, ImmutableDictionary<RecordId, RecordId> standUnder)
    {
        this.standUnder = standUnder;
        for (var i = 0; i < requests.Length; i++)
        {
            var request = requests[i];
            byRecord.TryAdd(request.Id, i);
            if (request.MessageId is { } message)
            {
                byMessage.TryAdd(message, i);
            }

            if (request.Client == Codex)
            {
                ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(codex, request.Agent ?? "", out _);
                (own ??= []).Add((request.EndedAt, i));
            }
        }

        foreach (var own in codex.Values)
        {
            own.Sort();
        }
    }

    /// <summary>The records that calls name by their answers' ids.</summary>
    public static IEnumerable<RecordId> Named(IEnumerable<SessionEvent> events) =>
        events
            .Where(told => told.Kind == SessionEventKind.Tool)
            .Select(told => CallerIds.TryParse(told.Parent, out var id) ? id : default)
            .Where(id => id != default);

    /// <summary>The request's index; null when it is not known.</summary>
    public int? Of(SessionEvent tool)
    {
        if (tool.Parent is { } message)
        {
            return
                byMessage.TryGetValue(message, out var request)
                || (
                    CallerIds.TryParse(message, out var id)
                    && byRecord.TryGetValue(standUnder.GetValueOrDefault(id, id), out request)
                )
                ? request
                : null;
        }

        if (tool.StartedAt is not { } at || !codex.TryGetValue(tool.Agent ?? "", out var own))
        {
            return null;
        }

        var place = own.BinarySearch((at, -1));
        place = place < 0 ? ~place : place;
        return place < own.Count && own[place].At - at <= LongestAnswer ? own[place].Request : null;
    }
}

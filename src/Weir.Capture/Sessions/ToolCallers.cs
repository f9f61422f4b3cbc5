using System.Runtime.InteropServices;

namespace Weir.Capture.Sessions;

/// <summary>A request of one session as <see cref="ToolCallers"/> needs it.</summary>
/// <param name="Agent">The subagent; null for the main one.</param>
/// <param name="MessageId">The id in its answer.</param>
/// <param name="Client">The program.</param>
/// <param name="EndedAt">When its answer was whole, as far as is known.</param>
internal readonly record struct Caller(string? Agent, string? MessageId, string? Client, DateTimeOffset EndedAt);

/// <summary>
/// Which request of a session called a tool: the one whose answer's id the call names. Codex names none, but writes a call down
/// before the end of the answer that it stands in: there it is the first answer of the agent that ended afterwards.
/// </summary>
internal sealed class ToolCallers
{
    private const string Codex = "codex";

    // An answer that came to no end leaves its calls to the next one, which may be days later.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, int> byMessage = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(DateTimeOffset At, int Request)>> codex = new(StringComparer.Ordinal);

    /// <summary>Prepares for the requests of one session.</summary>
    public ToolCallers(ReadOnlySpan<Caller> requests)
    {
        for (var i = 0; i < requests.Length; i++)
        {
            var request = requests[i];
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

    /// <summary>The request's index; null when it is not known.</summary>
    public int? Of(SessionEvent tool)
    {
        if (tool.Parent is { } message)
        {
            return byMessage.TryGetValue(message, out var request) ? request : null;
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

using Weir.Capture.Tests.Oracle;

namespace Weir.Capture.Tests.Agents.ClaudeCode;

/// <summary>
/// What becomes of several sightings of one request by transcripts alone: a message with a request id is one request, one
/// without, or a sidechain's, is the message's; most output stands whole, of equals a main conversation's, then the
/// earliest.
/// </summary>
internal sealed class CopyRules
{
    private readonly Dictionary<(string Message, string? Request), Sighting> requests = [];
    private readonly Dictionary<string, List<(string Message, string? Request)>> messages = [];
    private readonly List<Sighting> alone = [];
    private readonly List<Sighting> late = [];

    public void Add(IEnumerable<Sighting> sightings)
    {
        foreach (var sighting in sightings)
        {
            if (sighting.MessageId is null)
            {
                alone.Add(sighting);
            }
            else if (sighting.IsSidechain || sighting.RequestId is null)
            {
                // Whose they are shows when the main conversations are known.
                late.Add(sighting);
            }
            else
            {
                Put((sighting.MessageId, sighting.RequestId), sighting);
            }
        }
    }

    public Totals Totals()
    {
        foreach (var sighting in late)
        {
            var message = sighting.MessageId!;
            var keys = messages.GetValueOrDefault(message);
            var own = keys?.FindIndex(k => k.Request == sighting.RequestId) ?? -1;
            Put(
                keys is null ? (message, null)
                    : own >= 0 ? keys[own]
                    : keys[0],
                sighting
            );
        }

        late.Clear();
        var totals = new Totals();
        foreach (var sighting in requests.Values.Concat(alone))
        {
            var usage = sighting.Usage;
            totals.Add(
                sighting.Model,
                sighting.At,
                sighting.Session,
                new Counted(
                    1,
                    usage.Input ?? 0,
                    usage.CacheRead ?? 0,
                    usage.CacheWrite5m ?? 0,
                    usage.CacheWrite1h ?? 0,
                    usage.Output ?? 0
                )
            );
        }

        return totals;
    }

    private void Put((string Message, string? Request) key, Sighting sighting)
    {
        if (!requests.TryGetValue(key, out var known))
        {
            requests[key] = sighting;
            if (!messages.TryGetValue(key.Message, out var keys))
            {
                messages[key.Message] = keys = [];
            }

            keys.Add(key);
        }
        else if (Beats(sighting, known))
        {
            requests[key] = sighting;
        }
    }

    private static bool Beats(Sighting a, Sighting b)
    {
        var (more, less) = (a.Usage.Output ?? 0, b.Usage.Output ?? 0);
        return more != less ? more > less
            : a.IsSidechain != b.IsSidechain ? b.IsSidechain
            : a.At < b.At;
    }
}

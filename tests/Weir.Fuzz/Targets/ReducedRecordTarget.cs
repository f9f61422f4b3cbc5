using Weir.Capture.Agents;
using Weir.Capture.Archive;
using Weir.Capture.Sync;
using Weir.Foundation;
using Weir.Fuzz.Engine;

namespace Weir.Fuzz.Targets;

/// <summary>
/// Records that another machine sends: whatever the lines are, what is taken can be, and written and read again it is the same.
/// </summary>
internal sealed class ReducedRecordTarget : FuzzTarget
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public override string Name => "reduced-records";

    public override string Group => "server";

    public override IEnumerable<byte[]> Seeds() =>
        Fixtures
            .In("archive")
            .Select(ArchiveFrame.TryOpen)
            .OfType<byte[]>()
            .Append(
                """
                {"kind":"batch","version":1,"id":"b1","host":"laptop"}
                {"kind":"from","host":"laptop","billing":1}
                {"kind":"request","source":2,"client":"codex","at":1778673600000000,"ownId":"o1","duration":5,"status":3,"httpStatus":429,"errorType":"x","requestedModel":"gpt","cacheWrite1h":4,"reasoning":2,"priceMode":"fast","webSearches":1,"user":"ada","parentAgent":"p"}
                {"kind":"event","event":3,"session":"s","id":"e","startedAt":1778673600000000,"endedAt":1778673600000001,"duration":7,"agent":"a","parent":"p","name":"Bash","tokens":5,"succeeded":true}
                {"kind":"session","session":"s","client":"codex","firstAt":1778673600000000,"lastAt":1778673600000000,"parent":"q","version":"1","repository":"r","entrypoint":"cli","host":"h","terminal":"t","process":5}
                {"kind":"limit","at":1778673600000000,"client":"codex","session":"s","limit":2,"text":"t","window":18000000000,"usedPercent":33.5,"resetsAt":1778673600000000,"scope":"primary","plan":"pro","account":"a"}
                """u8.ToArray()
            );

    public override string Run(ReadOnlySpan<byte> input)
    {
        var (batch, fault) = CaptureBatch.Read(input.ToArray(), Now);
        Must(batch is null == fault is not null, "a refusal has a reason, and nothing else has");

        var caught = new Catch();
        var (shape, read) = ReadAll(input, caught);
        using var writer = new ReducedWriter();
        writer.Write(caught);
        var again = new Catch();
        var (_, second) = ReadAll(writer.Lines, again);

        MustEqual(
            caught.Sightings.Count + caught.Events.Count + caught.Sessions.Count + caught.Limits.Count,
            second,
            "what was taken can be read again"
        );
        Must(caught.Sightings.SequenceEqual(again.Sightings), "a request is the same again");
        Must(caught.Events.SequenceEqual(again.Events), "an event is the same again");
        Must(caught.Sessions.Values.SequenceEqual(again.Sessions.Values), "a session is the same again");
        Must(caught.Limits.SequenceEqual(again.Limits), "a word on a limit is the same again");
        foreach (var seen in caught.Sightings)
        {
            Must(seen.Usage.Total >= 0 && seen.At <= Now + ReducedLimits.Ahead, "numbers and times can be");
            Must(seen.Source is not (UsageSource.None or UsageSource.Gateway), "nobody speaks for the gateway");
            Must((seen.MessageId ?? seen.RequestId ?? seen.OwnId) is { Length: > 0 }, "a request has an id");
            Must(seen.Client.Length > 0 && seen.Model is not "" && seen.Session is not "", "no text is empty");
        }

        return $"{batch is null} {Bucket(read)} {shape}";
    }

    private static (string Shape, int Taken) ReadAll(ReadOnlySpan<byte> lines, Catch caught)
    {
        var reader = new ReducedReader(Now);
        var reasons = new SortedSet<string>(StringComparer.Ordinal);
        var taken = 0;
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = (end < 0 ? lines : lines[..end]).ToArray();
            lines = end < 0 ? default : lines[(end + 1)..];
            if (reader.Line(line, caught) is { } reason)
            {
                reasons.Add(reason);
            }
            else
            {
                taken += reader.WasFrom ? 0 : 1;
            }
        }

        return (string.Join(',', reasons), taken);
    }
}

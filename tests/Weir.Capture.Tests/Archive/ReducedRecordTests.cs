using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weir.Capture.Agents;
using Weir.Capture.Archive;
using Weir.Foundation;

namespace Weir.Capture.Tests.Archive;

/// <summary>What is written is read again, and what cannot be is refused with a reason.</summary>
public class ReducedRecordTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 13, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<string?> Texts = Gen.Frequency(
        (1, Gen.Constant((string?)null)),
        (
            2,
            Gen.Elements<string?>("main", "claude-sonnet-5", "/home/ada/weir", "it's \"quoted\" \\ \n", "日本 🦀", "\0")
        ),
        (2, Gen.Choose(1, 10_000).Select(n => (string?)$"id-{n}"))
    );

    private static readonly Gen<long?> Counts = Gen.Frequency(
        (1, Gen.Constant((long?)null)),
        (1, Gen.Constant((long?)0)),
        (3, Gen.Choose(1, int.MaxValue).Select(n => (long?)n)),
        (1, Gen.Constant((long?)ReducedLimits.Tokens))
    );

    private static readonly Gen<DateTimeOffset> Moments = Gen.Choose(0, 800_000_000)
        .SelectMany(s =>
            Gen.Choose(0, 999_999)
                .Select(us => new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(s).AddMicroseconds(us))
        );

    private static readonly Gen<TimeSpan?> Spans = Gen.Choose(-1, 1_000_000_000)
        .Select(us => us < 0 ? (TimeSpan?)null : TimeSpan.FromMicroseconds(us));

    private static readonly Gen<bool?> Flags = Gen.Elements<bool?>(null, true, false);

    [Fact]
    public void Writing_and_reading_is_the_identity() =>
        Prop.ForAll(
                Catches().ToArbitrary(),
                caught =>
                {
                    var read = new Catch();
                    var refused = Read(Write(caught), read);
                    return refused.Count == 0
                        && caught.Sightings.SequenceEqual(read.Sightings)
                        && caught.Events.SequenceEqual(read.Events)
                        && caught.Sessions.Values.SequenceEqual(read.Sessions.Values)
                        && caught.Limits.SequenceEqual(read.Limits);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Long_texts_are_cut_at_a_whole_character_and_can_be_read()
    {
        var caught = new Catch();
        caught.Sightings.Add(Seen() with { Branch = new string('x', 511) + "é", Folder = "/" + new string('é', 4000) });

        var read = new Catch();

        Assert.Empty(Read(Write(caught), read));
        var seen = Assert.Single(read.Sightings);
        Assert.Equal((new string('x', 511), 2047), (seen.Branch, seen.Folder!.Length - 1));
    }

    [Fact]
    public void Half_a_character_becomes_one_that_can_be_written()
    {
        var caught = new Catch();
        caught.Sightings.Add(Seen() with { Branch = "a\ud800" });

        var read = new Catch();

        Assert.Empty(Read(Write(caught), read));
        Assert.Equal("a\ufffd", Assert.Single(read.Sightings).Branch);
    }

    [Theory]
    [InlineData("not json", """{"kind":"request",""")]
    [InlineData("not json", """{"kind":"request"} {}""")]
    [InlineData("not an object", "[1]")]
    [InlineData("unknown kind", """{"kind":"prompt","text":"x"}""")]
    [InlineData("not a text", """{"kind":7}""")]
    [InlineData("missing field", """{"kind":"request"}""")]
    [InlineData("impossible number", """{"kind":"request",@,"input":-1}""")]
    [InlineData("impossible number", """{"kind":"request",@,"output":10000000001}""")]
    [InlineData("impossible number", """{"kind":"request",@,"output":1.5}""")]
    [InlineData("impossible number", """{"kind":"request",@,"output":1e300}""")]
    [InlineData("not a number", """{"kind":"request",@,"output":"7"}""")]
    [InlineData("impossible number", """{"kind":"request",@,"httpStatus":7}""")]
    [InlineData("impossible number", """{"kind":"request",@,"duration":-5}""")]
    [InlineData("impossible number", """{"kind":"request",@,"duration":9223372036854775807}""")]
    [InlineData("unknown number", """{"kind":"request",@,"status":77}""")]
    [InlineData("unknown number", """{"kind":"request",@,"billing":9}""")]
    [InlineData("impossible number", """{"kind":"request",@,"billing":256}""")]
    [InlineData("source not allowed", """{"kind":"request",@,"source":1}""")]
    [InlineData("source not allowed", """{"kind":"request",@,"source":0}""")]
    [InlineData("impossible time", """{"kind":"request",@,"at":9223372036854775807}""")]
    [InlineData("impossible time", """{"kind":"request",@,"at":-9223372036854775808}""")]
    [InlineData("impossible time", """{"kind":"request",@,"at":1778932801000000}""")]
    [InlineData("not a text", """{"kind":"request",@,"branch":"\ud800"}""")]
    [InlineData("not a text", """{"kind":"request",@,"branch":{"a":[1]}}""")]
    [InlineData("not a flag", """{"kind":"request",@,"sidechain":1}""")]
    [InlineData("no id", """{"kind":"request",@,"messageId":null}""")]
    [InlineData("unknown number", """{"kind":"event","event":0,"session":"s","id":"e"}""")]
    [InlineData("unknown number", """{"kind":"event","event":200,"session":"s","id":"e"}""")]
    [InlineData(
        "impossible time",
        """{"kind":"session","session":"s","client":"c","firstAt":1778673600000001,"lastAt":1778673600000000}"""
    )]
    [InlineData(
        "impossible number",
        """{"kind":"limit","at":1778673600000000,"client":"c","limit":1,"usedPercent":-1}"""
    )]
    [InlineData("impossible number", """{"kind":"from","workspace":0}""")]
    public void What_cannot_be_is_refused_with_its_reason(string reason, string line)
    {
        line = line.Replace(
            "@",
            """ "source":2,"client":"c","at":1778673600000000,"messageId":"m" """,
            StringComparison.Ordinal
        );
        var caught = new Catch();

        Assert.Equal(reason, new ReducedReader(Now).Line(Encoding.UTF8.GetBytes(line), caught));
        Assert.Empty(caught.Sightings);
        Assert.Empty(caught.Events);
        Assert.Empty(caught.Sessions);
        Assert.Empty(caught.Limits);
    }

    [Theory]
    [InlineData(512, null)]
    [InlineData(513, "text too long")]
    [InlineData(70_000, "line too long")]
    public void Texts_and_lines_have_a_limit(int length, string? reason)
    {
        var line =
            $$"""{"kind":"request","source":2,"client":"{{new string('c', length)}}","at":1778673600000000,"messageId":"m"}""";

        Assert.Equal(reason, new ReducedReader(Now).Line(Encoding.UTF8.GetBytes(line), new Catch()));
    }

    [Fact]
    public void Fields_that_are_not_known_are_passed_over()
    {
        var caught = new Catch();
        var line =
            """{"kind":"request","new":[{"a":1}],"source":2,"client":"c","at":1778673600000000,"messageId":"m"}"""u8;

        Assert.Null(new ReducedReader(Now).Line(line.ToArray(), caught));
        Assert.Equal("m", Assert.Single(caught.Sightings).MessageId);
    }

    private static byte[] Write(Catch caught)
    {
        using var writer = new ReducedWriter();
        writer.Write(caught);
        return writer.Lines.ToArray();
    }

    private static List<string> Read(byte[] lines, Catch to)
    {
        var reader = new ReducedReader(DateTimeOffset.MaxValue - TimeSpan.FromDays(500));
        return
        [
            .. Encoding
                .UTF8.GetString(lines)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => reader.Line(Encoding.UTF8.GetBytes(line), to))
                .OfType<string>(),
        ];
    }

    private static Sighting Seen() =>
        new()
        {
            Source = UsageSource.Transcript,
            Client = "claude-code",
            At = Now,
            MessageId = "m1",
        };

    private static Gen<Catch> Catches() =>
        from sightings in Sightings().ListOf()
        from events in Events().ListOf()
        from facts in Facts().ListOf()
        from limits in Limits().ListOf()
        select Make(sightings, events, facts, limits);

    private static Catch Make(
        IEnumerable<Sighting> sightings,
        IEnumerable<SessionEvent> events,
        IEnumerable<SessionFacts> facts,
        IEnumerable<LimitWord> limits
    )
    {
        var caught = new Catch();
        caught.Sightings.AddRange(sightings);
        caught.Events.AddRange(events);
        caught.Limits.AddRange(limits);
        foreach (var known in facts)
        {
            caught.Session(known);
        }

        return caught;
    }

    private static Gen<Sighting> Sightings() =>
        from source in Gen.Elements(UsageSource.Transcript, UsageSource.Otlp, UsageSource.Hook, UsageSource.Import)
        from at in Moments
        from duration in Spans
        from status in Gen.Elements(Enum.GetValues<RequestStatus>())
        from http in Gen.Elements<int?>(null, 200, 429, 529)
        from texts in Texts.ArrayOf(15)
        from counts in Counts.ArrayOf(6)
        from billing in Gen.Elements<Billing?>(null, Billing.Metered, Billing.Subscription)
        from sidechain in Flags
        select new Sighting
        {
            Source = source,
            Client = "claude-code",
            At = at,
            Duration = duration,
            Status = status,
            HttpStatus = http,
            ErrorType = texts[0],
            Provider = texts[1],
            Model = texts[2],
            RequestedModel = texts[3],
            MessageId = texts[4] ?? "m",
            RequestId = texts[5],
            OwnId = texts[6],
            Usage = new TokenUsage
            {
                Input = counts[0],
                CacheRead = counts[1],
                CacheWrite5m = counts[2],
                CacheWrite1h = counts[3],
                Output = counts[4],
                Reasoning = counts[5],
            },
            PriceMode = texts[7],
            WebSearches = http,
            Billing = billing,
            Session = texts[8],
            Agent = texts[9],
            ParentAgent = texts[10],
            Folder = texts[11],
            Project = texts[12],
            Branch = texts[13],
            User = texts[14],
            IsSidechain = sidechain ?? false,
        };

    private static Gen<SessionEvent> Events() =>
        from kind in Gen.Elements(Enum.GetValues<SessionEventKind>().Where(k => k != SessionEventKind.None).ToArray())
        from began in Moments
        from ended in Moments
        from duration in Spans
        from texts in Texts.ArrayOf(5)
        from tokens in Counts
        from succeeded in Flags
        select new SessionEvent
        {
            Kind = kind,
            Session = texts[0] ?? "s",
            Id = texts[1] ?? "e",
            StartedAt = succeeded == false ? null : began,
            EndedAt = succeeded is null ? null : ended,
            Duration = duration,
            Agent = texts[2],
            Parent = texts[3],
            Name = texts[4],
            Tokens = tokens,
            Succeeded = succeeded,
        };

    private static Gen<SessionFacts> Facts() =>
        from number in Gen.Choose(0, 1000)
        from first in Moments
        from texts in Texts.ArrayOf(9)
        from process in Gen.Elements<int?>(null, 0, 4711, int.MaxValue)
        select new SessionFacts
        {
            Session = $"session-{number}",
            Client = "codex",
            FirstAt = first,
            LastAt = first.AddMicroseconds(number),
            Parent = texts[0],
            Version = texts[1],
            Folder = texts[2],
            Repository = texts[3],
            Branch = texts[4],
            Entrypoint = texts[5],
            Host = texts[6],
            Terminal = texts[7],
            ProcessId = process,
        };

    private static Gen<LimitWord> Limits() =>
        from at in Moments
        from kind in Gen.Elements(Enum.GetValues<LimitWordKind>())
        from texts in Texts.ArrayOf(5)
        from window in Spans
        from used in Gen.Elements<double?>(null, 0, 0.1, 33.333333333333336, 100, 250)
        select new LimitWord(
            at,
            "claude-code",
            texts[0],
            kind,
            texts[1],
            window,
            used,
            at,
            texts[2],
            texts[3],
            texts[4]
        );
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Weir.Testing;

/// <summary>
/// What a <see cref="FakeUpstream"/> sends for one request: a head and body steps, or raw bytes, with any fault a test
/// needs. Immutable; every method returns a changed copy, and one answer may be served many times.
/// </summary>
public sealed record UpstreamAnswer
{
    private enum Framing
    {
        ContentLength,
        Chunked,
        UntilClose,
        None,
    }

    private int status = 200;
    private string? reason;
    private Framing framing;
    private ContentCoding coding;
    private bool labelsCoding = true;
    private long? declaredLength;
    private ImmutableArray<(string Name, string Value)> headers = [];
    private ImmutableArray<byte[]> informational = [];
    private ImmutableArray<Step> before = [];
    private ImmutableArray<Step> body = [];
    private ImmutableArray<int> chunkSizes = [];
    private bool finalChunk = true;
    private bool drips;
    private int? cutAfter;
    private Ending ending = Ending.KeepAlive;

    private UpstreamAnswer() { }

    /// <summary>False: the answer begins when the request's head is read, and the connection ends with it.</summary>
    public bool AwaitsBody { get; private init; } = true;

    // ---- Beginnings

    /// <summary>A head with no body yet; the body is framed by its content length.</summary>
    public static UpstreamAnswer Status(int status, string? reason = null) =>
        new() { status = status, reason = reason };

    /// <summary>A JSON document with its content length.</summary>
    public static UpstreamAnswer Json(string body, int status = 200) =>
        Status(status).Header("content-type", "application/json").Body(body);

    /// <summary>A chunked stream of server-sent events, one chunk each; an event brings its own empty line.</summary>
    public static UpstreamAnswer Sse(params IEnumerable<string> events)
    {
        var answer = Status(200).Header("content-type", "text/event-stream; charset=utf-8").Chunked();
        return events.Aggregate(answer, (a, e) => a.Body(e));
    }

    /// <summary>These bytes instead of HTTP, then the end of the connection.</summary>
    public static UpstreamAnswer Raw(params IEnumerable<byte[]> pieces) =>
        new()
        {
            framing = Framing.None,
            ending = Ending.Close,
            body = [.. pieces.Select(p => new Step(Bytes: p))],
        };

    /// <summary>This text (ASCII) instead of HTTP, then the end of the connection.</summary>
    public static UpstreamAnswer Raw(string wire) => Raw([Encoding.Latin1.GetBytes(wire)]);

    /// <summary>Not a byte: the connection ends as told once the request is read.</summary>
    public static UpstreamAnswer Nothing(Ending how) => Raw(Array.Empty<byte[]>()).EndWith(how);

    // ---- Head

    /// <summary>Adds a header line, in this case and order.</summary>
    public UpstreamAnswer Header(string name, string value) => this with { headers = headers.Add((name, value)) };

    /// <summary>Another status, the rest as it is.</summary>
    public UpstreamAnswer WithStatus(int code) => this with { status = code };

    /// <summary>Sends an informational answer (1xx) ahead of the real one.</summary>
    public UpstreamAnswer Informational(int code, params (string Name, string Value)[] lines) =>
        this with
        {
            informational = informational.Add(HeadBytes(code, null, lines)),
        };

    // ---- Body

    /// <summary>Adds bytes to the body; each call is one chunk when chunked, one write otherwise.</summary>
    public UpstreamAnswer Body(byte[] bytes) => this with { body = body.Add(new Step(Bytes: bytes)) };

    /// <summary>Adds text (UTF-8) to the body.</summary>
    public UpstreamAnswer Body(string text) => Body(Encoding.UTF8.GetBytes(text));

    /// <summary>Frames the body in chunks; with sizes, cut anew into these, the last one repeated.</summary>
    public UpstreamAnswer Chunked(params int[] sizes) =>
        this with
        {
            framing = Framing.Chunked,
            chunkSizes = [.. sizes],
        };

    /// <summary>Frames the body by the end of the connection.</summary>
    public UpstreamAnswer UntilClose() => this with { framing = Framing.UntilClose, ending = Ending.Close };

    /// <summary>Compresses the body, flushed at each piece; unlabelled leaves <c>content-encoding</c> away.</summary>
    public UpstreamAnswer Compressed(ContentCoding how, bool labelled = true) =>
        this with
        {
            coding = how,
            labelsCoding = labelled,
        };

    // ---- Time

    /// <summary>Waits for the gate before the first byte of the answer.</summary>
    public UpstreamAnswer PauseBeforeHead(Gate gate) => this with { before = before.Add(new Step(Gate: gate)) };

    /// <summary>Sends no byte of the answer and keeps the connection open until the client or the test ends it.</summary>
    public UpstreamAnswer StallBeforeHead() => WaitBeforeHead(Timeout.InfiniteTimeSpan);

    /// <summary>Takes this long before the first byte. To make load, not to order events: a <see cref="Gate"/> does that.</summary>
    public UpstreamAnswer WaitBeforeHead(TimeSpan time) => this with { before = before.Add(new Step(Wait: time)) };

    /// <summary>Waits for the gate at this point of the body; the head and the body so far have gone.</summary>
    public UpstreamAnswer Pause(Gate gate) => this with { body = body.Add(new Step(Gate: gate)) };

    /// <summary>Sends nothing more from this point of the body, with the connection open.</summary>
    public UpstreamAnswer Stall() => Wait(Timeout.InfiniteTimeSpan);

    /// <summary>Takes this long at this point of the body. To make load, not to order events.</summary>
    public UpstreamAnswer Wait(TimeSpan time) => this with { body = body.Add(new Step(Wait: time)) };

    /// <summary>Sends every byte by itself.</summary>
    public UpstreamAnswer Dripping() => this with { drips = true };

    // ---- Faults

    /// <summary>Answers without reading the request's body.</summary>
    public UpstreamAnswer WithoutReadingBody() => this with { AwaitsBody = false, ending = Ending.Close };

    /// <summary>Declares this content length, whatever the body is.</summary>
    public UpstreamAnswer DeclaringLength(long length) => this with { declaredLength = length };

    /// <summary>Leaves the closing chunk away; with no other ending the connection is closed.</summary>
    public UpstreamAnswer WithoutFinalChunk() =>
        this with
        {
            finalChunk = false,
            ending = ending == Ending.KeepAlive ? Ending.Close : ending,
        };

    /// <summary>Ends the connection this way after the last byte.</summary>
    public UpstreamAnswer EndWith(Ending how) => this with { ending = how };

    /// <summary>Stops after so many bytes on the wire, the head's included, and ends the connection.</summary>
    public UpstreamAnswer CutAfter(int wireBytes, Ending how = Ending.Reset) =>
        this with
        {
            cutAfter = wireBytes,
            ending = how,
        };

    /// <summary>The connection's end after the body so far, with no closing chunk: a stream that dies.</summary>
    public UpstreamAnswer Dies(Ending how = Ending.Reset) => this with { finalChunk = false, ending = how };

    /// <summary>The body's bytes as the wire carries them: compressed, without the transfer coding.</summary>
    public byte[] EncodedBody() => [.. Encode().SelectMany(s => s.Bytes ?? [])];

    /// <summary>Whether it says no: a status from 400 on.</summary>
    internal bool IsRefusal => status >= 400;

    internal Ending End => ending;

    internal IEnumerable<Step> Compile()
    {
        var steps = Wire();
        if (cutAfter is { } limit)
        {
            steps = Cut(steps, limit);
        }

        return drips
            ? steps.SelectMany(s => s.Bytes is { } b ? b.Select(x => new Step(Bytes: [x])) : (IEnumerable<Step>)[s])
            : steps;
    }

    private List<Step> Wire()
    {
        var pieces = Encode();
        if (framing == Framing.None)
        {
            return pieces;
        }

        var lines = headers.ToList();
        if (labelsCoding && coding.Token() is { } token)
        {
            lines.Add(("content-encoding", token));
        }

        switch (framing)
        {
            case Framing.Chunked:
                lines.Add(("transfer-encoding", "chunked"));
                break;
            case Framing.ContentLength:
                var length = declaredLength ?? pieces.Sum(s => (long)(s.Bytes?.Length ?? 0));
                lines.Add(("content-length", length.ToString(CultureInfo.InvariantCulture)));
                break;
        }

        if (ending is Ending.Close or Ending.HalfClose && framing == Framing.UntilClose)
        {
            lines.Add(("connection", "close"));
        }

        var wire = new List<Step>(informational.Select(i => new Step(Bytes: i)));
        wire.AddRange(before);
        wire.Add(new Step(Bytes: HeadBytes(status, reason, lines)));
        if (framing != Framing.Chunked)
        {
            wire.AddRange(pieces);
            return wire;
        }

        wire.AddRange(pieces.Select(s => s.Bytes is { Length: > 0 } b ? new Step(Bytes: Chunk(b)) : s));
        if (finalChunk)
        {
            wire.Add(new Step(Bytes: "0\r\n\r\n"u8.ToArray()));
        }

        return wire;
    }

    private List<Step> Encode()
    {
        var steps = body.ToList();
        if (coding != ContentCoding.Identity)
        {
            var compressed = coding.Compress([.. steps.Where(s => s.Bytes is not null).Select(s => s.Bytes!)]);
            var next = 0;
            steps = [.. steps.Select(s => s.Bytes is null ? s : new Step(Bytes: compressed[next++]))];
        }

        return chunkSizes.IsEmpty ? steps : Resize(steps);
    }

    private List<Step> Resize(List<Step> steps)
    {
        var result = new List<Step>();
        var index = 0;
        foreach (var step in steps)
        {
            var rest = step.Bytes;
            if (rest is null)
            {
                result.Add(step);
                continue;
            }

            while (rest.Length > 0)
            {
                var size = Math.Min(rest.Length, chunkSizes[Math.Min(index++, chunkSizes.Length - 1)]);
                result.Add(new Step(Bytes: rest[..size]));
                rest = rest[size..];
            }
        }

        return result;
    }

    private static List<Step> Cut(List<Step> steps, int limit)
    {
        var result = new List<Step>();
        foreach (var step in steps)
        {
            if (limit == 0)
            {
                break;
            }

            if (step.Bytes is not { } bytes)
            {
                result.Add(step);
                continue;
            }

            var size = Math.Min(bytes.Length, limit);
            result.Add(new Step(Bytes: bytes[..size]));
            limit -= size;
        }

        return result;
    }

    private static byte[] Chunk(byte[] bytes) =>
        [
            .. Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"),
            .. bytes,
            13,
            10,
        ];

    private static byte[] HeadBytes(int status, string? reason, IEnumerable<(string Name, string Value)> lines)
    {
        var head = new StringBuilder($"HTTP/1.1 {status} {reason ?? Reason(status)}\r\n");
        foreach (var (name, value) in lines)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private static string Reason(int status) =>
        status switch
        {
            200 => "OK",
            100 => "Continue",
            103 => "Early Hints",
            400 => "Bad Request",
            401 => "Unauthorized",
            404 => "Not Found",
            429 => "Too Many Requests",
            500 => "Internal Server Error",
            529 => "Overloaded",
            _ => "Status",
        };

    internal sealed record Step(byte[]? Bytes = null, Gate? Gate = null, TimeSpan Wait = default);
}

/// <summary>How a connection ends after an answer.</summary>
public enum Ending
{
    /// <summary>It does not: the next request is read.</summary>
    KeepAlive,

    /// <summary>Closed in order (FIN).</summary>
    Close,

    /// <summary>Only the sending side is closed; the connection stays until the client closes its own.</summary>
    HalfClose,

    /// <summary>Reset (RST).</summary>
    Reset,
}

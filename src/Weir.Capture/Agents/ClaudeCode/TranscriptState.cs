using System.Buffers.Binary;
using System.Text;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>A tool call whose result has not been met.</summary>
/// <param name="Id">The call's id.</param>
/// <param name="Name">The tool.</param>
/// <param name="AgentType">The subagent type it asks for; null for a tool that starts none.</param>
internal readonly record struct OpenCall(string Id, string? Name, string? AgentType);

/// <summary>
/// What one line of a transcript means to a later one. Saved as: a version byte, a byte of flags, the output so far and
/// the time's ticks (8 bytes each, little-endian), then texts as a length (2 bytes, little-endian, 0 for none) and UTF-8:
/// message id, request id, and three for each open call. Of bytes that are anything else, nothing is known.
/// </summary>
internal sealed class TranscriptState
{
    private const byte FormatVersion = 1;
    private const int MostOpenCalls = 32;
    private const int HeaderLength = 18;
    private const byte ToldFlag = 1;
    private const byte SidechainFlag = 2;

    private readonly List<OpenCall> openCalls = [];

    /// <summary>The message that was yielded last.</summary>
    public string? MessageId { get; set; }

    /// <summary>Its request.</summary>
    public string? RequestId { get; set; }

    /// <summary>Its output as it was yielded.</summary>
    public long Output { get; set; }

    /// <summary>Its time.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>Whether it stood in a subagent's conversation.</summary>
    public bool WasSidechain { get; set; }

    /// <summary>Whether the subagent of this file was told of.</summary>
    public bool AgentTold { get; set; }

    /// <summary>Calls without a result, oldest first.</summary>
    public IReadOnlyList<OpenCall> OpenCalls => openCalls;

    /// <summary>Remembers a call; the oldest is forgotten when there are too many.</summary>
    public void Opened(OpenCall call)
    {
        if (openCalls.Count == MostOpenCalls)
        {
            openCalls.RemoveAt(0);
        }

        openCalls.Add(call);
    }

    /// <summary>Gives a call and forgets it; default when it is not known.</summary>
    public OpenCall Closed(string id)
    {
        var at = openCalls.FindIndex(c => c.Id == id);
        if (at < 0)
        {
            return default;
        }

        var call = openCalls[at];
        openCalls.RemoveAt(at);
        return call;
    }

    /// <summary>The state in bytes.</summary>
    public byte[] Save()
    {
        using var bytes = new MemoryStream();
        Span<byte> header = stackalloc byte[HeaderLength];
        header[0] = FormatVersion;
        header[1] = (byte)((AgentTold ? ToldFlag : 0) | (WasSidechain ? SidechainFlag : 0));
        BinaryPrimitives.WriteInt64LittleEndian(header[2..], Output);
        BinaryPrimitives.WriteInt64LittleEndian(header[10..], At.UtcTicks);
        bytes.Write(header);
        Write(bytes, MessageId);
        Write(bytes, RequestId);
        foreach (var call in openCalls)
        {
            Write(bytes, call.Id);
            Write(bytes, call.Name);
            Write(bytes, call.AgentType);
        }

        return bytes.ToArray();
    }

    /// <summary>The state that was saved; a new one when the bytes are none.</summary>
    public static TranscriptState Read(ReadOnlySpan<byte> saved)
    {
        if (saved.Length < HeaderLength || saved[0] != FormatVersion || saved[1] > (ToldFlag | SidechainFlag))
        {
            return new TranscriptState();
        }

        var ticks = BinaryPrimitives.ReadInt64LittleEndian(saved[10..]);
        if (ticks < 0 || ticks > DateTimeOffset.MaxValue.UtcTicks)
        {
            return new TranscriptState();
        }

        var state = new TranscriptState
        {
            At = new DateTimeOffset(ticks, TimeSpan.Zero),
            AgentTold = (saved[1] & ToldFlag) != 0,
            WasSidechain = (saved[1] & SidechainFlag) != 0,
            Output = BinaryPrimitives.ReadInt64LittleEndian(saved[2..]),
        };
        var rest = saved[HeaderLength..];
        if (!TryRead(ref rest, out var message) || !TryRead(ref rest, out var request))
        {
            return new TranscriptState();
        }

        (state.MessageId, state.RequestId) = (message, request);
        while (!rest.IsEmpty)
        {
            if (
                !TryRead(ref rest, out var id)
                || !TryRead(ref rest, out var name)
                || !TryRead(ref rest, out var type)
                || id is null
            )
            {
                return new TranscriptState();
            }

            state.Opened(new OpenCall(id, name, type));
        }

        return state;
    }

    private static void Write(MemoryStream to, string? text)
    {
        Span<byte> length = stackalloc byte[2];
        var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)bytes.Length);
        to.Write(length);
        to.Write(bytes);
    }

    private static bool TryRead(ref ReadOnlySpan<byte> from, out string? text)
    {
        text = null;
        if (from.Length < 2)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(from);
        from = from[2..];
        if (length > from.Length || !System.Text.Unicode.Utf8.IsValid(from[..length]))
        {
            return false;
        }

        text = length == 0 ? null : Encoding.UTF8.GetString(from[..length]);
        from = from[length..];
        return true;
    }
}

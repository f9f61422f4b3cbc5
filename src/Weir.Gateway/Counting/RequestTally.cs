using System.Buffers;
using Weir.Tokens;
using Weir.Wire;

namespace Weir.Gateway.Counting;

/// <summary>
/// What the readers of the dialects add up for one request: texts by the model's encoding, all else by its vendor's rules.
/// Values are given as they stand in the JSON. Not thread-safe.
/// </summary>
internal sealed class RequestTally : IDisposable
{
    private readonly string model;
    private readonly TokenCounter counter;
    private byte[] room = [];
    private long units;
    private long tokens;
    private bool isExact;
    private bool hasSystem;

    /// <summary>An empty tally for a model.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="isExact">Whether there is a formula for the request's dialect.</param>
    public RequestTally(string model, bool isExact)
    {
        this.model = model;
        counter = TokenCounter.For(model);
        Rules = CountingRules.For(model);
        this.isExact = isExact && counter.IsExact;
    }

    /// <summary>What the model's vendor counts beside the words.</summary>
    public CountingRules Rules { get; }

    /// <summary>Whether tools are offered: OpenAI ends the first system message's line then.</summary>
    public bool HasTools { get; set; }

    /// <summary>The sum; nothing may be added after.</summary>
    public RequestCount Total() =>
        new(
            counter.FromUnits(units)
                + tokens
                + Rules.Reply
                + (HasTools ? Rules.Tools + (hasSystem ? Rules.ToolsWithSystem : 0) : 0),
            isExact,
            counter.Basis
        );

    /// <summary>A message begins.</summary>
    /// <param name="role">Its role, a JSON string.</param>
    public void Message(ReadOnlySpan<byte> role)
    {
        tokens += Rules.Message;
        if (Rules.CountsRoles)
        {
            Text(role);
        }
    }

    /// <summary>A system message of which the text is one string.</summary>
    public void SystemText(ReadOnlySpan<byte> text)
    {
        var endsLine = !hasSystem && HasTools && Rules.ToolsAsTypeScript;
        hasSystem = true;
        var words = Words(text);
        if (!endsLine || words.IsEmpty || words[^1] == (byte)'\n')
        {
            units += counter.CountUnits(words);
            return;
        }

        var length = words.Length;
        Reserve(length + 1);
        words.CopyTo(room);
        room[length] = (byte)'\n';
        units += counter.CountUnits(room.AsSpan(0, length + 1));
    }

    /// <summary>A system message of several parts, which <see cref="Text"/> adds.</summary>
    public void SystemParts() => hasSystem = true;

    /// <summary>A JSON string's words; of any other value its JSON.</summary>
    public void Text(ReadOnlySpan<byte> value) => units += counter.CountUnits(Words(value));

    /// <summary>Bytes that the vendor shows to the model as they are.</summary>
    public void Plain(ReadOnlySpan<byte> utf8) => units += counter.CountUnits(utf8);

    /// <summary>A message's name.</summary>
    public void Name(ReadOnlySpan<byte> name)
    {
        Text(name);
        tokens += Rules.Name;
    }

    /// <summary>A call of a tool that the model once made.</summary>
    public void Call(ReadOnlySpan<byte> name, ReadOnlySpan<byte> arguments)
    {
        Text(name);
        Text(arguments);
        tokens += Rules.Call;
    }

    /// <summary>Tokens that a rule gives.</summary>
    public void Add(int count) => tokens += count;

    /// <summary>An image.</summary>
    /// <param name="base64">Its bytes in base64, or a data URI of them; anything else leaves its size unknown.</param>
    /// <param name="isLow">Whether low detail will do.</param>
    public void Image(ReadOnlySpan<byte> base64, bool isLow = false)
    {
        // Some write each slash of base64 as an escape.
        var words = Words(base64);
        if (words.StartsWith("data:"u8) && words.IndexOf(";base64,"u8) is >= 0 and var at)
        {
            words = words[(at + 8)..];
        }

        var (count, exact) = ImageTokens.Of(Rules.Vendor, model, ImageSize.OfBase64(words), isLow);
        tokens += count;
        isExact &= exact;
    }

    /// <summary>A document, recording or whatever else has no words that can be read here.</summary>
    public void Document()
    {
        tokens += Rules.Document;
        isExact = false;
    }

    /// <summary>No rule tells what this counts: its JSON stands for it.</summary>
    public void Unknown(ReadOnlySpan<byte> json)
    {
        units += counter.CountUnits(json);
        isExact = false;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (room.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(room);
        }

        room = [];
    }

    /// <summary>A JSON string's text, of any other value its JSON; valid until the next call.</summary>
    private ReadOnlySpan<byte> Words(ReadOnlySpan<byte> value)
    {
        if (value.Length < 2 || value[0] != (byte)'"')
        {
            return value;
        }

        var inside = value[1..^1];
        if (!inside.Contains((byte)'\\'))
        {
            return inside;
        }

        Reserve(inside.Length);
        return room.AsSpan(0, JsonText.UnescapeAny(inside, room));
    }

    private void Reserve(int length)
    {
        if (room.Length >= length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(length);
        room.CopyTo(larger, 0);
        Dispose();
        room = larger;
    }
}

/// <summary>How many tokens a request's input has.</summary>
/// <param name="Tokens">The count.</param>
/// <param name="IsExact">Whether it follows from the model's own encoding and its vendor's published formula; else an estimate.</param>
/// <param name="Basis">By what it was counted, for people.</param>
internal readonly record struct RequestCount(long Tokens, bool IsExact, string Basis);

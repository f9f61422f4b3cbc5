using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// What a caller says on a socket of Responses': a <c>response.create</c> with the body of <c>POST /v1/responses</c> beside its type
/// (https://developers.openai.com/api/docs/guides/websocket-mode). Of the body only what the socket itself must know is looked at; what
/// is wrong with the rest is found by whoever answers the request. Lives as long as the bytes it was read from. Immutable.
/// </summary>
internal readonly struct ResponsesMessage
{
    private readonly JsonValue root;

    private ResponsesMessage(JsonValue root)
    {
        this.root = root;
    }

    /// <summary>Whether it asks for a response.</summary>
    public bool IsCreate => root.Is("type"u8, "response.create"u8);

    /// <summary>Whether it only tells that an answer was dealt with, as Codex does: nobody answers that.</summary>
    public bool IsNotice => root.Is("type"u8, "response.processed"u8);

    /// <summary>Whether the request is to be remembered and not answered (<c>generate: false</c>).</summary>
    public bool IsWarmUp => root.Flag("generate"u8) == false;

    /// <summary>Whether nothing of it may be stored.</summary>
    public bool IsUnstored => root.Flag("store"u8) == false;

    /// <summary>The response that it goes on from; null for none, and for what is no text.</summary>
    public string? Previous => root.Text("previous_response_id"u8) is { IsEmpty: false } id ? id.ToString() : null;

    /// <summary>Reads a message; false when it is not one JSON object.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out ResponsesMessage message)
    {
        message = default;
        try
        {
            var read = JsonValue.Parse(bytes);
            if (read.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            foreach (var _ in read.Members())
            {
                // To the last: from here on nothing at this level throws.
            }

            message = new ResponsesMessage(read);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// Adds its input to the items that went before, with commas between them; a plain text becomes a message of the user's. False when
    /// it is not well-formed, with whatever had been added by then.
    /// </summary>
    public bool TryAddItems(PooledBuffer to)
    {
        var input = root.Get("input"u8);
        if (input.ValueKind == JsonValueKind.String)
        {
            to.Append(to.Length > 0 ? ","u8 : default);
            to.Append("""{"type":"message","role":"user","content":"""u8);
            to.Append(input.Raw);
            to.Append("}"u8);
            return true;
        }

        try
        {
            foreach (var item in input.Items())
            {
                to.Append(to.Length > 0 ? ","u8 : default);
                to.Append(item.Raw);
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// Writes the body of the request that it is over HTTP, for a stream. Its members stay as they stand and in their order, so that
    /// equal beginnings stay equal bytes; those go that only the socket has.
    /// </summary>
    /// <param name="to">Where to write.</param>
    /// <param name="items">
    /// The items that stand in place of its input and of the response that it goes on from; null where both stay as they are.
    /// </param>
    /// <param name="stored">The stored response that those items go on from; null for none.</param>
    public void WriteBody(PooledBuffer to, ReadOnlyMemory<byte>? items, string? stored)
    {
        var json = new JsonOut(to);
        var hasInput = false;
        json.Object();
        foreach (var member in root.Members())
        {
            if (
                member.NameEquals("type"u8)
                || member.NameEquals("stream"u8)
                || member.NameEquals("background"u8)
                || member.NameEquals("generate"u8)
                || (items is not null && member.NameEquals("previous_response_id"u8))
            )
            {
                continue;
            }

            if (items is { } whole && member.NameEquals("input"u8))
            {
                WriteInput(json, whole.Span, ref hasInput);
                continue;
            }

            json.Raw(member.Name, member.Value.Raw);
        }

        if (items is { } rest)
        {
            WriteInput(json, rest.Span, ref hasInput);
            if (stored is not null)
            {
                json.Plain("previous_response_id"u8, stored);
            }
        }

        json.Bool("stream"u8, true);
        json.EndObject();
    }

    private static void WriteInput(JsonOut json, ReadOnlySpan<byte> items, ref bool hasInput)
    {
        if (hasInput)
        {
            return;
        }

        hasInput = true;
        json.Array("input"u8);
        if (!items.IsEmpty)
        {
            json.Raw(items);
        }

        json.EndArray();
    }
}

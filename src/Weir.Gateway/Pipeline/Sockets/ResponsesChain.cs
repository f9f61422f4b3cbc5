using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// The last response of one socket, which the next request may go on from. What the provider stored it is asked for by its id; of what
/// nobody stored, the items are here: all that went in and came out since the last response that was stored, or from the beginning.
/// For as long as the socket is open, and in memory alone. Not thread-safe.
/// </summary>
/// <param name="limit">The most bytes of items that are kept; a longer conversation is forgotten.</param>
internal sealed class ResponsesChain(long limit)
{
    private string? id;
    private byte[]? items;

    /// <summary>The stored response that the items go on from; null for none.</summary>
    public string? Stored { get; private set; }

    /// <summary>Whether this is the last response.</summary>
    public bool Knows(string response) => response == id;

    /// <summary>The items up to this response, with commas between them; null when they are not here.</summary>
    public ReadOnlyMemory<byte>? ItemsOf(string response) =>
        response == id && items is not null ? items.AsMemory() : (ReadOnlyMemory<byte>?)null;

    /// <summary>Forgets this response, if that is the last one: a request that went on from it failed.</summary>
    public void Forget(string? response)
    {
        if (response is not null && response == id)
        {
            Keep(null, null, null);
        }
    }

    /// <summary>A response that the provider stored is the last one now.</summary>
    public void KeepStored(string response) => Keep(response, null, null);

    /// <summary>A response that nobody stored is the last one now.</summary>
    /// <param name="response">Its id.</param>
    /// <param name="stored">The stored response that all of it goes on from; null for none.</param>
    /// <param name="input">The items that went in, with commas between them.</param>
    /// <param name="output">Those that came out.</param>
    public void Keep(string response, string? stored, ReadOnlySpan<byte> input, IReadOnlyList<byte[]> output)
    {
        Keep(null, null, null);
        using var whole = new PooledBuffer(input.Length);
        whole.Append(input);
        try
        {
            var lostReasoning = false;
            foreach (var bytes in output)
            {
                var item = JsonValue.Parse(bytes);
                if (item.Is("type"u8, "reasoning"u8) && item.Text("encrypted_content"u8).IsEmpty)
                {
                    // Nobody has it any more but its provider, who stored nothing: its id would be refused.
                    lostReasoning = true;
                    continue;
                }

                whole.Append(whole.Length > 0 ? ","u8 : default);
                if (lostReasoning)
                {
                    WriteWithoutId(item, whole);
                }
                else
                {
                    whole.Append(item.Raw);
                }
            }
        }
        catch (JsonException)
        {
            return;
        }

        if (whole.Length <= limit)
        {
            Keep(response, whole.Span.ToArray(), stored);
        }
    }

    private void Keep(string? response, byte[]? all, string? stored)
    {
        id = response;
        items = all;
        Stored = stored;
    }

    // By its id OpenAI would ask for the reasoning that belongs to it.
    private static void WriteWithoutId(JsonValue item, PooledBuffer to)
    {
        var json = new JsonOut(to);
        json.Object();
        foreach (var member in item.Members())
        {
            if (!member.NameEquals("id"u8))
            {
                json.Raw(member.Name, member.Value.Raw);
            }
        }

        json.EndObject();
    }
}

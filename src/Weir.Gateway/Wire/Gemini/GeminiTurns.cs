using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.Gemini;

/// <summary>
/// Reads <c>contents</c>. What a stream's chunks left in a history as many small contents of the model's becomes one turn
/// again, its words one text. Calls without an id get one by their place, and a response without one belongs to the first
/// call of its name that has none yet. Not thread-safe.
/// </summary>
internal sealed class GeminiTurns(Conversation conversation)
{
    private readonly List<RawText> words = [];
    private readonly List<RawText> thoughts = [];
    private readonly List<(RawText Id, RawText Name)> waiting = [];
    private Turn? model;
    private int calls;

    /// <summary>Reads all of them.</summary>
    public void Read(JsonValue contents)
    {
        foreach (var content in contents.List())
        {
            if (content.Is("role"u8, "model"u8))
            {
                ReadModel(content.Get("parts"u8));
            }
            else
            {
                EndModel();
                ReadUser(content.ValueKind == JsonValueKind.String ? content : content.Get("parts"u8));
            }
        }

        EndModel();
    }

    private void ReadModel(JsonValue parts)
    {
        if (model is null)
        {
            model = new Turn(Role.Assistant);
            conversation.Turns.Add(model);
            waiting.Clear();
        }

        foreach (var part in parts.List())
        {
            var signature = part.FieldText("thoughtSignature"u8);
            var text = part.Text("text"u8);
            if (part.Flag("thought"u8) == true)
            {
                EndWords();
                thoughts.Add(text);
                Prove(signature);
            }
            else if (part.Field("functionCall"u8) is { ValueKind: JsonValueKind.Object } call)
            {
                Prove(signature);
                ReadCall(model, call);
            }
            else if (part.Get("text"u8).ValueKind == JsonValueKind.String)
            {
                Prove(signature);
                if (!text.IsEmpty)
                {
                    EndThoughts(default);
                    words.Add(text);
                }
            }
            else
            {
                // Pictures that a model made, and traces of Google's own tools: no other model takes them back.
                conversation.Has(Feature.HostedTool);
            }
        }
    }

    private void ReadCall(Turn turn, JsonValue call)
    {
        EndWords();
        EndThoughts(default);
        var id = call.Text("id"u8);
        var name = call.Text("name"u8);
        if (id.IsEmpty)
        {
            id = RawText.OfPlain(string.Create(CultureInfo.InvariantCulture, $"call_{calls}"));
        }

        calls++;
        waiting.Add((id, name));
        var input = call.Get("args"u8);
        turn.Parts.Add(
            new ToolCallPart(
                id,
                name,
                input.ValueKind == JsonValueKind.Object ? RawJson.Of(input) : RawJson.EmptyObject
            )
        );
    }

    /// <summary>A signature signs the thinking before it, shown or not, and stands on the part behind it.</summary>
    private void Prove(RawText signature)
    {
        if (signature.IsEmpty)
        {
            return;
        }

        EndWords();
        EndThoughts(
            GeminiMedia.TryDecode(signature, out var bytes)
            && ThinkingProof.TryOpen(RawText.OfPlain(bytes), out var opened)
                ? opened
                : new ThinkingProof(ProofKind.Thought, signature, Provider: null)
        );
    }

    private void EndThoughts(ThinkingProof proof)
    {
        if (thoughts.Count > 0 || proof.Kind != ProofKind.None)
        {
            model!.Parts.Add(new ThinkingPart(Join(thoughts), proof));
            thoughts.Clear();
        }
    }

    private void EndWords()
    {
        if (words.Count > 0)
        {
            model!.Parts.Add(new TextPart(Join(words)));
            words.Clear();
        }
    }

    private void EndModel()
    {
        if (model is not null)
        {
            EndWords();
            EndThoughts(default);
            model = null;
        }
    }

    private static RawText Join(List<RawText> pieces)
    {
        if (pieces is [var only])
        {
            return only;
        }

        var joined = new List<byte>();
        foreach (var piece in pieces)
        {
            joined.AddRange(piece.Span);
        }

        return RawText.OfEscaped(CollectionsMarshal.AsSpan(joined));
    }

    private void ReadUser(JsonValue parts)
    {
        var turn = new Turn(Role.User);
        foreach (var part in parts.List())
        {
            if (part.ValueKind == JsonValueKind.String)
            {
                turn.Parts.Add(new TextPart(RawText.Of(part)));
            }
            else if (part.Field("functionResponse"u8) is { ValueKind: JsonValueKind.Object } response)
            {
                turn.Parts.Add(ReadResponse(response));
            }
            else if (part.Get("text"u8).ValueKind == JsonValueKind.String)
            {
                turn.Parts.Add(new TextPart(part.Text("text"u8)));
            }
            else if (GeminiMedia.Read(conversation, part) is { } media)
            {
                turn.Parts.Add(media);
            }
            else
            {
                conversation.Has(Feature.UnknownField);
            }
        }

        conversation.Turns.Add(turn);
    }

    private ToolResultPart ReadResponse(JsonValue response)
    {
        var name = response.Text("name"u8);
        var said = response.Get("response"u8);
        var error = said.Get("error"u8);
        // One text under the name that Google's documents or its SDKs give it is that text.
        var only =
            error.Exists() ? error
            : said.Get("output"u8).Exists() ? said.Get("output"u8)
            : said.Get("result"u8);
        var isText = only.ValueKind == JsonValueKind.String && IsAlone(said);
        var shown = new List<Part>();
        foreach (var part in response.Get("parts"u8).List())
        {
            if (GeminiMedia.Read(conversation, part) is { } media)
            {
                shown.Add(media);
                conversation.Has(Feature.ToolResultMedia);
            }
        }

        var result = new ToolResultPart(IdOf(response.Text("id"u8), name))
        {
            Name = name,
            IsError = error.Exists(),
            Structured = isText || shown.Count > 0 ? default : said,
        };
        if (isText)
        {
            result.Content.Add(new TextPart(RawText.Of(only)));
        }
        else if (shown.Count > 0 && said.Exists())
        {
            result.Content.Add(new TextPart(RawText.OfPlain(RawJson.Of(said).Span)));
        }

        result.Content.AddRange(shown);
        if (result.IsError)
        {
            conversation.Has(Feature.ToolError);
        }

        return result;
    }

    private static bool IsAlone(JsonValue said)
    {
        var count = 0;
        foreach (var _ in said.Members())
        {
            count++;
        }

        return count == 1;
    }

    private RawText IdOf(RawText id, RawText name)
    {
        var at = waiting.FindIndex(call =>
            id.IsEmpty ? call.Name.Span.SequenceEqual(name.Span) : call.Id.Span.SequenceEqual(id.Span)
        );
        if (at < 0)
        {
            return id.IsEmpty ? name : id;
        }

        var found = waiting[at].Id;
        waiting.RemoveAt(at);
        return found;
    }
}

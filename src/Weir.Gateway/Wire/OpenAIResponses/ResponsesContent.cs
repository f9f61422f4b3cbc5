using System.Text.Json;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire.OpenAIChat;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>Reads the content of a message, and the output of a tool: words, pictures, files, sound. Stateless.</summary>
internal static class ResponsesContent
{
    /// <summary>Reads a text, or an array of parts.</summary>
    public static void Read(Conversation conversation, JsonValue content, List<Part> to)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            to.Add(new TextPart(RawText.Of(content)));
            return;
        }

        foreach (var part in content.Items())
        {
            ReadPart(conversation, part, to);
        }
    }

    private static void ReadPart(Conversation conversation, JsonValue part, List<Part> to)
    {
        var mark = CacheMark.None;
        if (part.Get("prompt_cache_breakpoint"u8).Exists())
        {
            conversation.Has(Feature.CacheControl);
            mark = CacheMark.Short;
        }

        var type = part.Text("type"u8);
        if (type.Is("input_text"u8) || type.Is("output_text"u8) || type.Is("text"u8) || type.Is("summary_text"u8))
        {
            if (part.Get("annotations"u8).HasContent)
            {
                conversation.Has(Feature.Citations);
            }

            to.Add(new TextPart(part.Text("text"u8)) { Cache = mark });
        }
        else if (type.Is("refusal"u8))
        {
            to.Add(new RefusalPart(part.Text("refusal"u8)));
        }
        else if (type.Is("input_image"u8))
        {
            ReadImage(conversation, part, mark, to);
        }
        else if (type.Is("input_file"u8))
        {
            to.Add(OpenAIMedia.File(conversation, part, mark));
        }
        else if (type.Is("input_audio"u8))
        {
            var audio = part.Get("input_audio"u8);
            conversation.Has(Feature.Audio);
            to.Add(
                new MediaPart(MediaKind.Audio, MediaSource.Base64, audio.Text("data"u8))
                {
                    MediaType = RawText.OfPlain(audio.Is("format"u8, "mp3"u8) ? "audio/mp3" : "audio/wav"),
                }
            );
        }
        else
        {
            conversation.Has(Feature.UnknownField);
        }
    }

    private static void ReadImage(Conversation conversation, JsonValue part, CacheMark mark, List<Part> to)
    {
        var held = part.Text("file_id"u8);
        if (!held.IsEmpty)
        {
            conversation.Has(Feature.HeldFile);
            to.Add(new MediaPart(MediaKind.Image, MediaSource.Held, held));
            return;
        }

        var image = part.Get("image_url"u8);
        var url = image.ValueKind == JsonValueKind.String ? RawText.Of(image) : image.Text("url"u8);
        to.Add(OpenAIMedia.Image(conversation, url, part.Text("detail"u8), mark));
    }
}

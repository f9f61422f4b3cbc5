using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIChat;

/// <summary>Pictures and files as Chat and Responses have them. Pure.</summary>
internal static class OpenAIMedia
{
    /// <summary>A picture: an address, or its bytes in one.</summary>
    public static MediaPart Image(
        Conversation conversation,
        RawText url,
        RawText detail,
        CacheMark mark = CacheMark.None
    )
    {
        var isData = DataUri.TryRead(url, out var mediaType, out var data);
        conversation.Has(isData ? Feature.Image : Feature.ImageUrl);
        if (!detail.IsEmpty && !detail.Is("auto"u8))
        {
            conversation.Has(Feature.ImageDetail);
        }

        return new MediaPart(MediaKind.Image, isData ? MediaSource.Base64 : MediaSource.Url, isData ? data : url)
        {
            MediaType = mediaType,
            Detail = detail,
            Cache = mark,
        };
    }

    /// <summary>A file: <c>file_data</c>, <c>file_url</c> or <c>file_id</c>, with its <c>filename</c>.</summary>
    public static MediaPart File(Conversation conversation, JsonValue file, CacheMark mark = CacheMark.None)
    {
        var held = file.Text("file_id"u8);
        var url = file.Text("file_url"u8);
        var data = file.Text("file_data"u8);
        var title = file.Text("filename"u8);
        if (!held.IsEmpty)
        {
            conversation.Has(Feature.HeldFile);
            return new MediaPart(MediaKind.Document, MediaSource.Held, held) { Title = title };
        }

        if (!url.IsEmpty)
        {
            conversation.Has(Feature.DocumentUrl);
            return new MediaPart(MediaKind.Document, MediaSource.Url, url) { Title = title, Cache = mark };
        }

        conversation.Has(Feature.Document);
        var isData = DataUri.TryRead(data, out var mediaType, out var bytes);
        return new MediaPart(MediaKind.Document, MediaSource.Base64, isData ? bytes : data)
        {
            MediaType = mediaType,
            Title = title,
            Cache = mark,
        };
    }
}

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Foundation;

namespace Weir.Gateway.Wire;

/// <summary>A model as the lists show it; what is not known is left out, or is what each vendor's type asks for.</summary>
/// <param name="Id">The name to ask for.</param>
/// <param name="Provider">Who serves it.</param>
/// <param name="DisplayName">A name for people; null when there is none.</param>
/// <param name="Released">When it came out; null when not known.</param>
/// <param name="InputLimit">The context window in tokens; null when not known.</param>
/// <param name="OutputLimit">The largest output in tokens; null when not known.</param>
internal sealed record ListedModel(
    string Id,
    string Provider,
    string? DisplayName,
    DateOnly? Released,
    long? InputLimit,
    long? OutputLimit
);

/// <summary>Which part of a list is asked for.</summary>
/// <param name="Limit">At most so many; null for the vendor's own default.</param>
/// <param name="After">Only what stands behind this id; null for the beginning. An id that is not in the list gives none.</param>
/// <param name="Before">Only what stands ahead of this id (Anthropic's <c>before_id</c>).</param>
internal readonly record struct ListPage(int? Limit, string? After, string? Before);

/// <summary>Writes model lists in the shapes of the vendors' APIs. Pure.</summary>
internal static class ModelLists
{
    private const int LongestPage = 1000;
    private const int AnthropicPage = 20;
    private const int GeminiPage = 50;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a list; OpenAI's knows no pages and is always whole.</summary>
    public static void Write(
        IBufferWriter<byte> to,
        Dialect dialect,
        IReadOnlyList<ListedModel> models,
        in ListPage page
    )
    {
        using var json = new Utf8JsonWriter(to, Options);
        json.WriteStartObject();
        switch (dialect)
        {
            case Dialect.AnthropicMessages:
                WriteAnthropic(json, models, page);
                break;
            case Dialect.Gemini:
                WriteGemini(json, models, page);
                break;
            default:
                json.WriteString("object"u8, "list"u8);
                json.WriteStartArray("data"u8);
                foreach (var model in models)
                {
                    WriteOne(json, dialect, model);
                }

                json.WriteEndArray();
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>Writes one model alone.</summary>
    public static void Write(IBufferWriter<byte> to, Dialect dialect, ListedModel model)
    {
        using var json = new Utf8JsonWriter(to, Options);
        WriteOne(json, dialect, model);
    }

    private static void WriteAnthropic(Utf8JsonWriter json, IReadOnlyList<ListedModel> models, in ListPage page)
    {
        var (start, end) = (0, models.Count);
        var size = Size(page.Limit, AnthropicPage);
        if (page.Before is { } before)
        {
            end = Math.Max(0, IndexOf(models, before));
            start = Math.Max(0, end - size);
        }
        else
        {
            start = Behind(models, page.After);
            end = Math.Min(models.Count, start + size);
        }

        json.WriteStartArray("data"u8);
        for (var i = start; i < end; i++)
        {
            WriteOne(json, Dialect.AnthropicMessages, models[i]);
        }

        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, page.Before is null ? end < models.Count : start > 0);
        json.WriteString("first_id"u8, start < end ? models[start].Id : null);
        json.WriteString("last_id"u8, start < end ? models[end - 1].Id : null);
    }

    private static void WriteGemini(Utf8JsonWriter json, IReadOnlyList<ListedModel> models, in ListPage page)
    {
        var start = Behind(models, page.After);
        var end = Math.Min(models.Count, start + Size(page.Limit, GeminiPage));
        json.WriteStartArray("models"u8);
        for (var i = start; i < end; i++)
        {
            WriteOne(json, Dialect.Gemini, models[i]);
        }

        json.WriteEndArray();
        if (end < models.Count && start < end)
        {
            json.WriteString("nextPageToken"u8, models[end - 1].Id);
        }
    }

    private static void WriteOne(Utf8JsonWriter json, Dialect dialect, ListedModel model)
    {
        json.WriteStartObject();
        switch (dialect)
        {
            case Dialect.AnthropicMessages:
                json.WriteString("type"u8, "model"u8);
                json.WriteString("id"u8, model.Id);
                json.WriteString("display_name"u8, model.DisplayName ?? model.Id);
                json.WriteString(
                    "created_at"u8,
                    (model.Released ?? DateOnly.FromDateTime(DateTime.UnixEpoch)).ToString(
                        "yyyy-MM-dd'T'00:00:00'Z'",
                        CultureInfo.InvariantCulture
                    )
                );
                WriteLimit(json, "max_input_tokens"u8, model.InputLimit);
                WriteLimit(json, "max_tokens"u8, model.OutputLimit);
                break;
            case Dialect.Gemini:
                json.WriteString("name"u8, "models/" + model.Id);
                json.WriteString("version"u8, "001"u8);
                json.WriteString("displayName"u8, model.DisplayName ?? model.Id);
                WriteLimit(json, "inputTokenLimit"u8, model.InputLimit);
                WriteLimit(json, "outputTokenLimit"u8, model.OutputLimit);
                json.WriteStartArray("supportedGenerationMethods"u8);
                json.WriteStringValue("generateContent"u8);
                json.WriteStringValue("streamGenerateContent"u8);
                json.WriteStringValue("countTokens"u8);
                json.WriteEndArray();
                break;
            default:
                json.WriteString("id"u8, model.Id);
                json.WriteString("object"u8, "model"u8);
                json.WriteNumber("created"u8, SecondsOf(model.Released));
                json.WriteString("owned_by"u8, model.Provider);
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteLimit(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? limit)
    {
        if (limit is { } known)
        {
            json.WriteNumber(name, known);
        }
    }

    private static long SecondsOf(DateOnly? day) =>
        day is { } known ? new DateTimeOffset(known, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds() : 0;

    private static int Size(int? limit, int usual) => Math.Clamp(limit ?? usual, 1, LongestPage);

    private static int Behind(IReadOnlyList<ListedModel> models, string? id) =>
        id is null ? 0
        : IndexOf(models, id) is >= 0 and var at ? at + 1
        : models.Count;

    private static int IndexOf(IReadOnlyList<ListedModel> models, string id)
    {
        for (var i = 0; i < models.Count; i++)
        {
            if (models[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }
}

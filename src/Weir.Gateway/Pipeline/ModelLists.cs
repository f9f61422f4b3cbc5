using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;

namespace Weir.Gateway.Pipeline;

/// <summary>Writes lists of models, and single ones, in the shape of each vendor, with the vendor's own way of paging.</summary>
internal static class ModelLists
{
    private const int LargestPage = 1000;

    /// <summary>A model whose release date is not known was released then.</summary>
    private static readonly DateOnly Unknown = new(2024, 1, 1);

    /// <summary>The page of the list that the query asks for.</summary>
    public static ReadOnlyMemory<byte> Write(
        ImmutableArray<ListedModel> models,
        Dialect dialect,
        IQueryCollection query
    ) =>
        dialect switch
        {
            // Messages cannot ask for a vector.
            Dialect.AnthropicMessages => Anthropic(models.RemoveAll(m => m.IsEmbedding), query),
            Dialect.Gemini => Gemini(models, query),
            _ => Json(j =>
            {
                j.WriteString("object", "list");
                j.WriteStartArray("data");
                foreach (var model in models)
                {
                    Object(j, () => OpenAIModel(j, model));
                }

                j.WriteEndArray();
            }),
        };

    /// <summary>One model.</summary>
    public static ReadOnlyMemory<byte> Write(ListedModel model, Dialect dialect) =>
        Json(j =>
        {
            switch (dialect)
            {
                case Dialect.AnthropicMessages:
                    AnthropicModel(j, model);
                    break;
                case Dialect.Gemini:
                    GeminiModel(j, model);
                    break;
                default:
                    OpenAIModel(j, model);
                    break;
            }
        });

    private static ReadOnlyMemory<byte> Anthropic(ImmutableArray<ListedModel> models, IQueryCollection query)
    {
        var size = PageSize(query["limit"], 20);
        var from = 0;
        if (Text(query["after_id"]) is { } after)
        {
            from = IndexOf(models, after) + 1;
        }
        else if (Text(query["before_id"]) is { } before && IndexOf(models, before) is >= 0 and var end)
        {
            from = Math.Max(0, end - size);
            size = end - from;
        }

        var page = models.Slice(from, Math.Min(size, models.Length - from));
        return Json(j =>
        {
            j.WriteStartArray("data");
            foreach (var model in page)
            {
                Object(j, () => AnthropicModel(j, model));
            }

            j.WriteEndArray();
            j.WriteBoolean("has_more", from + page.Length < models.Length);
            j.WriteString("first_id", page.IsEmpty ? null : page[0].Id);
            j.WriteString("last_id", page.IsEmpty ? null : page[^1].Id);
        });
    }

    private static ReadOnlyMemory<byte> Gemini(ImmutableArray<ListedModel> models, IQueryCollection query)
    {
        var size = PageSize(query["pageSize"], 50);
        _ = int.TryParse(Text(query["pageToken"]), NumberStyles.None, CultureInfo.InvariantCulture, out var from);
        from = Math.Min(from, models.Length);
        var page = models.Slice(from, Math.Min(size, models.Length - from));
        return Json(j =>
        {
            j.WriteStartArray("models");
            foreach (var model in page)
            {
                Object(j, () => GeminiModel(j, model));
            }

            j.WriteEndArray();
            if (from + page.Length < models.Length)
            {
                j.WriteString("nextPageToken", (from + page.Length).ToString(CultureInfo.InvariantCulture));
            }
        });
    }

    private static void AnthropicModel(Utf8JsonWriter j, ListedModel model)
    {
        j.WriteString("type", "model");
        j.WriteString("id", model.Id);
        j.WriteString("display_name", model.DisplayName);
        j.WriteString("created_at", Released(model).ToString("yyyy-MM-dd'T00:00:00Z'", CultureInfo.InvariantCulture));
        Limit(j, "max_input_tokens", model.Price?.ContextLimit);
        Limit(j, "max_tokens", model.Price?.OutputLimit);
    }

    private static void OpenAIModel(Utf8JsonWriter j, ListedModel model)
    {
        j.WriteString("id", model.Id);
        j.WriteString("object", "model");
        j.WriteNumber(
            "created",
            new DateTimeOffset(Released(model), TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds()
        );
        j.WriteString("owned_by", model.Owner);
    }

    private static void GeminiModel(Utf8JsonWriter j, ListedModel model)
    {
        j.WriteString("name", "models/" + model.Id);
        j.WriteString("version", "001");
        j.WriteString("displayName", model.DisplayName);
        Limit(j, "inputTokenLimit", model.Price?.ContextLimit);
        Limit(j, "outputTokenLimit", model.Price?.OutputLimit);
        j.WriteStartArray("supportedGenerationMethods");
        j.WriteStringValue(model.IsEmbedding ? "embedContent" : "generateContent");
        if (!model.IsEmbedding)
        {
            j.WriteStringValue("countTokens");
        }

        j.WriteEndArray();
    }

    /// <summary>A catalogue writes 0 where it does not know.</summary>
    private static void Limit(Utf8JsonWriter j, string name, long? limit)
    {
        if (limit > 0)
        {
            j.WriteNumber(name, limit.Value);
        }
    }

    private static DateOnly Released(ListedModel model) => model.Price?.Released ?? Unknown;

    private static int IndexOf(ImmutableArray<ListedModel> models, string id)
    {
        for (var i = 0; i < models.Length; i++)
        {
            if (models[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    private static int PageSize(string? text, int usual) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? Math.Clamp(size, 1, LargestPage)
            : usual;

    private static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static void Object(Utf8JsonWriter j, Action members)
    {
        j.WriteStartObject();
        members();
        j.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Json(Action<Utf8JsonWriter> members)
    {
        var bytes = new ArrayBufferWriter<byte>(16 * 1024);
        using (var j = new Utf8JsonWriter(bytes))
        {
            Object(j, () => members(j));
        }

        return bytes.WrittenMemory;
    }
}

using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Foundation;

namespace Weir.Gateway.Wire;

/// <summary>
/// Finds the ids of what one account of a vendor holds (stored answers, files, conversations, batches, cached contents), which
/// no other account knows. Of a resource's name or address, as Gemini has them, the id is the last part. Hostile input gives no
/// exceptions.
/// </summary>
internal static partial class HeldIds
{
    private const int MostIds = 256;
    private const int MostLetters = 256;

    /// <summary>The ids of Google's upload sessions are long.</summary>
    private const int MostLettersOfUpload = 2_048;

    /// <summary>Stands for an id that is longer than any, and that nobody holds.</summary>
    public const string TooLong = "an id of more than 256 bytes";

    /// <summary>What stands before an id in the vendors' paths.</summary>
    private static readonly FrozenSet<string> Collections = FrozenSet.ToFrozenSet(
        [
            "assistants",
            "batches",
            "cachedContents",
            "completions",
            "containers",
            "conversations",
            "files",
            "fileSearchStores",
            "interactions",
            "jobs",
            "responses",
            "threads",
            "uploads",
            "vector_stores",
            "videos",
        ],
        StringComparer.Ordinal
    );

    /// <summary>What stands before a name of something that no account holds.</summary>
    private static readonly FrozenSet<string> Places = FrozenSet.ToFrozenSet(
        ["deployments", "endpoints", "engines", "locations", "model", "models", "projects", "publishers"],
        StringComparer.Ordinal
    );

    /// <summary>What stands behind a collection too and is no id.</summary>
    private static readonly FrozenSet<string> Verbs = FrozenSet.ToFrozenSet(
        ["compact", "input_tokens", "runs", "search"],
        StringComparer.Ordinal
    );

    /// <summary>The ids that a request names in its body; null when they are more than anybody sends.</summary>
    /// <param name="body">JSON; what is none names nothing.</param>
    /// <param name="dialect">Its dialect: what is not in it is not looked for, but in a pass-through.</param>
    public static IReadOnlyList<string>? InRequest(ReadOnlySpan<byte> body, Dialect dialect)
    {
        if (!MayName(body, dialect))
        {
            return [];
        }

        var ids = new List<string>();
        try
        {
            var reader = new Utf8JsonReader(body);
            while (ids.Count <= MostIds && reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    ReadProperty(ref reader, ids);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The head's reader has let it pass, or the provider will say what is wrong with it.
        }

        return ids.Count > MostIds ? null : ids;
    }

    /// <summary>
    /// The ids that a path below <c>/p/</c> names: what stands behind a collection of things, and parts with a digit that are
    /// neither a version nor the name of a model or a place.
    /// </summary>
    public static IReadOnlyList<string> InPath(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        List<string>? ids = null;
        var isOfModel = false;
        for (var i = 1; i < parts.Length; i++)
        {
            var part = Uri.UnescapeDataString(parts[i]);
            // Google's verbs: files/x:download.
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            part = colon > 0 ? part[..colon] : part;
            var isHeld = Collections.Contains(parts[i - 1]) && !Verbs.Contains(part);
            isOfModel |= parts[i - 1] is "models" or "model";
            var isCounted =
                !isOfModel
                && !Places.Contains(parts[i - 1])
                && part.AsSpan().ContainsAnyInRange('0', '9')
                && !Version().IsMatch(part);
            if (isHeld || isCounted)
            {
                (ids ??= []).Add(part.Length > MostLetters ? TooLong : part);
            }
        }

        return ids ?? [];
    }

    /// <summary>
    /// The single items of stored answers that a request refers to: those of OpenAI Responses' <c>input</c> whose type is
    /// <c>item_reference</c>.
    /// </summary>
    public static IReadOnlyList<string> ItemsIn(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("\"item_reference\""u8) < 0)
        {
            return [];
        }

        var ids = new List<string>();
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                {
                    continue;
                }

                var isInput = reader.ValueTextEquals("input"u8);
                reader.Read();
                if (!isInput || reader.TokenType != JsonTokenType.StartArray)
                {
                    reader.Skip();
                    continue;
                }

                while (ids.Count < MostIds && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    AddReference(ref reader, ids);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The provider will say what is wrong with it.
        }

        return ids;
    }

    /// <summary>The session of a resumable upload that a query names (Google's <c>upload_id</c>); null for none.</summary>
    /// <param name="query">With its question mark, or without.</param>
    public static string? UploadIn(string query)
    {
        foreach (var part in query.TrimStart('?').Split('&'))
        {
            if (part.StartsWith("upload_id=", StringComparison.Ordinal) && part.Length > 10)
            {
                var id = Uri.UnescapeDataString(part[10..]);
                return id.Length > MostLettersOfUpload ? TooLong : id;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether it is worth reading at all: most requests name nothing, and are large. A name may be written with escapes.
    /// </summary>
    private static bool MayName(ReadOnlySpan<byte> body, Dialect dialect)
    {
        var anthropic = dialect is Dialect.AnthropicMessages or Dialect.PassThrough;
        var openAI = dialect is Dialect.OpenAIChat or Dialect.OpenAIResponses or Dialect.PassThrough;
        var gemini = dialect is Dialect.Gemini or Dialect.PassThrough;
        var responses = dialect is Dialect.OpenAIResponses or Dialect.PassThrough;
        return ((anthropic || openAI) && body.IndexOf("file_id"u8) >= 0)
            || (
                responses
                && (
                    body.IndexOf("\"previous_response_id\""u8) >= 0
                    || body.IndexOf("\"conversation\""u8) >= 0
                    || body.IndexOf("\"vector_store_ids\""u8) >= 0
                )
            )
            || (
                gemini
                && (
                    body.IndexOf("\"cachedContent\""u8) >= 0
                    || body.IndexOf("\"cached_content\""u8) >= 0
                    || body.IndexOf("\"fileUri\""u8) >= 0
                    || body.IndexOf("\"file_uri\""u8) >= 0
                    || body.IndexOf("\"fileName\""u8) >= 0
                    || body.IndexOf("\"file_name\""u8) >= 0
                )
            )
            || body.IndexOf("\\u00"u8) >= 0;
    }

    private static void ReadProperty(ref Utf8JsonReader reader, List<string> ids)
    {
        if (IsCallersOwn(reader))
        {
            reader.Read();
            reader.Skip();
            return;
        }

        var top = reader.CurrentDepth == 1;
        var isAddress = reader.ValueTextEquals("fileUri"u8) || reader.ValueTextEquals("file_uri"u8);
        var isResource = reader.ValueTextEquals("fileName"u8) || reader.ValueTextEquals("file_name"u8);
        var isList = reader.ValueTextEquals("file_ids"u8) || reader.ValueTextEquals("vector_store_ids"u8);
        var isThing = top && reader.ValueTextEquals("conversation"u8);
        var isId =
            reader.ValueTextEquals("file_id"u8)
            || reader.ValueTextEquals("input_file_id"u8)
            || reader.ValueTextEquals("cachedContent"u8)
            || reader.ValueTextEquals("cached_content"u8)
            || (top && reader.ValueTextEquals("previous_response_id"u8));
        if (!(isAddress || isResource || isList || isThing || isId) || !reader.Read())
        {
            return;
        }

        if (isThing && reader.TokenType == JsonTokenType.StartObject)
        {
            AddIdOf(ref reader, ids);
        }
        else if (isList && reader.TokenType == JsonTokenType.StartArray)
        {
            while (ids.Count <= MostIds && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                Add(ref reader, ids);
            }
        }
        else if (!(isAddress || isResource) || reader.ValueSpan.IndexOf("files/"u8) >= 0)
        {
            // Other addresses are the world's, and other file names the caller's own.
            Add(ref reader, ids);
        }
    }

    /// <summary>What a tool is given or may be given is the caller's own, whatever its fields are called.</summary>
    private static bool IsCallersOwn(in Utf8JsonReader reader) =>
        (reader.CurrentDepth > 1 && reader.ValueTextEquals("input"u8))
        || reader.ValueTextEquals("input_schema"u8)
        || reader.ValueTextEquals("parameters"u8)
        || reader.ValueTextEquals("args"u8)
        || reader.ValueTextEquals("schema"u8)
        || reader.ValueTextEquals("metadata"u8);

    /// <summary>The <c>id</c> of an object.</summary>
    private static void AddIdOf(ref Utf8JsonReader reader, List<string> ids)
    {
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            var isId =
                reader.TokenType == JsonTokenType.PropertyName
                && reader.CurrentDepth == depth + 1
                && reader.ValueTextEquals("id"u8);
            if (isId && reader.Read())
            {
                Add(ref reader, ids);
            }
        }
    }

    private static void AddReference(ref Utf8JsonReader reader, List<string> ids)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        var isReference = false;
        string? id = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            var isText = reader.TokenType == JsonTokenType.String;
            isReference |= isType && isText && reader.ValueTextEquals("item_reference"u8);
            id = isId ? Text(ref reader) : id;
            reader.Skip();
        }

        if (isReference && id is { Length: > 0 })
        {
            ids.Add(id);
        }
    }

    private static void Add(ref Utf8JsonReader reader, List<string> ids)
    {
        if (Text(ref reader) is { Length: > 0 } id && !ids.Contains(id, StringComparer.Ordinal))
        {
            ids.Add(id);
        }
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return null;
        }

        try
        {
            var text = reader.ValueSpan.Length > 8 * MostLetters ? TooLong : reader.GetString()!;
            text = text[(text.LastIndexOf('/') + 1)..];
            return text.Length > MostLetters ? TooLong : text;
        }
        catch (InvalidOperationException)
        {
            // Bytes that are no UTF-8, or half a surrogate.
            return null;
        }
    }

    [GeneratedRegex(@"^v[0-9]+[a-z0-9]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}

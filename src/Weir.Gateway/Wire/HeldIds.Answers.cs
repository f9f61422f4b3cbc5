using System.Text.Json;

namespace Weir.Gateway.Wire;

/// <summary>The ids that answers tell of.</summary>
internal static partial class HeldIds
{
    private const int MostListed = 2_000;

    /// <summary>
    /// The ids that an answer tells of: of the object that it is, of the file that it has made, and of the files of a batch.
    /// Those of a list are not among them, for it may tell of what others made.
    /// </summary>
    public static IReadOnlyList<string> OfAnswer(ReadOnlySpan<byte> body)
    {
        var ids = new List<string>();
        try
        {
            var reader = new Utf8JsonReader(body);
            var inFile = false;
            while (ids.Count < MostIds && reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartArray)
                {
                    reader.Skip();
                }
                else if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    var depth = reader.CurrentDepth;
                    inFile = depth == 1 ? reader.ValueTextEquals("file"u8) : inFile;
                    var isOwn = depth == 1 || (depth == 2 && inFile);
                    var isResource = isOwn && reader.ValueTextEquals("name"u8);
                    var names =
                        isResource
                        || (isOwn && reader.ValueTextEquals("id"u8))
                        || reader.ValueTextEquals("output_file_id"u8)
                        || reader.ValueTextEquals("error_file_id"u8)
                        || reader.ValueTextEquals("responsesFile"u8);
                    // Gemini's are called files/x; what has no slash is what its maker calls it.
                    if (names && reader.Read() && !(isResource && reader.ValueSpan.IndexOf((byte)'/') < 0))
                    {
                        Add(ref reader, ids);
                    }
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // An answer that is not JSON names nothing.
        }

        return ids;
    }

    /// <summary>Whether a path is that of a list of what is held, or of what is below it.</summary>
    public static bool IsList(string path)
    {
        var last = path[(path.LastIndexOf('/') + 1)..];
        return Collections.Contains(last) || last is "input_items" or "items";
    }

    /// <summary>The ids of what a list has: of the objects in the arrays at its top.</summary>
    public static IReadOnlyList<string> OfList(ReadOnlySpan<byte> body)
    {
        var ids = new List<string>();
        try
        {
            var reader = new Utf8JsonReader(body);
            while (ids.Count < MostListed && reader.Read())
            {
                // The list, its array, an object in that.
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 3)
                {
                    var isResource = reader.ValueTextEquals("name"u8);
                    var names = isResource || reader.ValueTextEquals("id"u8);
                    reader.Read();
                    if (names && !(isResource && reader.ValueSpan.IndexOf((byte)'/') < 0))
                    {
                        Add(ref reader, ids);
                    }

                    reader.Skip();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // An answer that is not JSON names nothing.
        }

        return ids;
    }
}

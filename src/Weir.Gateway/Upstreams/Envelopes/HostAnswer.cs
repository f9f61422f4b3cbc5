using System.Text.Json.Serialization;
using Weir.Wire;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>Single figures and texts out of hosts' JSON. Pure; what is no sound object has none.</summary>
internal static class HostAnswer
{
    private const int MaxText = 64 * 1024;

    /// <summary>A count among the members of the object; null when it has none of that name.</summary>
    public static long? Count(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var cursor = new JsonCursor(json);
        return Find(ref cursor, name) ? cursor.ReadCount() : null;
    }

    /// <summary>A text among the members of the object; null when it has none of that name.</summary>
    public static string? Text(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var cursor = new JsonCursor(json);
        return
            Find(ref cursor, name)
            && cursor.Peek() == JsonKind.String
            && cursor.ReadString(out var raw, out var escaped)
            ? JsonText.ToText(raw, escaped, MaxText)
            : null;
    }

    /// <summary>The bytes of an object among the members of the object; empty when it has none of that name.</summary>
    public static ReadOnlySpan<byte> Object(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var cursor = new JsonCursor(json);
        return Find(ref cursor, name) && cursor.Peek() == JsonKind.Object ? cursor.Skip() : default;
    }

    private static bool Find(ref JsonCursor cursor, ReadOnlySpan<byte> name)
    {
        if (cursor.EnterObject())
        {
            while (cursor.NextProperty(out var found, out var escaped))
            {
                if (JsonText.Is(found, escaped, name))
                {
                    return true;
                }

                cursor.Skip();
            }
        }

        return false;
    }
}

[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(Dictionary<string, object>))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(string))]
internal sealed partial class EnvelopeJson : JsonSerializerContext;

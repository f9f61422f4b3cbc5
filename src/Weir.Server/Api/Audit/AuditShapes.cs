using System.Text.Json;
using Weir.Client;
using Weir.Client.Json;
using Weir.Identity;

namespace Weir.Server.Api.Audit;

/// <summary>From the trail's own types to the public API's.</summary>
internal static class AuditShapes
{
    /// <summary>An entry.</summary>
    public static AuditItem Item(AuditEntry entry) =>
        new()
        {
            Seq = entry.Seq,
            At = entry.At,
            ActorKind = entry.ActorKind,
            ActorId = entry.ActorId,
            Actor = entry.ActorName,
            Address = entry.Address,
            Action = entry.Action,
            Target = entry.Target,
            Before = Element(entry.Before),
            After = Element(entry.After),
            Hash = entry.Hash,
        };

    private static JsonElement? Element(string? json)
    {
        if (json is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // Somebody edited the row: what stands there is shown as it stands.
            return JsonSerializer.SerializeToElement(json, WeirJson.Default.String);
        }
    }
}

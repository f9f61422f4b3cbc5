using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Server.DataFolder;

/// <summary>The process that owns a data folder, as <c>lock</c> and <c>server.json</c> tell it.</summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="Address">Where it answers; null when it only works on the folder for a moment (a command).</param>
/// <param name="StartedAt">When it took the folder.</param>
public sealed record Holder(int ProcessId, string? Address, DateTimeOffset StartedAt)
{
    /// <summary>For people: <c>process 4711, serving http://127.0.0.1:8082</c>.</summary>
    public string Describe() =>
        Address is null ? $"process {ProcessId}, a weir command" : $"process {ProcessId}, serving {Address}";

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, HolderJson.Default.Holder);

    /// <summary>Null for anything that is no holder.</summary>
    internal static Holder? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, HolderJson.Default.Holder);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Holder))]
internal sealed partial class HolderJson : JsonSerializerContext;

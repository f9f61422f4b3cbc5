using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Foundation;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>
/// A trail as a file: JSON documents, one in each line. The first says whose it is and where it begins, then come the entries
/// with their fields as they were hashed, and the last holds the signed end. So a file can be verified with nothing else at
/// hand but the public key, by <c>weir audit verify FILE</c> or by any program that knows docs/formats/audit.md. Stateless.
/// </summary>
public static class AuditFile
{
    private const int LongestLine = 1 << 20;

    /// <summary>Looks at every entry of an exported trail and at its signed end.</summary>
    /// <param name="file">The file.</param>
    /// <param name="publicKey">
    /// The key that must have signed, as PEM. Null takes the one in the file, which proves that the file is whole and not whose it
    /// is.
    /// </param>
    /// <exception cref="CryptographicException"><paramref name="publicKey"/> is no key.</exception>
    public static AuditVerdict Verify(TextReader file, string? publicKey)
    {
        AuditHeadLine? head = null;
        AuditEndLine? end = null;
        string? damage = null;
        var entries = Entries().ToList();
        if (damage is not null)
        {
            return Faulty(damage);
        }

        if (head is null)
        {
            return Faulty("the file does not begin as an exported trail does");
        }

        if (end is null)
        {
            return Faulty("the file ends before the trail does: its signed end is missing");
        }

        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(publicKey ?? end.PublicKey);
        }
        catch (ArgumentException e)
        {
            return publicKey is null
                ? Faulty("the key in the file is none")
                : throw new CryptographicException("The public key is no PEM.", e);
        }

        var workspace = new WorkspaceId(head.Workspace);
        var floor = new AuditEnd(head.FloorSeq, Bytes(head.FloorHash));
        var last = new AuditEnd(end.Seq, Bytes(end.Hash));
        var isSigned =
            AuditHeads.IsSigned(key, workspace, last, Base64(end.Signature))
            && (floor.Seq == 0 || AuditHeads.IsFloor(key, workspace, floor, Base64(head.FloorSignature)));
        return AuditVerifier.Verify(
            entries,
            floor,
            isSigned ? ImmutableArray.Create(last) : (ImmutableArray<AuditEnd>?)null
        );

        IEnumerable<AuditEntry> Entries()
        {
            while (damage is null && file.ReadLine() is { } line)
            {
                var entry = Entry(line);
                if (entry is not null)
                {
                    yield return entry;
                }
            }
        }

        AuditEntry? Entry(string line)
        {
            try
            {
                if (line.Length > LongestLine || end is not null)
                {
                    throw new JsonException();
                }

                if (head is null)
                {
                    head = JsonSerializer.Deserialize(line, AuditJson.Default.AuditHeadLine);
                    return head is { Kind: AuditHeadLine.Value } ? null : throw new JsonException();
                }

                if (line.StartsWith("{\"end\":", StringComparison.Ordinal))
                {
                    end = JsonSerializer.Deserialize(line, AuditJson.Default.AuditEndLine);
                    return null;
                }

                var read =
                    JsonSerializer.Deserialize(line, AuditJson.Default.AuditEntryLine) ?? throw new JsonException();
                return read.ToEntry(new WorkspaceId(head.Workspace));
            }
            catch (Exception e) when (e is JsonException or FormatException or ArgumentOutOfRangeException)
            {
                damage = "a line is none of an exported trail";
                return null;
            }
        }
    }

    internal static string Head(WorkspaceId workspace, string name, AuditEnd floor, byte[]? signature) =>
        JsonSerializer.Serialize(
            new AuditHeadLine(
                AuditHeadLine.Value,
                workspace.Value,
                name,
                floor.Seq,
                Convert.ToHexStringLower(floor.Hash),
                signature is null ? null : Convert.ToBase64String(signature)
            ),
            AuditJson.Default.AuditHeadLine
        );

    internal static string Line(AuditEntry entry) =>
        JsonSerializer.Serialize(AuditEntryLine.Of(entry), AuditJson.Default.AuditEntryLine);

    internal static string End(AuditEnd end, byte[] signature, string publicKey) =>
        JsonSerializer.Serialize(
            new AuditEndLine(
                true,
                end.Seq,
                Convert.ToHexStringLower(end.Hash),
                Convert.ToBase64String(signature),
                publicKey
            ),
            AuditJson.Default.AuditEndLine
        );

    private static AuditVerdict Faulty(string fault) => new(0, [fault]);

    private static byte[] Bytes(string? hex) =>
        hex is { Length: 64 } && hex.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hex) : new byte[32];

    private static byte[] Base64(string? text)
    {
        var bytes = new byte[256];
        return Convert.TryFromBase64String(text ?? "", bytes, out var length) ? bytes[..length] : [];
    }
}

/// <summary>The first line.</summary>
internal sealed record AuditHeadLine(
    [property: JsonPropertyName("weir")] string Kind,
    int Workspace,
    string Name,
    long FloorSeq,
    string FloorHash,
    string? FloorSignature
)
{
    public const string Value = "audit-1";
}

/// <summary>The last line.</summary>
internal sealed record AuditEndLine(
    [property: JsonPropertyName("end"), JsonPropertyOrder(-1)] bool IsEnd,
    long Seq,
    string Hash,
    string Signature,
    string PublicKey
);

/// <summary>An entry's line: <c>at</c> in milliseconds since 1970, <c>before</c> and <c>after</c> as texts.</summary>
internal sealed record AuditEntryLine(
    long Seq,
    long At,
    string ActorKind,
    string? ActorId,
    string ActorName,
    string? Address,
    string Action,
    string Target,
    string? Before,
    string? After,
    string Hash
)
{
    public static AuditEntryLine Of(AuditEntry entry) =>
        new(
            entry.Seq,
            entry.At.ToUnixTimeMilliseconds(),
            entry.ActorKind,
            entry.ActorId,
            entry.ActorName,
            entry.Address,
            entry.Action,
            entry.Target,
            entry.Before,
            entry.After,
            entry.Hash
        );

    public AuditEntry ToEntry(WorkspaceId workspace) =>
        new()
        {
            Workspace = workspace,
            Seq = Seq,
            At = DateTimeOffset.FromUnixTimeMilliseconds(At),
            ActorKind = ActorKind,
            ActorId = ActorId,
            ActorName = ActorName,
            Address = Address,
            Action = Action,
            Target = Target,
            Before = Before,
            After = After,
            Hash = Hash is { Length: 64 } ? Hash : throw new FormatException(),
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(AuditHeadLine))]
[JsonSerializable(typeof(AuditEndLine))]
[JsonSerializable(typeof(AuditEntryLine))]
internal sealed partial class AuditJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>
/// Where each chain ends, signed and kept outside the database: <c>audit/WORKSPACE.json</c> in the data folder. So the last
/// entries cannot be taken away unseen. Before a commit the file is given both ends, the old and the new, and after it the
/// new alone: whichever moment the process dies in, what the database holds was signed.
/// </summary>
/// <remarks>
/// The signature is ECDSA over P-256 with SHA-256 (64 bytes, r ‖ s) of <c>weir-audit-head-1\nWORKSPACE\nSEQ\nHASH</c>, the hash in
/// hexadecimal digits; of a beginning, the same behind <c>weir-audit-floor-1</c>. The key pair lies in <c>audit/key.pem</c> (PKCS#8, mode 0600), its public half in <c>audit/public.pem</c>.
/// Not thread-safe.
/// </remarks>
internal sealed class AuditHeads : IDisposable
{
    private const string KeyFile = "key.pem";
    private const string PublicFile = "public.pem";
    private const string HeadKind = "weir-audit-head-1";
    private const string FloorKind = "weir-audit-floor-1";
    private const UnixFileMode OwnersFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string folder;
    private readonly ECDsa key;

    private AuditHeads(string folder, ECDsa key)
    {
        this.folder = folder;
        this.key = key;
    }

    /// <summary>The public key as PEM.</summary>
    public string PublicKey => key.ExportSubjectPublicKeyInfoPem();

    /// <summary>Takes the key of a data folder, or makes one.</summary>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    /// <exception cref="CryptographicException">The key file holds no key.</exception>
    public static AuditHeads Open(string dataFolder)
    {
        var place = Path.Combine(dataFolder, "audit");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(place);
        }
        else
        {
            Directory.CreateDirectory(place, OwnersFolder);
        }

        var file = Path.Combine(place, KeyFile);
        var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            if (File.Exists(file))
            {
                try
                {
                    pair.ImportFromPem(File.ReadAllText(file));
                }
                catch (ArgumentException e)
                {
                    throw new CryptographicException($"{file} holds no key", e);
                }
            }
            else
            {
                AtomicFile.Write(file, Encoding.ASCII.GetBytes(pair.ExportPkcs8PrivateKeyPem()), AtomicFile.OwnerOnly);
            }

            var heads = new AuditHeads(place, pair);
            var known = Path.Combine(place, PublicFile);
            if (!File.Exists(known))
            {
                AtomicFile.Write(known, Encoding.ASCII.GetBytes(heads.PublicKey), AtomicFile.OwnerOnly);
            }

            return heads;
        }
        catch
        {
            pair.Dispose();
            throw;
        }
    }

    /// <summary>Signs where a chain will end and where it ends now; or the one end alone.</summary>
    public void Write(WorkspaceId workspace, params ReadOnlySpan<AuditEnd> ends)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var end in ends)
            {
                json.WriteStartObject();
                json.WriteNumber("seq", end.Seq);
                json.WriteString("hash", Convert.ToHexStringLower(end.Hash));
                json.WriteString("signature", Convert.ToBase64String(Sign(workspace, end)));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        AtomicFile.Write(PathOf(workspace), buffer.ToArray(), AtomicFile.OwnerOnly);
    }

    /// <summary>A signature of one end, for an export.</summary>
    public byte[] Sign(WorkspaceId workspace, AuditEnd end) =>
        key.SignData(Statement(HeadKind, workspace, end), HashAlgorithmName.SHA256);

    /// <summary>
    /// A signature of where a shortened trail begins. It says another thing than an end's: whoever has the signature of an old end
    /// could else let go of all before it.
    /// </summary>
    public byte[] SignFloor(WorkspaceId workspace, AuditEnd floor) =>
        key.SignData(Statement(FloorKind, workspace, floor), HashAlgorithmName.SHA256);

    /// <summary>Whether an end that the database shows is one that was signed.</summary>
    public static bool Vouch(ImmutableArray<AuditEnd>? signed, AuditEnd end) =>
        signed is { } ends
        && (
            ends.IsEmpty
                ? end.Seq == 0
                : ends.Any(one => one.Seq == end.Seq && one.Hash.AsSpan().SequenceEqual(end.Hash))
        );

    /// <summary>
    /// The ends that were signed for a workspace; empty when there is no file. Null when the file was tampered with: it cannot be
    /// read, or a signature is not of the key.
    /// </summary>
    public ImmutableArray<AuditEnd>? Read(WorkspaceId workspace)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(PathOf(workspace));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }

        try
        {
            using var json = JsonDocument.Parse(content);
            var ends = ImmutableArray.CreateBuilder<AuditEnd>();
            foreach (var item in json.RootElement.EnumerateArray())
            {
                var end = new AuditEnd(
                    item.GetProperty("seq").GetInt64(),
                    Convert.FromHexString(item.GetProperty("hash").GetString() ?? "")
                );
                if (!IsSigned(key, workspace, end, item.GetProperty("signature").GetBytesFromBase64()))
                {
                    return null;
                }

                ends.Add(end);
            }

            return ends.ToImmutable();
        }
        catch (Exception e)
            when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether the beginning of a shortened trail was signed by this key.</summary>
    public bool IsFloor(WorkspaceId workspace, AuditEnd floor, byte[] signature) =>
        IsFloor(key, workspace, floor, signature);

    /// <summary>Whether the beginning of a shortened trail was signed by a key.</summary>
    public static bool IsFloor(ECDsa by, WorkspaceId workspace, AuditEnd floor, byte[] signature) =>
        by.VerifyData(Statement(FloorKind, workspace, floor), signature, HashAlgorithmName.SHA256);

    /// <summary>Whether an end was signed by a key.</summary>
    public static bool IsSigned(ECDsa by, WorkspaceId workspace, AuditEnd end, byte[] signature) =>
        by.VerifyData(Statement(HeadKind, workspace, end), signature, HashAlgorithmName.SHA256);

    /// <inheritdoc />
    public void Dispose() => key.Dispose();

    private string PathOf(WorkspaceId workspace) => Path.Combine(folder, $"{workspace}.json");

    private static byte[] Statement(string kind, WorkspaceId workspace, AuditEnd end) =>
        Encoding.ASCII.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{kind}\n{workspace}\n{end.Seq}\n{Convert.ToHexStringLower(end.Hash)}"
            )
        );
}

using System.IO.Compression;
using System.Security.Cryptography;
using Weir.Foundation.Storage;
using Weir.Ledger;

namespace Weir.Server.Backups;

/// <summary>A backup that is read. What it holds is taken for hostile until its sums are verified.</summary>
public sealed class BackupFile : IDisposable
{
    internal const string ManifestName = "manifest.json";
    private const int MaxManifestBytes = 16 * 1024 * 1024;

    private readonly ZipArchive archive;

    private BackupFile(ZipArchive archive, BackupManifest manifest)
    {
        this.archive = archive;
        Manifest = manifest;
    }

    /// <summary>What it says of itself.</summary>
    public BackupManifest Manifest { get; }

    /// <summary>Opens one; the other value says why it is none, or none for this version.</summary>
    public static (BackupFile? File, string? Refusal) Open(string path)
    {
        ZipArchive? zip = null;
        BackupFile? file = null;
        try
        {
            zip = ZipFile.OpenRead(path);
            if (zip.GetEntry(ManifestName) is not { Length: <= MaxManifestBytes } entry)
            {
                return (null, $"{path} is no backup of Weir: it has no manifest");
            }

            using var content = entry.Open();
            var bytes = new byte[entry.Length];
            content.ReadExactly(bytes);
            if (BackupManifest.Read(bytes) is not { } manifest)
            {
                return (null, $"{path}: its manifest cannot be read");
            }

            if (Fault(manifest) is { } fault)
            {
                return (null, $"{path}: {fault}");
            }

            file = new BackupFile(zip, manifest);
            return (file, null);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return (null, $"{path} cannot be read as a backup: {e.Message}");
        }
        finally
        {
            if (file is null)
            {
                zip?.Dispose();
            }
        }
    }

    /// <summary>Writes all parts into a folder that exists, each verified; returns what is wrong, null when nothing is.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public string? ExtractTo(string folder, CancellationToken cancellationToken)
    {
        foreach (var part in Manifest.Parts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (archive.GetEntry(part.Name) is not { } entry || !Extract(entry, part, folder))
                {
                    return $"{part.Name} is not what the manifest tells: the file was changed or is damaged";
                }
            }
            catch (InvalidDataException e)
            {
                return $"{part.Name} cannot be read: {e.Message}";
            }
        }

        return null;
    }

    /// <inheritdoc />
    public void Dispose() => archive.Dispose();

    private static string? Fault(BackupManifest manifest)
    {
        if (manifest.Format > BackupManifest.Newest)
        {
            return $"it was written by a newer version of Weir ({manifest.Weir}): use that version";
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in manifest.Parts ?? [])
        {
            if (part?.Name is null || !IsInside(part.Name) || !names.Add(part.Name))
            {
                return "it names a file outside the data folder, or one twice";
            }
        }

        return manifest.Parts?.FirstOrDefault(part => part.Name == "ledger.db") is not { } ledger
                ? "it has no ledger.db"
            : ledger.Schema > LedgerCopy.Schema
                ? $"its ledger has schema {ledger.Schema}, this version of Weir knows {LedgerCopy.Schema}: use version {manifest.Weir}"
            : null;
    }

    private static bool IsInside(string name) =>
        name.Length is > 0 and < 512
        && !name.AsSpan().ContainsAny('\\', ':', '\0')
        && name.Split('/').All(step => step is not ("" or "." or ".."));

    private static bool Extract(ZipArchiveEntry entry, BackupPart part, string folder)
    {
        var path = Path.Combine(folder, part.Name);
        DataFolder.DataFolders.Create(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = AtomicFile.OwnerOnly;
        }

        using var target = new FileStream(path, options);
        using var content = entry.Open();
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        long bytes = 0;
        for (int read; (read = content.Read(buffer)) > 0; )
        {
            // No further than it should be: a small file may unfold without end.
            bytes += read;
            if (bytes > part.Bytes)
            {
                return false;
            }

            sum.AppendData(buffer, 0, read);
            try
            {
                target.Write(buffer, 0, read);
            }
            catch (ArgumentOutOfRangeException tooLong)
            {
                // The runtime's word for EFBIG: some file systems end at four gigabytes.
                throw new IOException($"{path} would be longer than the file system takes.", tooLong);
            }
        }

        target.Flush(flushToDisk: true);
        return bytes == part.Bytes && Convert.ToHexStringLower(sum.GetHashAndReset()) == part.Sha256;
    }
}

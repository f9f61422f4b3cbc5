using System.Collections.Immutable;
using System.Text.Json;
using Weir.Exports;
using Weir.Foundation.Storage;

namespace Weir.Server.Exports;

/// <summary>
/// The folder of exports: <c>ID.json</c> says what an export is, <c>ID.data</c> is its file once it is whole, <c>ID.part</c>
/// while it is made. All are the owner's alone. Thread-safe for different exports.
/// </summary>
internal sealed class ExportStore(string folder)
{
    private const string EntryEnd = ".json";

    /// <summary>For tests: another file in the place of the one that is being made.</summary>
    internal Func<string, string>? PartOf { get; init; }

    /// <summary>
    /// What was kept; what belongs to none of it, and what was half made, is removed. An entry that cannot be read is none.
    /// </summary>
    public ImmutableArray<ExportEntry> Load()
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        var entries = Directory
            .EnumerateFiles(folder, $"*{EntryEnd}")
            .Select(Read)
            .OfType<ExportEntry>()
            .Select(entry =>
                entry.State == ExportState.Done && !File.Exists(DataPath(entry.Id)) ? null
                : entry.IsOver ? entry
                : entry with { State = ExportState.Queued, Rows = 0, Bytes = 0 }
            )
            .OfType<ExportEntry>()
            .ToImmutableArray();
        var kept = entries
            .SelectMany(entry =>
                entry.State == ExportState.Done
                    ? new[] { EntryPath(entry.Id), DataPath(entry.Id) }
                    : [EntryPath(entry.Id)]
            )
            .ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder).Where(path => !kept.Contains(path)))
        {
            File.Delete(path);
        }

        foreach (var scratch in Directory.EnumerateDirectories(folder))
        {
            Directory.Delete(scratch, recursive: true);
        }

        return entries;
    }

    /// <summary>Keeps an entry as it is now.</summary>
    public void Write(ExportEntry entry)
    {
        Make(folder);
        AtomicFile.Write(
            EntryPath(entry.Id),
            JsonSerializer.SerializeToUtf8Bytes(entry, ExportJson.Default.ExportEntry),
            AtomicFile.OwnerOnly
        );
    }

    /// <summary>Begins an export's file.</summary>
    public FileStream Begin(string id)
    {
        Make(folder);
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
            BufferSize = 1 << 16,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = AtomicFile.OwnerOnly;
        }

        return new FileStream(PartOf?.Invoke(id) ?? PartPath(id), options);
    }

    /// <summary>The file is whole.</summary>
    public void Finish(string id) => File.Move(PartPath(id), DataPath(id), overwrite: true);

    /// <summary>Removes the file, whole or not; the entry stays.</summary>
    public void RemoveFile(string id)
    {
        if (Directory.Exists(folder))
        {
            File.Delete(PartPath(id));
            File.Delete(DataPath(id));
        }
    }

    /// <summary>Removes everything of an export.</summary>
    public void Remove(string id)
    {
        RemoveFile(id);
        if (Directory.Exists(folder))
        {
            File.Delete(EntryPath(id));
        }
    }

    /// <summary>Where an export's file is, once it is whole.</summary>
    public string DataPath(string id) => Path.Combine(folder, $"{id}.data");

    private string EntryPath(string id) => Path.Combine(folder, id + EntryEnd);

    private string PartPath(string id) => Path.Combine(folder, $"{id}.part");

    private static ExportEntry? Read(string path)
    {
        try
        {
            var entry = JsonSerializer.Deserialize(File.ReadAllBytes(path), ExportJson.Default.ExportEntry);
            return
                entry is not null
                && Path.GetFileName(path) == entry.Id + EntryEnd
                && ExportFormats.Parse(entry.Format) is not null
                ? entry
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Makes a folder that its owner alone can enter, where there is none.</summary>
    public static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
        }
    }
}

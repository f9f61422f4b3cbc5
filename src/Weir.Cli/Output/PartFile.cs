using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Cli.Output;

/// <summary>
/// A file that is fetched: <c>FILE.part</c> until it is whole, and <c>FILE.part.json</c>, which says what it is a part of, so that
/// the same command goes on where a broken one ended.
/// </summary>
/// <param name="path">The file in the end.</param>
internal sealed class PartFile(string path)
{
    private readonly string part = path + ".part";
    private readonly string about = path + ".part.json";

    /// <summary>The export that a broken fetch of the same question was of; null when there is none.</summary>
    public string? Begun(string question)
    {
        try
        {
            return
                File.Exists(part)
                && JsonSerializer.Deserialize(File.ReadAllBytes(about), PartJson.Default.PartNote) is { } note
                && note.Question == question
                ? note.Export
                : null;
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Begins anew with an export.</summary>
    public void Begin(string question, string export)
    {
        using (Open(truncates: true)) { }

        using var note = ResultFile.Open(about);
        JsonSerializer.Serialize(note, new PartNote(question, export), PartJson.Default.PartNote);
    }

    /// <summary>What is there of it, to be written on.</summary>
    public FileStream Open(bool truncates = false)
    {
        var options = new FileStreamOptions
        {
            Mode = truncates ? FileMode.Create : FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(part, options);
    }

    /// <summary>It is whole.</summary>
    public void Finish()
    {
        File.Move(part, path, overwrite: true);
        File.Delete(about);
    }
}

/// <summary>What a part is a part of.</summary>
internal sealed record PartNote(string Question, string Export);

/// <summary>How it is written.</summary>
[JsonSerializable(typeof(PartNote))]
internal sealed partial class PartJson : JsonSerializerContext;

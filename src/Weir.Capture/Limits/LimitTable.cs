using System.Globalization;
using System.Text.RegularExpressions;

namespace Weir.Capture.Limits;

/// <summary>
/// The table of what programs and providers say of limits, built in (<c>messages.txt</c>; the format:
/// <c>docs/formats/limits.md</c>). Immutable; safe from any thread.
/// </summary>
internal sealed class LimitTable
{
    private const string FirstLine = "weir-limits 1";
    private const int Fields = 9;

    private static readonly Lazy<LimitTable> BuiltIn = new(ReadBuiltIn);

    private LimitTable(string asOf, IReadOnlyList<LimitEntry> entries)
    {
        AsOf = asOf;
        Prefixes = [.. entries.Where(entry => entry.On == LimitSource.Prefix)];
        Texts = [.. entries.Where(entry => entry.On == LimitSource.Text)];
        Errors = entries
            .Where(entry => entry.On == LimitSource.Error)
            .ToDictionary(entry => entry.Match, StringComparer.OrdinalIgnoreCase);
        Statuses = entries
            .Where(entry => entry.On == LimitSource.Status)
            .ToDictionary(entry => int.Parse(entry.Match, CultureInfo.InvariantCulture));
    }

    /// <summary>The table that comes with Weir.</summary>
    public static LimitTable Default => BuiltIn.Value;

    /// <summary>The day the table was last looked over: its version.</summary>
    public string AsOf { get; }

    /// <summary>What may stand before a message, in the order in which it is tried.</summary>
    public IReadOnlyList<LimitEntry> Prefixes { get; }

    /// <summary>The messages; the first that matches is it.</summary>
    public IReadOnlyList<LimitEntry> Texts { get; }

    /// <summary>By an error's machine word.</summary>
    public IReadOnlyDictionary<string, LimitEntry> Errors { get; }

    /// <summary>By HTTP status.</summary>
    public IReadOnlyDictionary<int, LimitEntry> Statuses { get; }

    /// <summary>Reads a table.</summary>
    /// <exception cref="FormatException">It is not one: the message names the line.</exception>
    public static LimitTable Read(TextReader reader)
    {
        if (reader.ReadLine() != FirstLine || reader.ReadLine()?.Split(' ') is not ["as-of", var asOf])
        {
            throw new FormatException("not a table of limits of a version that is known");
        }

        var entries = new List<LimitEntry>();
        for (var line = 3; reader.ReadLine() is { } text; line++)
        {
            if (text.Length > 0 && text[0] != '#')
            {
                entries.Add(Entry(text.Split('\t'), line));
            }
        }

        return entries.DistinctBy(entry => entry.Id, StringComparer.Ordinal).Count() == entries.Count
            ? new LimitTable(asOf, entries)
            : throw new FormatException("an id stands twice in the table of limits");
    }

    private static LimitEntry Entry(string[] fields, int line)
    {
        if (
            fields.Length != Fields
            || !Enum.TryParse<LimitSource>(fields[0], ignoreCase: true, out var on)
            || !TryKind(fields[3], out var kind)
        )
        {
            throw new FormatException($"line {line} of the table of limits does not hold together");
        }

        return new LimitEntry(
            on,
            fields[1],
            fields[2] == "*" ? null : fields[2],
            kind,
            Word(fields[4]),
            Word(fields[5]),
            Word(fields[6]),
            fields[7],
            fields[8]
        );
    }

    private static bool TryKind(string word, out LimitNoticeKind? kind)
    {
        kind = null;
        if (word is "-" or "none")
        {
            return true;
        }

        var known = Enum.TryParse<LimitNoticeKind>(
            word.Replace("_", "", StringComparison.Ordinal),
            ignoreCase: true,
            out var read
        );
        kind = read;
        return known;
    }

    private static string? Word(string field) => field == "-" ? null : field;

    private static LimitTable ReadBuiltIn()
    {
        using var stream =
            typeof(LimitTable).Assembly.GetManifestResourceStream("Weir.Capture.limits.txt")
            ?? throw new InvalidOperationException("the table of limits is not built in");
        using var reader = new StreamReader(stream);
        return Read(reader);
    }
}

/// <summary>What an entry of the table looks at.</summary>
internal enum LimitSource : byte
{
    /// <summary>Words before the message, which are cut off.</summary>
    Prefix,

    /// <summary>An error's machine word.</summary>
    Error,

    /// <summary>The HTTP status.</summary>
    Status,

    /// <summary>The message.</summary>
    Text,
}

/// <summary>An entry of the table.</summary>
/// <param name="On">What it looks at.</param>
/// <param name="Id">Its name, unique in the table.</param>
/// <param name="Client">The program that says it; null when several do.</param>
/// <param name="Kind">What it means; null: no limit at all.</param>
/// <param name="Scope">The scope, with groups of the pattern in braces; null when it tells none.</param>
/// <param name="Model">The class of models, likewise.</param>
/// <param name="Reset">How the reset is told: <c>epoch</c>, <c>in</c>, <c>clock</c>, <c>any</c>; null when it is not; <c>firm</c> for machine fields that no text overrules.</param>
/// <param name="Match">A word, a status or a pattern.</param>
/// <param name="Evidence">Where it was seen.</param>
internal sealed record LimitEntry(
    LimitSource On,
    string Id,
    string? Client,
    LimitNoticeKind? Kind,
    string? Scope,
    string? Model,
    string? Reset,
    string Match,
    string Evidence
)
{
    // Linear in the text whatever it holds: messages are written by strangers.
    private readonly Lazy<Regex> pattern = new(() =>
        new Regex(Match, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)
    );

    /// <summary>The pattern, for prefixes and texts.</summary>
    public Regex Pattern => pattern.Value;

    /// <summary>Whether no text overrules it.</summary>
    public bool IsFirm => Reset == "firm";
}

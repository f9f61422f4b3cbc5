using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Weir.Capture.Limits;

namespace Weir.Capture.Tests.Limits;

/// <summary>
/// Real messages, each with the public place it stands in and what it means (<c>tests/fixtures/limits/messages.tsv</c>). A third
/// of the first batch, chosen by a hash of the text, and all of the second were run against the table only after it was written.
/// </summary>
internal sealed record LimitSample(
    string Batch,
    string Source,
    string? Client,
    DateTimeOffset At,
    TimeZoneInfo Zone,
    string Kind,
    string? Scope,
    string? Model,
    DateTimeOffset? Resets,
    double? Percent,
    string Text
)
{
    /// <summary>Which part of the corpus it belongs to: <c>seen</c>, <c>kept back</c> or <c>collected later</c>.</summary>
    public string Part =>
        Batch == "b" ? "collected later"
        : SHA256.HashData(Encoding.UTF8.GetBytes(Text))[0] % 3 == 0 ? "kept back"
        : "seen";

    /// <summary>Whether it is a limit's.</summary>
    public bool IsLimit => Kind != "-";

    /// <summary>What the table makes of it.</summary>
    public LimitNotice? Read() => LimitReader.Read(new LimitMessage(At, Client, Text), Zone);

    /// <summary>What is wrong with a reading; null when nothing is.</summary>
    public string? Fault(LimitNotice? notice)
    {
        if (!IsLimit)
        {
            return notice is null ? null : $"read as {notice.Kind} by {notice.Pattern}";
        }

        if (notice is null)
        {
            return "not read";
        }

        var kind = Kind.Replace("_", "", StringComparison.Ordinal);
        return !notice.Kind.ToString().Equals(kind, StringComparison.OrdinalIgnoreCase)
                ? $"kind {notice.Kind} by {notice.Pattern}"
            : notice.Scope != Scope ? $"scope {notice.Scope} by {notice.Pattern}"
            : notice.ModelClass != Model ? $"model {notice.ModelClass} by {notice.Pattern}"
            : notice.UsedPercent != Percent ? $"percent {notice.UsedPercent} by {notice.Pattern}"
            : Apart(notice.ResetsAt, Resets) ? $"resets {notice.ResetsAt:o}, not {Resets:o}, by {notice.Pattern}"
            : null;
    }

    /// <summary>All samples.</summary>
    public static IReadOnlyList<LimitSample> All { get; } =
    [.. File.ReadLines(Path()).Skip(1).Select(line => Of(line.Split('\t')))];

    private static bool Apart(DateTimeOffset? a, DateTimeOffset? b) =>
        a is null != b is null || (a is { } x && b is { } y && (x - y).Duration() > TimeSpan.FromMilliseconds(1));

    private static LimitSample Of(string[] fields) =>
        new(
            fields[0],
            fields[1],
            fields[2] == "-" ? null : fields[2],
            DateTimeOffset.Parse(fields[3], CultureInfo.InvariantCulture),
            TimeZoneInfo.FindSystemTimeZoneById(fields[4]),
            fields[5],
            fields[6].Length == 0 ? null : fields[6],
            fields[7].Length == 0 ? null : fields[7],
            fields[8].Length == 0 ? null : DateTimeOffset.Parse(fields[8], CultureInfo.InvariantCulture),
            fields[9].Length == 0 ? null : double.Parse(fields[9], CultureInfo.InvariantCulture),
            Unescaped(fields[10])
        );

    private static string Unescaped(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(
                text[i] != '\\' ? text[i]
                : text[++i] == 'n' ? '\n'
                : text[i] == 't' ? '\t'
                : text[i]
            );
        }

        return plain.ToString();
    }

    private static string Path()
    {
        for (
            var folder = AppContext.BaseDirectory;
            folder is not null;
            folder = System.IO.Path.GetDirectoryName(folder)
        )
        {
            var file = System.IO.Path.Combine(folder, "tests", "fixtures", "limits", "messages.tsv");
            if (File.Exists(file))
            {
                return file;
            }
        }

        throw new FileNotFoundException("tests/fixtures/limits/messages.tsv");
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Wire.Limits;

namespace Weir.Capture.Limits;

/// <summary>
/// Reads what a message says of limits: an error's machine fields first, its text last. Only for what a program or a provider
/// said itself (errors, notices): in prose of people and models the same words mean nothing, and most are then not matched,
/// but not all. Pure; safe from any thread.
/// </summary>
internal static class LimitReader
{
    // Linear in the text whatever it holds.
    private static readonly Regex ErrorWord = new(
        @"[""'](?:type|code|status)[""']\s*:\s*[""'](?<word>[A-Za-z_]{1,64})[""']",
        RegexOptions.NonBacktracking
    );

    private static readonly Regex StatusWord = new(
        @"(?:API Error:? ?\(?(?:Error code: )?|Request rejected \()(?<status>[45]\d\d)\b",
        RegexOptions.NonBacktracking
    );

    private static readonly Regex InnerMessage = new(
        @"[""']message[""']\s*:\s*(?:""(?<text>[^""]*)|'(?<text>[^']*))",
        RegexOptions.NonBacktracking
    );

    private static readonly Regex Spaces = new(@"\s+", RegexOptions.NonBacktracking);

    private static readonly Regex Hole = new(@"\{(?<name>\w+)\}", RegexOptions.NonBacktracking);

    private const int LongestText = 4000;
    private const int MostCandidates = 8;
    private const int MostPrefixes = 8;

    /// <summary>A quota that is back sooner than this was none: a pace was held.</summary>
    private static readonly TimeSpan Brief = TimeSpan.FromMinutes(2);

    /// <summary>What it says; null when it is not about a limit.</summary>
    /// <param name="message">The message.</param>
    /// <param name="zone">The zone of clocks that name none: the machine's that wrote the message.</param>
    /// <param name="table">The table; the one that comes with Weir when null.</param>
    public static LimitNotice? Read(LimitMessage message, TimeZoneInfo zone, LimitTable? table = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(zone);
        table ??= LimitTable.Default;
        var text = Plain(message.Text ?? "");
        var machine = Machine(message, text, table);
        if (machine is { IsFirm: true })
        {
            return Bare(machine, message);
        }

        foreach (var candidate in Candidates(text, table))
        {
            foreach (var entry in table.Texts)
            {
                if (
                    (entry.Client is null || message.Client is null or "-" || entry.Client == message.Client)
                    && entry.Pattern.Match(candidate) is { Success: true } match
                )
                {
                    return entry.Kind is { } kind
                        ? With(Notice(entry, kind, match, text, message.At, zone), message)
                        : null;
                }
            }
        }

        return Bare(machine, message);
    }

    private static LimitNotice Notice(
        LimitEntry entry,
        LimitNoticeKind kind,
        Match match,
        string text,
        DateTimeOffset at,
        TimeZoneInfo zone
    )
    {
        var scope = Filled(entry.Scope, match);
        var resets = ResetMoment.Find(text, entry.Reset, at, zone);
        if (kind == LimitNoticeKind.Reached && scope is null && resets - at < Brief)
        {
            kind = LimitNoticeKind.RateLimited;
        }

        return new LimitNotice(
            kind,
            entry.Id,
            scope,
            LimitReading.WindowOf(scope),
            Filled(entry.Model, match),
            resets,
            Percent(match)
        );
    }

    /// <summary>What the machine fields say by themselves.</summary>
    private static LimitNotice? Bare(LimitEntry? machine, LimitMessage message) =>
        machine?.Kind is { } kind ? With(new LimitNotice(kind, machine.Id, machine.Scope), message) : null;

    /// <summary>What stands beside the message outweighs the message.</summary>
    private static LimitNotice With(LimitNotice notice, LimitMessage message) =>
        message.Quota is { Length: > 0 and <= 64 } quota
        && notice.Kind is LimitNoticeKind.Reached or LimitNoticeKind.RateLimited or LimitNoticeKind.Approaching
            ? notice with
            {
                Kind = notice.Kind == LimitNoticeKind.RateLimited ? LimitNoticeKind.Reached : notice.Kind,
                Scope = quota,
                Window = LimitReading.WindowOf(quota),
                ModelClass =
                    notice.ModelClass
                    ?? (quota.StartsWith("seven_day_", StringComparison.Ordinal) ? quota["seven_day_".Length..] : null),
                ResetsAt = message.QuotaResetsAt?.ToUniversalTime() ?? notice.ResetsAt,
            }
            : notice with
            {
                ResetsAt = notice.ResetsAt ?? message.QuotaResetsAt?.ToUniversalTime(),
            };

    private static LimitEntry? Machine(LimitMessage message, string text, LimitTable table)
    {
        var found = new List<LimitEntry>();
        Add(message.Error is { } error ? table.Errors.GetValueOrDefault(error) : null);
        Add(message.Status is { } status ? table.Statuses.GetValueOrDefault(status) : null);
        // Many programs write the provider's answer into their own message.
        foreach (Match match in ErrorWord.Matches(text))
        {
            Add(table.Errors.GetValueOrDefault(match.Groups["word"].Value));
        }

        if (
            StatusWord.Match(text) is { Success: true } written
            && int.TryParse(written.Groups["status"].Value, CultureInfo.InvariantCulture, out var number)
        )
        {
            Add(table.Statuses.GetValueOrDefault(number));
        }

        return found.Find(entry => entry is { IsFirm: true, Kind: not null })
            ?? found.Find(entry => entry.Kind is not null)
            ?? found.FirstOrDefault();

        void Add(LimitEntry? entry)
        {
            if (entry is not null)
            {
                found.Add(entry);
            }
        }
    }

    /// <summary>The texts that may be the message: what an answer inside holds, then the whole without what stands before it.</summary>
    private static IEnumerable<string> Candidates(string text, LimitTable table)
    {
        yield return text;
        foreach (var inner in InnerMessage.Matches(text).Take(MostCandidates))
        {
            yield return Stripped(inner.Groups["text"].Value, table);
        }

        yield return Stripped(text, table);
    }

    private static string Stripped(string text, LimitTable table)
    {
        for (var i = 0; i < MostPrefixes; i++)
        {
            var before = text.Length;
            foreach (var prefix in table.Prefixes)
            {
                text = prefix.Pattern.Match(text) is { Success: true } match ? text[match.Length..] : text;
            }

            if (text.Length == before)
            {
                break;
            }
        }

        return text;
    }

    /// <summary>One line, one kind of quotes and apostrophes, nothing escaped.</summary>
    private static string Plain(string text)
    {
        text = text.Length > LongestText ? text[..LongestText] : text;
        // An answer in an answer is escaped twice.
        text = text.Replace("\\\\", "\\", StringComparison.Ordinal)
            .Replace("\\n", " ", StringComparison.Ordinal)
            .Replace("\\\"", "\"", StringComparison.Ordinal)
            .Replace('’', '\'')
            .Replace('“', '"')
            .Replace('”', '"');
        return Spaces.Replace(text, " ").Trim();
    }

    private static string? Filled(string? template, Match match) =>
        template is null || !template.Contains('{', StringComparison.Ordinal)
            ? template
            : Hole.Replace(
                template,
                hole => match.Groups[hole.Groups["name"].Value].Value.ToLowerInvariant().Replace(' ', '_')
            );

    private static double? Percent(Match match)
    {
        return Number("used") is { } used ? used
            : Number("left") is { } left ? 100 - left
            : null;

        double? Number(string group) =>
            double.TryParse(
                match.Groups[group].ValueSpan,
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number
            )
            && number <= 100
                ? number
                : null;
    }
}

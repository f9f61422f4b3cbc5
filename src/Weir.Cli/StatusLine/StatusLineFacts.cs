using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Cli.Output;

namespace Weir.Cli.StatusLine;

/// <summary>What the line says: what the program told goes before what Weir knows of the same.</summary>
/// <param name="input">What the program told.</param>
/// <param name="known">What Weir knows; null when nothing.</param>
/// <param name="now">The moment.</param>
internal sealed class StatusLineFacts(StatusLineInput input, KnownStatus? known, DateTimeOffset now)
{
    private const string Client = "claude-code";
    private const string Between = " · ";

    private decimal? SessionUsd => known?.SessionUsd ?? input.SessionUsd;

    /// <summary>The line, without its end.</summary>
    /// <param name="color">With colours.</param>
    public string ToText(bool color)
    {
        var parts = new List<string>();
        if (input.Model is { } model)
        {
            parts.Add(Paint(model, "1", color));
        }

        if (known?.TodayUsd is { } today)
        {
            parts.Add($"{Usd(today)} today");
        }

        if (SessionUsd is { } session)
        {
            parts.Add($"{Usd(session)} session");
        }

        if (Block(color) is { } block)
        {
            parts.Add(block);
        }

        if (Limit("seven_day") is { } week)
        {
            parts.Add($"week {Percent(week.UsedPercent, week.IsEstimate, color)}");
        }

        if (input.ContextPercent is { } context)
        {
            parts.Add($"context {Percent(context, false, color)}");
        }

        return parts.Count == 0 ? "weir" : string.Join(color ? "\e[2m · \e[0m" : Between, parts);
    }

    /// <summary>The same as JSON, on one line.</summary>
    /// <param name="from">Who told what Weir knows: <c>server</c>, <c>file</c>, <c>none</c>.</param>
    public string ToJson(string from)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteString("model", input.Model);
            writer.WriteString("session", input.Session);
            WriteUsd(writer, "todayUsd", known?.TodayUsd);
            WriteUsd(writer, "sessionUsd", SessionUsd);
            WriteUsd(writer, "blockUsd", known?.BlockUsd);
            WriteTime(writer, "blockEnd", BlockEnd);
            writer.WriteStartArray("limits");
            foreach (var limit in Limits())
            {
                writer.WriteStartObject();
                writer.WriteString("scope", limit.Scope);
                writer.WriteNumber("usedPercent", limit.UsedPercent);
                writer.WriteBoolean("estimated", limit.IsEstimate);
                WriteTime(writer, "resetsAt", limit.ResetsAt);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (input.ContextPercent is { } context)
            {
                writer.WriteNumber("contextUsedPercent", context);
            }
            else
            {
                writer.WriteNull("contextUsedPercent");
            }

            writer.WriteString("source", from);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    // The provider's reset is the window's true end; the block's is reckoned.
    private DateTimeOffset? BlockEnd => Limit("five_hour")?.ResetsAt ?? known?.BlockEnd;

    private string? Block(bool color)
    {
        var limit = Limit("five_hour");
        if (BlockEnd is not { } end && limit is null)
        {
            return null;
        }

        var parts = new List<string>();
        if (known?.BlockUsd is { } cost)
        {
            parts.Add(Usd(cost));
        }

        if (limit is not null)
        {
            parts.Add($"{Percent(limit.UsedPercent, limit.IsEstimate, color)} of limit");
        }

        if (BlockEnd is { } at)
        {
            parts.Add($"{Figures.Span(at - now)} left");
        }

        return "block " + string.Join(", ", parts);
    }

    private KnownLimit? Limit(string scope) => Limits().Find(limit => limit.Scope == scope);

    private List<KnownLimit> Limits()
    {
        var limits = input.Limits.FindAll(limit => limit.ResetsAt is null || limit.ResetsAt > now);
        foreach (var limit in known?.Limits ?? [])
        {
            if (limit.Client == Client && !limits.Exists(told => told.Scope == limit.Scope))
            {
                limits.Add(limit);
            }
        }

        return limits;
    }

    private static string Percent(double percent, bool isEstimate, bool color) =>
        Paint(
            string.Create(CultureInfo.InvariantCulture, $"{(isEstimate ? "~" : "")}{Math.Min(percent, 999):0}%"),
            percent >= 90 ? "31"
                : percent >= 70 ? "33"
                : "32",
            color
        );

    // Cents are enough in a line.
    private static string Usd(decimal usd) => usd.ToString("$#,0.00", CultureInfo.InvariantCulture);

    private static string Paint(string text, string code, bool color) => color ? $"\e[{code}m{text}\e[0m" : text;

    private static void WriteUsd(Utf8JsonWriter writer, string name, decimal? usd) =>
        writer.WriteString(name, usd?.ToString("0.#########", CultureInfo.InvariantCulture));

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? time) =>
        writer.WriteString(
            name,
            time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)
        );
}

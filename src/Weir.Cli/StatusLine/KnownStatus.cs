using System.Globalization;
using System.Text.Json;

namespace Weir.Cli.StatusLine;

/// <summary>
/// What Weir knows, as the API and <c>statusline.json</c> tell it. Read by hand: the shapes' own reader takes longer to load than
/// the line may take.
/// </summary>
/// <param name="At">When it was found out.</param>
/// <param name="DayEnd">When the day ends that <paramref name="TodayUsd"/> is of.</param>
/// <param name="TodayUsd">Cost today.</param>
/// <param name="SessionUsd">Cost of the session; null when not known.</param>
/// <param name="BlockEnd">When the running block ends; null when none runs.</param>
/// <param name="BlockUsd">Its cost.</param>
/// <param name="Limits">How far windows of a plan are used.</param>
internal sealed record KnownStatus(
    DateTimeOffset At,
    DateTimeOffset DayEnd,
    decimal? TodayUsd,
    decimal? SessionUsd,
    DateTimeOffset? BlockEnd,
    decimal? BlockUsd,
    List<KnownLimit> Limits
)
{
    // Costs that are older than this are left out; ends of windows hold until they are reached.
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(10);

    /// <summary>Reads it; null for anything that is not it.</summary>
    public static KnownStatus? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (
                root.ValueKind != JsonValueKind.Object
                || Time(root, "at") is not { } at
                || Time(root, "dayEnd") is not { } dayEnd
            )
            {
                return null;
            }

            var hasBlock = root.TryGetProperty("block", out var block) && block.ValueKind == JsonValueKind.Object;
            return new KnownStatus(
                at,
                dayEnd,
                Usd(root, "todayUsd"),
                Usd(root, "sessionUsd"),
                hasBlock ? Time(block, "end") : null,
                hasBlock ? Usd(block, "costUsd") : null,
                Limit(root)
            );
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The same without what no longer holds.</summary>
    public KnownStatus AsOf(DateTimeOffset now)
    {
        var isFresh = now - At < Lasts && now >= At - Lasts;
        return this with
        {
            TodayUsd = isFresh && now < DayEnd ? TodayUsd : null,
            SessionUsd = isFresh ? SessionUsd : null,
            BlockEnd = BlockEnd > now ? BlockEnd : null,
            BlockUsd = isFresh && BlockEnd > now ? BlockUsd : null,
            Limits = isFresh ? Limits.FindAll(limit => limit.ResetsAt is not { } resets || resets > now) : [],
        };
    }

    // Neither iterators nor tuples: those over others' values are compiled anew by every process, a millisecond each.
    private static List<KnownLimit> Limit(JsonElement root)
    {
        var read = new List<KnownLimit>();
        if (!root.TryGetProperty("limits", out var limits) || limits.ValueKind != JsonValueKind.Array)
        {
            return read;
        }

        for (var i = 0; i < limits.GetArrayLength(); i++)
        {
            var limit = limits[i];
            if (
                limit.ValueKind == JsonValueKind.Object
                && limit.TryGetProperty("scope", out var scope)
                && limit.TryGetProperty("client", out var client)
                && limit.TryGetProperty("usedPercent", out var used)
                && scope.GetString() is { } name
                && client.GetString() is { } program
            )
            {
                var isEstimate =
                    limit.TryGetProperty("estimated", out var word) && word.ValueKind == JsonValueKind.True;
                read.Add(new KnownLimit(program, name, used.GetDouble(), isEstimate, Time(limit, "resetsAt")));
            }
        }

        return read;
    }

    private static DateTimeOffset? Time(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.TryGetDateTimeOffset(out var time)
            ? time
            : null;

    private static decimal? Usd(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && decimal.TryParse(
            value.GetString(),
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var usd
        )
            ? usd
            : null;
}

/// <summary>How far a window of a plan is used, as Weir knows it.</summary>
/// <param name="Client">Whose plan.</param>
/// <param name="Scope">The window.</param>
/// <param name="UsedPercent">How far it is used.</param>
/// <param name="IsEstimate">Whether that is Weir's estimate.</param>
/// <param name="ResetsAt">When it begins anew; null when not known.</param>
internal sealed record KnownLimit(
    string Client,
    string Scope,
    double UsedPercent,
    bool IsEstimate,
    DateTimeOffset? ResetsAt
);

using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Gateway.Activities;
using Weir.Identity;
using Weir.Server.Api.Usage;

namespace Weir.Server.Api.Activities;

/// <summary>What changed how Weir stands, as far as the caller may see it.</summary>
internal static class ActivityRoutes
{
    private const int MostItems = 1000;
    private const int UsualItems = 100;

    /// <summary>Maps the route.</summary>
    public static void Map(RouteGroupBuilder group) =>
        group
            .MapGet("/activity", List)
            .WithTags("Activity")
            .WithName("listActivity")
            .WithSummary(
                "What changed how Weir stands (breakers, budgets, configuration …): newest first, or on after a cursor"
            )
            .TakesQuery("after", "before", "from", "kind", "limit")
            .Needs(Permission.AnalyticsView);

    private static Results<Ok<ActivityPage>, ApiProblem> List(
        [Description("Those after this cursor, oldest first; without it the newest come first.")] string? after,
        [Description("Those before this cursor.")] string? before,
        [Description("From, inclusive: RFC 3339, a day, or relative (7d, 24h).")] string? from,
        [Description("Kinds (breaker.opened), or all of a family (budget), separated by commas.")] string? kind,
        [Description("At most so many events.")] int? limit,
        ApiCaller caller,
        ActivityFeed activity,
        TimeProvider clock
    )
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var kinds = string.IsNullOrEmpty(kind) ? [] : kind.Split(',');
        if (kinds.FirstOrDefault(word => !ActivityView.IsKind(word)) is { } unknown)
        {
            errors["kind"] =
                $"there is no kind \"{unknown[..Math.Min(unknown.Length, 64)]}\" ({string.Join(", ", ActivityKinds.All.Select(k => k.Name))})";
        }

        if (limit is < 1 or > MostItems)
        {
            errors["limit"] = $"from 1 to {MostItems}";
        }

        DateTimeOffset? since = null;
        if (from is not null)
        {
            if (TimeText.TryParse(from, clock.GetUtcNow(), out var time))
            {
                since = time;
            }
            else
            {
                errors["from"] = TimeText.Expected;
            }
        }

        var query = new ActivityView(caller.Workspace, caller.Principal.Permissions).Query(kinds) with
        {
            After = Cursor("after", after),
            Before = Cursor("before", before),
            From = since,
            Limit = limit ?? UsualItems,
        };
        if (errors.Count > 0)
        {
            return ApiProblem.Invalid(errors);
        }

        var found = activity.Read(query);
        return TypedResults.Ok(
            new ActivityPage([.. found.Items.Select(ActivityShapesOf.Item)], found.Next, found.Cursor, found.IsGap)
        );

        long? Cursor(string name, string? text)
        {
            if (text is null)
            {
                return null;
            }

            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            errors[name] = "is not a cursor that an event has";
            return null;
        }
    }
}

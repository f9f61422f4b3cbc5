using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Api.Usage;

namespace Weir.Server.Api.Audit;

/// <summary>The workspace's audit trail.</summary>
internal static class AuditRoutes
{
    private const int MostItems = 1000;
    private const int UsualItems = 100;

    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Audit");
        group
            .MapGet("/", List)
            .WithName("listAudit")
            .WithSummary("Who changed what and who read what is sensitive, newest first")
            .TakesQuery("cursor", "limit", "from", "to", "actor", "action", "target")
            .Needs(Permission.AuditView);
        group
            .MapGet("/verify", VerifyAsync)
            .WithName("verifyAudit")
            .WithSummary("Looks for entries that were edited, deleted or reordered")
            .TakesQuery()
            .Needs(Permission.AuditView);
        group
            .MapGet("/export", ExportAsync)
            .WithName("exportAudit")
            .WithSummary("The whole trail in one file, oldest first, its end signed")
            .TakesQuery()
            .WithMetadata(new TextAnswers("application/x-ndjson"))
            .Needs(Permission.AuditView)
            .Produces<AuditItem>();
    }

    private static Results<Ok<AuditPage>, ApiProblem> List(
        [Description("Where the page before ended.")] string? cursor,
        [Description("At most so many entries.")] int? limit,
        [Description("From, inclusive: RFC 3339, a day, or relative (7d, 24h).")] string? from,
        [Description("To, exclusive.")] string? to,
        [Description("By this key or person, by id or name.")] string? actor,
        [Description("This action (key.create) or all of a kind (key).")] string? action,
        [Description("On this, as key:key_….")] string? target,
        ApiCaller caller,
        AuditTrail trail,
        TimeProvider clock
    )
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        long? before = null;
        if (cursor is not null)
        {
            if (long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
            {
                before = seq;
            }
            else
            {
                errors["cursor"] = "is not one that a page ended with";
            }
        }

        if (limit is < 1 or > MostItems)
        {
            errors["limit"] = $"from 1 to {MostItems}";
        }

        var now = clock.GetUtcNow();
        var question = new AuditQuestion
        {
            Before = before,
            From = Time("from", from),
            To = Time("to", to),
            Actor = actor,
            Action = action,
            Target = target,
            Limit = (limit ?? UsualItems) + 1,
        };
        if (errors.Count > 0)
        {
            return ApiProblem.Invalid(errors);
        }

        var found = trail.List(caller.Workspace, question);
        var more = found.Length == question.Limit;
        var items = more ? found[..^1] : found;
        return TypedResults.Ok(
            new AuditPage(
                [.. items.Select(AuditShapes.Item)],
                more ? items[^1].Seq.ToString(CultureInfo.InvariantCulture) : null
            )
        );

        DateTimeOffset? Time(string name, string? text)
        {
            if (text is null)
            {
                return null;
            }

            if (TimeText.TryParse(text, now, out var time))
            {
                return time;
            }

            errors[name] = TimeText.Expected;
            return null;
        }
    }

    private static async Task<Ok<AuditVerification>> VerifyAsync(
        ApiCaller caller,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        var verdict = await trail.VerifyAsync(caller.Workspace, cancellationToken);
        return TypedResults.Ok(
            new AuditVerification(verdict.IsSound, verdict.Entries, verdict.Faults, trail.PublicKey)
        );
    }

    private static async Task ExportAsync(
        HttpContext context,
        ApiCaller caller,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        await trail.NoteAsync(caller.Actor, "audit.export", "audit", null, null, cancellationToken);
        context.Response.ContentType = "application/x-ndjson";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"audit.ndjson\"";
        await foreach (var line in trail.ExportAsync(caller.Workspace, cancellationToken))
        {
            await context.Response.WriteAsync(line, cancellationToken);
            await context.Response.WriteAsync("\n", cancellationToken);
        }
    }
}

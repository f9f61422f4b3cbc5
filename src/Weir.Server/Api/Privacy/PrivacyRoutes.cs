using System.ComponentModel;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Weir.Client;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api.Usage;
using Weir.Server.Privacy;

namespace Weir.Server.Api.Privacy;

/// <summary>What people may ask for of what is kept of them: to have it, and to be forgotten.</summary>
internal static class PrivacyRoutes
{
    private static readonly TimeSpan LongestErasure = TimeSpan.FromMinutes(10);

    private const int LeastPeople = 3;
    private const int UsualPeople = 5;
    private const int MostPeople = 1000;
    private const int MostNames = 20;
    private const int LongestName = 256;
    private const string Nobody =
        "Nobody of that name is known: no user, and no key and no request that names him. Names in records are exact; give others by \"also\".";

    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Privacy");
        group
            .MapGet("/export", ExportAsync)
            .WithName("exportPerson")
            .WithSummary("Everything that is kept of a person, as JSON lines")
            .TakesQuery("user", "also", "content")
            .WithMetadata(new TextAnswers("application/x-ndjson"))
            .Needs(Permission.PrivacyManage)
            .Produces<PersonLine>()
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapPost("/erasures", EraseAsync)
            .WithName("erasePerson")
            .WithSummary("Forgets a person: his figures stay under a pseudonym, all else goes")
            .TakesQuery()
            .Needs(Permission.PrivacyManage)
            .Refuses(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status503ServiceUnavailable
            );
        group
            .MapGet("/figures", FiguresAsync)
            .WithName("getAnonymousFigures")
            .WithSummary("Sums of whole days that tell of no single person: every row is of at least k people")
            .Needs(Permission.AnalyticsExport)
            .Refuses(StatusCodes.Status400BadRequest);
    }

    private static async Task<Results<Ok<AnonymousFigures>, ApiProblem>> FiguresAsync(
        [AsParameters] FigureParameters parameters,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(parameters.Request, groupsByPeriod: true, "groupBy", "atLeast");
        // Who could choose by a filter, or by seconds, could take one person out of a sum by subtracting another.
        reader.TakesOnly();
        var query = reader.Read(caller, clock);
        query = query with { From = Midnight(query.From), To = Midnight(query.To.AddTicks(-1)).AddDays(1) };
        var atLeast = reader.Whole("atLeast", LeastPeople, MostPeople, UsualPeople);
        foreach (var personal in query.GroupBy.Where(by => !AnonymousSums.Dimensions.Contains(by.Kind)))
        {
            reader.Fault(
                "groupBy",
                $"\"{personal}\" could tell of one person ({string.Join(", ", AnonymousSums.Dimensions.Select(kind => new UsageDimension(kind)))}, day, week, month)"
            );
        }

        if (reader.Period == UsageInterval.Hour)
        {
            reader.Fault("groupBy", "a day is the shortest period here");
        }

        if (reader.Period is { } asked && Periods.Starts(query, asked).Length > Periods.Most)
        {
            reader.Fault("groupBy", $"the range has more than {Periods.Most} of these periods");
        }

        if (reader.Errors.Count > 0)
        {
            return ApiProblem.Invalid(reader.Errors);
        }

        query = query with { GroupBy = query.GroupBy.Add(new UsageDimension(UsageDimensionKind.User)) };
        var sums = reader.Period is { } period
            ? await Periods.SummaryAsync(ledger.Queries, query, period, cancellationToken)
            : UsageShapes.Summary(query, await ledger.Queries.SummaryAsync(query, cancellationToken));
        var (rows, withheld) = AnonymousSums.Of(sums.Rows, atLeast);
        return TypedResults.Ok(new AnonymousFigures(query.From, query.To, atLeast, rows, withheld));
    }

    private static DateTimeOffset Midnight(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);

    private static async Task<IResult> ExportAsync(
        [Description("A user's id or name, or what requests call somebody.")] string? user,
        [FromQuery(Name = "also")]
        [Description("What else requests call him, as an address of mail; may be given more than once.")]
            string[]? also,
        [Description("Whether what was said in his sessions is to be in it, where it is kept.")] bool? content,
        HttpContext context,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    )
    {
        if (Faults(user, also) is { Count: > 0 } faults)
        {
            return ApiProblem.Invalid(faults);
        }

        if (content == true && !caller.Principal.Permissions.Has(Permission.ContentView))
        {
            return ApiProblem.Of(
                StatusCodes.Status403Forbidden,
                $"What was said in sessions asks for the permission {Permission.ContentView.Name()} as well."
            );
        }

        var identity = state.Modules.Identity;
        var subject = await Subject.FindAsync(identity, caller.Workspace, user!, also ?? [], cancellationToken);
        if (!await IsKnownAsync(state, subject, cancellationToken))
        {
            return ApiProblem.Of(StatusCodes.Status404NotFound, Nobody);
        }

        await identity.Audit.NoteAsync(
            caller.Actor,
            "privacy.export",
            subject.User is { } known ? $"user:{known.Id}" : "person",
            null,
            content == true ? """{"content":true}""" : null,
            cancellationToken
        );
        context.Response.ContentType = "application/x-ndjson";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"person.ndjson\"";
        await foreach (var line in new SubjectExport(state, subject, content == true).LinesAsync(cancellationToken))
        {
            await context.Response.WriteAsync(line, cancellationToken);
            await context.Response.WriteAsync("\n", cancellationToken);
        }

        return TypedResults.Empty;
    }

    private static async Task<Results<Ok<ErasureResult>, ApiProblem>> EraseAsync(
        ErasureRequest body,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    )
    {
        if (Faults(body.User, body.Also) is { Count: > 0 } faults)
        {
            return ApiProblem.Invalid(faults);
        }

        var subject = await Subject.FindAsync(
            state.Modules.Identity,
            caller.Workspace,
            body.User!,
            body.Also ?? [],
            cancellationToken
        );
        if (!await IsKnownAsync(state, subject, cancellationToken))
        {
            return ApiProblem.Of(StatusCodes.Status404NotFound, Nobody);
        }

        var erasure = new SubjectErasure(state);
        if (body.DryRun == true)
        {
            return TypedResults.Ok(await erasure.LookAsync(subject, cancellationToken));
        }

        // Begun it is brought to its end: a caller who hangs up must not leave half a person. A disk that takes nothing may.
        using var enough = new CancellationTokenSource(LongestErasure);
        try
        {
            var change = await erasure.RunAsync(
                caller.Actor,
                subject,
                state.Config.Current.Config.Capture,
                enough.Token
            );
            return change is { IsDone: true, Value: { } result } ? TypedResults.Ok(result) : change.Problem();
        }
        catch (Exception e)
            when (e is SqliteException or IOException or OperationCanceledException or ChannelClosedException)
        {
            return ApiProblem.Of(
                StatusCodes.Status503ServiceUnavailable,
                $"It was begun and could not be finished: ask again with all his names once this is mended: {caller.Told(e.Message)}"
            );
        }
    }

    private static async Task<bool> IsKnownAsync(
        ServerState state,
        Subject subject,
        CancellationToken cancellationToken
    )
    {
        if (subject.User is not null || !subject.Keys.IsEmpty)
        {
            return true;
        }

        await state.Modules.Ledger.FlushAsync(cancellationToken);
        var query = subject.Records(state.Options.Clock.GetUtcNow());
        return (await state.Modules.Ledger.Queries.SummaryAsync(query, cancellationToken)).Total.Requests > 0;
    }

    private static Dictionary<string, string> Faults(string? user, IReadOnlyCollection<string>? also)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (string.IsNullOrEmpty(user) || user.Length > LongestName)
        {
            errors["user"] = $"is missing, or longer than {LongestName} characters";
        }

        if (
            also is { Count: > MostNames }
            || also?.Any(name => string.IsNullOrEmpty(name) || name.Length > LongestName) == true
        )
        {
            errors["also"] = $"at most {MostNames} names of 1 to {LongestName} characters";
        }

        return errors;
    }
}

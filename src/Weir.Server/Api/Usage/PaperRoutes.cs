using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Weir.Exports;
using Weir.Exports.Pdf;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Exports;

namespace Weir.Server.Api.Usage;

/// <summary>Usage routes whose answers can be had on paper: <c>format=pdf</c> draws what else is told as JSON.</summary>
internal static class PaperRoutes
{
    private const string Format = "format";

    /// <summary>Lets a route answer with a PDF.</summary>
    /// <param name="route">The route.</param>
    /// <param name="title">What the page is called.</param>
    public static RouteHandlerBuilder OnPaper(this RouteHandlerBuilder route, string title) =>
        route
            .AddEndpointFilter((context, next) => AnswerAsync(context, next, title))
            .WithMetadata(new FileAnswers(ExportFormats.MediaType(ExportFormat.Pdf)));

    private static async ValueTask<object?> AnswerAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next,
        string title
    )
    {
        var request = context.HttpContext.Request;
        if (!request.Query.TryGetValue(Format, out var asked))
        {
            return await next(context);
        }

        if (asked is not [("json" or "pdf") and var format])
        {
            return ApiProblem.Invalid(new Dictionary<string, string> { [Format] = "is json or pdf" });
        }

        // The route's own reader knows nothing of it.
        var filters = Filters(request.Query);
        request.Query = new QueryCollection(
            request.Query.Where(pair => pair.Key != Format).ToDictionary(pair => pair.Key, pair => pair.Value)
        );
        var answer = await next(context);
        var result = answer is INestedHttpResult nested ? nested.Result : answer;
        if (format != "pdf" || result is not IValueHttpResult { Value: { } view } || result is ApiProblem)
        {
            return answer;
        }

        var services = context.HttpContext.RequestServices;
        if (services.GetRequiredService<ExportMaker>().Missing(ExportFormat.Pdf) is { } missing)
        {
            return ApiProblem.Of(StatusCodes.Status501NotImplemented, missing);
        }

        var workspace = context.Arguments.OfType<ApiCaller>().First().Workspace;
        var head = new PaperHead
        {
            Title = title,
            WorkspaceName =
                services.GetRequiredService<WorkspaceRegistry>().Find(workspace)?.Name ?? workspace.ToString(),
            Filters = filters,
            MadeAt = services.GetRequiredService<TimeProvider>().GetUtcNow(),
        };
        return RequestExporter.Draw(head, view) is { } document
            ? TypedResults.File(
                document,
                ExportFormats.MediaType(ExportFormat.Pdf),
                ExportFormats.FileName(ExportFormat.Pdf)
            )
            : answer;
    }

    private static List<string> Filters(IQueryCollection query)
    {
        var told = new List<string>();
        foreach (var (name, values) in query)
        {
            if (FilterName.TryParse(name, out var dimension, out var kind))
            {
                told.Add(
                    ExportMaker.Told(
                        new UsageFilter(
                            dimension,
                            [.. values.SelectMany(value => (value ?? "").Split(',')).Select(v => v == "" ? null : v)]
                        )
                        {
                            Kind = kind,
                        }
                    )
                );
            }
        }

        return told;
    }
}

/// <summary>The form of an answer, for the API's description; read by <see cref="PaperRoutes"/>.</summary>
internal sealed record PaperParameters
{
    /// <summary>The form.</summary>
    [Microsoft.AspNetCore.Mvc.FromQuery(Name = "format")]
    [System.ComponentModel.Description("json or pdf: the same on paper. Default json.")]
    public string? Format { get; init; }
}

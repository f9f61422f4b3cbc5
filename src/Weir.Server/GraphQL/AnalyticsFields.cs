using Microsoft.AspNetCore.Http;
using Weir.Client;
using Weir.GraphQL;
using Weir.Ledger;
using Weir.Server.Api.Usage;

namespace Weir.Server.GraphQL;

/// <summary>
/// Figures over time, the largest, how long requests took, when, and sides compared. The same facades as <c>/api/v1/usage/series</c>,
/// <c>top</c>, <c>distribution</c>, <c>heatmap</c> and <c>compare</c>.
/// </summary>
internal static class AnalyticsFields
{
    private static readonly Argument Metric = new("metric", Scalars.String)
    {
        Description = $"One of {string.Join(", ", UsageQueryReader.MetricNames)}. Default costUsd.",
    };

    private static readonly Argument Figure = new("metric", Scalars.String)
    {
        Description = $"One of {string.Join(", ", UsageFigure.All.Select(figure => figure.Name))}. Default costUsd.",
    };

    private static readonly Argument Interval = new("interval", Scalars.String)
    {
        Description = "minute, hour, day, week or month. Default day.",
    };

    private static readonly InputObjectType Period = new(
        "Period",
        "A range of time.",
        () => [new Argument("from", WeirScalars.DateTime.NonNull), new Argument("to", WeirScalars.DateTime.NonNull)]
    );

    /// <summary>The fields.</summary>
    public static IEnumerable<Field> All(ShapeTypes shapes)
    {
        var series = shapes.Of<UsageSeriesResult>("Series", "One figure over time.");
        yield return GraphQLCall.Guarded(
            "series",
            shapes.Of<SeriesLine>("SeriesLine", "One line of a series.").Many,
            "One figure over time, a line for each combination of dimensions.",
            GraphQLCall.Figures,
            [
                .. UsageQuestion.Range,
                UsageFields.GroupBy,
                Metric,
                Interval,
                .. UsageQuestion.Calendar,
                .. UsageQuestion.Filters,
            ],
            async (context, call) =>
                await AskAsync(context, call, UsageAnswers.SeriesAsync) is var told && told is UsageSeriesResult found
                    ? found.Series
                    : told,
            cost: 100,
            length: _ => 20
        );
        yield return GraphQLCall.Guarded(
            "timeSeries",
            series,
            "The same with its range, and with the period that it is compared with.",
            GraphQLCall.Figures,
            [
                .. UsageQuestion.Range,
                UsageFields.GroupBy,
                Metric,
                Interval,
                UsageQuestion.Compare,
                .. UsageQuestion.Calendar,
                .. UsageQuestion.Filters,
            ],
            async (context, call) => await AskAsync(context, call, UsageAnswers.SeriesAsync),
            cost: 200,
            length: _ => 20
        );
        yield return GraphQLCall.Guarded(
            "top",
            shapes.Of<UsageTopResult>("Top", "The largest members of a dimension."),
            "The members of a dimension with the largest of a figure, and what the others come to.",
            GraphQLCall.Figures,
            [
                new Argument("by", Scalars.String.NonNull) { Description = "The dimension, as groupBy names it." },
                Figure,
                new Argument("limit", Scalars.Int) { Description = "How many at most: 1 to 1000. Default 10." },
                .. UsageQuestion.Range,
                UsageQuestion.Zone,
                .. UsageQuestion.Filters,
            ],
            async (context, call) => await AskAsync(context, call, AnalyticsAnswers.TopAsync),
            cost: 50,
            length: arguments => Math.Clamp(arguments.Whole("limit") ?? 10, 1, 1000)
        );
        yield return GraphQLCall.Guarded(
            "distribution",
            shapes.Of<UsageDistributionResult>("Distribution", "How long requests took."),
            "How long requests took: quantiles and a histogram.",
            GraphQLCall.Figures,
            [
                new Argument("of", Scalars.String) { Description = "durationMs (default) or timeToFirstTokenMs." },
                new Argument("scale", Scalars.String) { Description = "log (default) or linear." },
                new Argument("buckets", Scalars.Int) { Description = "Bars at most: 1 to 200. Default 20." },
                UsageFields.GroupBy,
                .. UsageQuestion.Range,
                UsageQuestion.Zone,
                .. UsageQuestion.Filters,
            ],
            async (context, call) => await AskAsync(context, call, AnalyticsAnswers.DistributionAsync),
            cost: 100,
            length: _ => 20
        );
        yield return GraphQLCall.Guarded(
            "heatmap",
            shapes.Of<UsageHeatmapResult>("Heatmap", "A metric by weekday and hour."),
            "A metric by weekday and hour of a zone's clock.",
            GraphQLCall.Figures,
            [Metric, .. UsageQuestion.Range, .. UsageQuestion.Calendar, .. UsageQuestion.Filters],
            async (context, call) => await AskAsync(context, call, AnalyticsAnswers.HeatmapAsync),
            cost: 100,
            length: _ => 24
        );
        yield return GraphQLCall.Guarded(
            "compare",
            shapes.Of<UsageComparison>("Comparison", "Sides by side, each with its difference from the first."),
            "Periods, or values of a dimension, side by side.",
            GraphQLCall.Figures,
            [
                new Argument("by", Scalars.String) { Description = "The dimension whose values are compared." },
                new Argument("values", Scalars.String.List) { Description = "Two to ten of them." },
                new Argument("periods", Period.NonNull.List) { Description = "Two to ten, in place of from and to." },
                UsageQuestion.Compare,
                .. UsageQuestion.Range,
                .. UsageQuestion.Calendar,
                .. UsageQuestion.Filters,
            ],
            async (context, call) => await AskAsync(context, call, AnalyticsAnswers.CompareAsync),
            cost: 100,
            length: _ => 10
        );
    }

    // Every argument of these fields has the name of its parameter.
    private static async Task<object?> AskAsync<T>(
        FieldContext context,
        GraphQLCall call,
        Func<HttpRequest, UsageAsker, CancellationToken, Task<Answered<T>>> answer
    )
        where T : class
    {
        var (arguments, question) = (context.Arguments, new UsageQuestion(context.Arguments));
        foreach (var name in (ReadOnlySpan<string>)["metric", "interval", "compare", "by", "of", "scale"])
        {
            question.Set(name, arguments.Text(name));
        }

        question.Set("limit", arguments.Whole("limit"));
        question.Set("buckets", arguments.Whole("buckets"));
        question.Set("groupBy", arguments.Texts("groupBy"));
        question.Set("values", arguments.Texts("values"));
        if (arguments["periods"] is IReadOnlyList<object?> periods)
        {
            question.Set("from", [.. periods.Select(period => ((Arguments)period!).Text("from"))]);
            question.Set("to", [.. periods.Select(period => ((Arguments)period!).Text("to"))]);
        }

        var (found, errors) = await answer(question.ToRequest(), call.Asker, context.CancellationToken);
        return question.Fault(errors) ?? (object?)found;
    }
}

using System.Collections.Immutable;
using Weir.Client;
using Weir.GraphQL;
using Weir.Server.Api.Usage;

namespace Weir.Server.GraphQL;

/// <summary>Sums of what was used. The same facade as <c>/api/v1/usage/summary</c>.</summary>
internal static class UsageFields
{
    /// <summary>By what sums are told apart.</summary>
    public static Argument GroupBy { get; } =
        new("groupBy", Scalars.String.NonNull.List)
        {
            Description =
                "Dimensions (model, provider, key, user, team, project, session, agent, client, source, status, "
                + "route, tag.NAME), or hour, day, week or month.",
        };

    /// <summary>The fields.</summary>
    public static IEnumerable<Field> All(UsageTypes types)
    {
        ImmutableArray<Argument> plain = [.. UsageQuestion.Range, .. UsageQuestion.Calendar, .. UsageQuestion.Filters];
        yield return GraphQLCall.Guarded(
            "usage",
            types.Row.Many,
            "Sums by dimensions or by hour, day, week or month, largest cost first.",
            GraphQLCall.Figures,
            [GroupBy, .. plain],
            async (context, call) => await RowsAsync(context, call, context.Arguments.Texts("groupBy") ?? ["model"]),
            cost: 50,
            length: _ => 20
        );
        yield return GraphQLCall.Guarded(
            "total",
            types.Sums,
            "Sums over a whole range.",
            GraphQLCall.Figures,
            plain,
            async (context, call) =>
                await SummaryAsync(context, call, []) is var (summary, fault) ? summary?.Total ?? (object?)fault : null,
            cost: 20
        );
        yield return GraphQLCall.Guarded(
            "metrics",
            MetricType.Make().Many,
            "Figures over time: by day unless groupBy says otherwise, which may name dimensions too. Periods without "
                + "requests have no row.",
            GraphQLCall.Figures,
            [GroupBy, .. plain],
            async (context, call) => await MetricsAsync(context, call),
            cost: 100,
            length: _ => 20
        );
        yield return GraphQLCall.Guarded(
            "models",
            types.Row.Many,
            "What each model served, dearest first.",
            GraphQLCall.Figures,
            plain,
            async (context, call) => await RowsAsync(context, call, ["model"]),
            cost: 50,
            length: _ => 20
        );
        yield return GraphQLCall.Guarded(
            "providerStats",
            ProviderFields.Stats(types.Health).Many,
            "What each provider served, dearest first.",
            GraphQLCall.Figures,
            plain,
            async (context, call) => await RowsAsync(context, call, ["provider"]),
            cost: 50,
            length: _ => 10
        );
    }

    private static async Task<object?> RowsAsync(
        FieldContext context,
        GraphQLCall call,
        IReadOnlyList<string?> groupBy
    ) => await SummaryAsync(context, call, groupBy) is var (summary, fault) ? summary?.Rows ?? (object?)fault : null;

    private static async Task<(UsageSummaryResult? Summary, FieldFault? Fault)> SummaryAsync(
        FieldContext context,
        GraphQLCall call,
        IReadOnlyList<string?> groupBy
    )
    {
        var question = new UsageQuestion(context.Arguments);
        question.Set("groupBy", groupBy);
        var (summary, errors) = await UsageAnswers.SummaryAsync(
            question.ToRequest(),
            call.Asker,
            context.CancellationToken
        );
        return question.Fault(errors) is { } fault ? (null, fault) : (summary, null);
    }

    private static async Task<object?> MetricsAsync(FieldContext context, GraphQLCall call)
    {
        var groups = context.Arguments.Texts("groupBy") ?? ["day"];
        if (!groups.Any(name => name is not null && Periods.Named(name) is not null))
        {
            groups = [.. groups, "day"];
        }

        var (summary, fault) = await SummaryAsync(context, call, groups);
        if (summary is null)
        {
            return fault;
        }

        // The reader knows the zone: it has read it without fault just now.
        var reader = new UsageQuestion(context.Arguments).Reader("timezone", "weekStart");
        var calendar = reader.Read(call.Caller, call.Clock).Calendar;
        return summary.Rows.Select(row => new MetricRow(row, calendar)).ToList();
    }
}

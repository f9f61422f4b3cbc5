using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.GraphQL;

namespace Weir.Server.GraphQL;

/// <summary>What can be asked of Weir at <c>/graphql</c>, and the engine that answers it. Made at the first request.</summary>
internal sealed partial class WeirSchema(ILogger<WeirSchema> log)
{
    private readonly Lazy<GraphQLEngine> engine = new(() =>
        new GraphQLEngine(Make(), new DocumentLimits(), (field, bug) => LogBug(log, field, bug))
    );

    /// <summary>The engine.</summary>
    public GraphQLEngine Engine => engine.Value;

    /// <summary>Registers it.</summary>
    public static void Add(IServiceCollection services) => services.AddSingleton<WeirSchema>();

    /// <summary>Notes for whoever looks for what is slow how many questions an operation asked.</summary>
    public void NoteAsked(int questions) => LogAsked(log, questions);

    private static Schema Make()
    {
        var shapes = new ShapeTypes();
        var types = new UsageTypes(shapes);
        var query = new ObjectType(
            "Query",
            "What was used, by whom, and what holds. All of the caller's own workspace, with the permissions that REST asks.",
            () =>
                [
                    .. OtherFields.All(shapes, types),
                    .. UsageFields.All(types),
                    .. AnalyticsFields.All(shapes),
                    .. RequestFields.All(types),
                ]
        );
        var subscription = new ObjectType(
            "Subscription",
            "What happens, as it happens.",
            () => [UsageSubscription.Field(types.Request)]
        );
        return new Schema(query, null, subscription);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "An operation of /graphql asked {Questions} questions")]
    private static partial void LogAsked(ILogger log, int questions);

    [LoggerMessage(Level = LogLevel.Error, Message = "The field {Field} of /graphql failed")]
    private static partial void LogBug(ILogger log, string field, Exception bug);
}

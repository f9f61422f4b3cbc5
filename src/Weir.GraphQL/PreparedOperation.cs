using System.Runtime.CompilerServices;
using Weir.GraphQL.Language;

namespace Weir.GraphQL;

/// <summary>An operation that is well formed, valid, and within the limits. Thread-safe; can be run many times.</summary>
public sealed class PreparedOperation
{
    private readonly Schema schema;
    private readonly Document document;
    private readonly OperationDefinition operation;
    private readonly ObjectType root;
    private readonly VariableValues variables;
    private readonly Action<string, Exception> onBug;

    internal PreparedOperation(
        Schema schema,
        Document document,
        OperationDefinition operation,
        ObjectType root,
        VariableValues variables,
        Action<string, Exception> onBug
    )
    {
        this.schema = schema;
        this.document = document;
        this.operation = operation;
        this.root = root;
        this.variables = variables;
        this.onBug = onBug;
    }

    /// <summary>Whether it only reads: what may come by GET.</summary>
    public bool IsQuery => operation.Kind == OperationKind.Query;

    /// <summary>Whether it goes on: <see cref="SubscribeAsync"/> runs it, and else <see cref="RunAsync"/>.</summary>
    public bool IsSubscription => operation.Kind == OperationKind.Subscription;

    /// <summary>Runs a query or a mutation.</summary>
    /// <param name="state">What its resolvers are given.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public Task<GraphQLResponse> RunAsync(object? state, CancellationToken cancellationToken) =>
        AnswerAsync(null, state, cancellationToken);

    /// <summary>Runs a subscription.</summary>
    /// <param name="state">What its resolvers are given.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>
    /// An answer for each event, until its stream ends; or one answer with an error that says why there is no stream.
    /// </returns>
    public async IAsyncEnumerable<GraphQLResponse> SubscribeAsync(
        object? state,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var opening = new Executor(schema, document, variables, state, onBug, cancellationToken);
        var (events, error) = await OperationLoop.RunAsync(opening.Loaders, () => opening.OpenAsync(operation, root));
        if (events is null)
        {
            yield return GraphQLResponse.Refused(error!);
            yield break;
        }

        await foreach (var one in events.WithCancellation(cancellationToken))
        {
            if (one is FieldFault fault)
            {
                yield return GraphQLResponse.Refused(GraphQLError.Of(fault.Message, fault.Code));
                yield break;
            }

            yield return await AnswerAsync(one, state, cancellationToken);
        }
    }

    private Task<GraphQLResponse> AnswerAsync(object? source, object? state, CancellationToken cancellationToken)
    {
        var executor = new Executor(schema, document, variables, state, onBug, cancellationToken);
        return OperationLoop.RunAsync(executor.Loaders, () => executor.RunAsync(operation, root, source));
    }
}

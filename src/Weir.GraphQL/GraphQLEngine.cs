using System.Collections.Immutable;
using Weir.GraphQL.Language;
using Weir.GraphQL.Validation;

namespace Weir.GraphQL;

/// <summary>Answers requests to a schema. Thread-safe.</summary>
/// <param name="schema">What can be asked.</param>
/// <param name="limits">How large a request may be.</param>
/// <param name="onBug">Told of a resolver that threw: the field's name, and what it threw. May be called on any thread.</param>
public sealed class GraphQLEngine(Schema schema, DocumentLimits limits, Action<string, Exception> onBug)
{
    /// <summary>What can be asked.</summary>
    public Schema Schema => schema;

    /// <summary>
    /// Does all that can be done before anything runs: reads the document, holds it against the limits, validates it, reads the
    /// variables, reckons the cost. Never throws for what a caller can send, and takes milliseconds whatever it is.
    /// </summary>
    /// <returns>The operation, or the refusal: one of both is null.</returns>
    public (PreparedOperation? Operation, GraphQLResponse? Refusal) Prepare(GraphQLRequest request)
    {
        var (document, fault) = Parser.Parse(request.Query, limits);
        if (document is null)
        {
            return Refuse(fault! with { Code = "GRAPHQL_PARSE_FAILED" });
        }

        if (DocumentSurvey.WhyNot(document, limits) is { } tooLarge)
        {
            return Refuse(tooLarge with { Code = "GRAPHQL_TOO_LARGE" });
        }

        var found = Validator.Validate(schema, document, limits);
        if (!found.IsEmpty)
        {
            return (
                null,
                GraphQLResponse.Refused([.. found.Select(error => error with { Code = "GRAPHQL_VALIDATION_FAILED" })])
            );
        }

        if (Choose(document, request.OperationName, out var why) is not { } operation)
        {
            return Refuse(why!);
        }

        var root = schema.Root(operation.Kind);
        if (root is null)
        {
            return Refuse(GraphQLError.Of($"There is no {operation.Kind.ToString().ToLowerInvariant()} here."));
        }

        var errors = new List<GraphQLError>();
        var variables = VariableValues.Read(schema, document, operation, request.Variables, limits.Errors, errors);
        if (errors.Count > 0)
        {
            return (null, GraphQLResponse.Refused([.. errors]));
        }

        var cost = new CostEstimate(schema, document, variables).Of(root, operation.Selections);
        return cost > limits.Cost
            ? Refuse(
                GraphQLError.Of(
                    $"This would cost {cost}, and may cost {limits.Cost}: ask for fewer fields, or for shorter lists.",
                    "GRAPHQL_TOO_DEAR"
                )
            )
            : (new PreparedOperation(schema, document, operation, root, variables, onBug), null);
    }

    private static (PreparedOperation?, GraphQLResponse?) Refuse(GraphQLError error) =>
        (null, GraphQLResponse.Refused(error));

    private static OperationDefinition? Choose(Document document, string? name, out GraphQLError? why)
    {
        var operations = document
            .Operations.Where(operation => name is null || operation.Name?.Value == name)
            .ToImmutableArray();
        why =
            operations.Length == 1 ? null
            : name is not null ? GraphQLError.Of("The document has no operation of that name.", "BAD_USER_INPUT")
            : operations.Length == 0 ? GraphQLError.Of("The document has no operation.", "BAD_USER_INPUT")
            : GraphQLError.Of("The document has several operations: operationName says which.", "BAD_USER_INPUT");
        return why is null ? operations[0] : null;
    }
}

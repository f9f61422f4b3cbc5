using Weir.GraphQL.Language;

namespace Weir.GraphQL;

/// <summary>Reads the arguments of a field.</summary>
internal static class ArgumentReader
{
    /// <summary>Their values; null and an error when one does not fit.</summary>
    public static Arguments? Read(
        Field field,
        FieldNode node,
        VariableValues variables,
        Document document,
        out GraphQLError? error
    )
    {
        error = null;
        var values = new Arguments();
        foreach (var argument in field.Arguments)
        {
            ArgumentNode? given = null;
            foreach (var one in node.Arguments)
            {
                if (one.Name == argument.Name)
                {
                    given = one;
                }
            }

            var isMissing =
                given is null || (given.Value is VariableNode variable && !variables.TryGet(variable.Name, out _));
            if (isMissing)
            {
                if (argument.Default is { } otherwise)
                {
                    values.Set(argument.Name, Coercion.Literal(otherwise, argument.Type, null).Value);
                }
                else if (argument.Type is NonNullType)
                {
                    error = Fault(
                        $"The argument {argument.Name} of {field.Name} is missing.",
                        (Node?)given?.Value ?? node
                    );
                    return null;
                }

                continue;
            }

            var value = Coercion.Literal(given!.Value, argument.Type, variables);
            if (!value.Is)
            {
                error = Fault($"The argument {argument.Name} of {field.Name} is no {argument.Type}.", given.Value);
                return null;
            }

            values.Set(argument.Name, value.Value);
        }

        return values;

        GraphQLError Fault(string message, Node at) =>
            GraphQLError.Of(message, "BAD_USER_INPUT") with
            {
                Locations = [document.Place(at)],
            };
    }
}

using System.Text.Json;
using Weir.GraphQL.Language;

namespace Weir.GraphQL;

/// <summary>The values of an operation's variables.</summary>
internal sealed class VariableValues
{
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    /// <summary>Whether a variable has a value, and which.</summary>
    public bool TryGet(string name, out object? value) => values.TryGetValue(name, out value);

    /// <summary>Reads what was given for an operation's variables, and notes as errors what does not fit.</summary>
    public static VariableValues Read(
        Schema schema,
        Document document,
        OperationDefinition operation,
        JsonElement given,
        int mostErrors,
        List<GraphQLError> errors
    )
    {
        var reader = new VariableReader(mostErrors, errors);
        var read = new VariableValues();
        foreach (var variable in operation.Variables)
        {
            if (schema.Find(variable.Type) is not { IsInput: true } type)
            {
                reader.Fail(
                    document.Place(variable.Type),
                    $"The variable ${variable.Name} is of no type of input: {variable.Type}."
                );
                continue;
            }

            var place = document.Place(variable);
            if (given.ValueKind != JsonValueKind.Object || !given.TryGetProperty(variable.Name, out var json))
            {
                if (variable.DefaultValue is { } otherwise)
                {
                    read.values[variable.Name] = Coercion.Literal(otherwise, type, null).Value;
                }
                else if (type is NonNullType)
                {
                    reader.Fail(place, $"The variable ${variable.Name} of the type {type} is missing.");
                }
            }
            else if (json.ValueKind == JsonValueKind.Null && type is NonNullType)
            {
                reader.Fail(place, $"The variable ${variable.Name} of the type {type} must not be null.");
            }
            else
            {
                read.values[variable.Name] = reader.Read(json, type, "$" + variable.Name, place);
            }
        }

        return read;
    }
}

using System.Text.Json;

namespace Weir.GraphQL;

/// <summary>Reads JSON as values of a schema's types; what does not fit is noted, with the way to it.</summary>
internal sealed class VariableReader(int mostErrors, List<GraphQLError> errors)
{
    /// <summary>A value; null where it does not fit.</summary>
    /// <param name="json">What was given.</param>
    /// <param name="type">What it should be.</param>
    /// <param name="way">How the caller calls it.</param>
    /// <param name="place">Where its variable stands.</param>
    public object? Read(JsonElement json, GraphType type, string way, SourceLocation place)
    {
        switch (type)
        {
            case NonNullType nonNull:
                if (json.ValueKind == JsonValueKind.Null)
                {
                    Fail(place, $"{way} of the type {type} must not be null.");
                    return null;
                }

                return Read(json, nonNull.Inner, way, place);
            case var _ when json.ValueKind == JsonValueKind.Null:
                return null;
            case ListType list:
                return json.ValueKind == JsonValueKind.Array
                    ? json.EnumerateArray()
                        .Select((item, index) => Read(item, list.Item, $"{way}[{index}]", place))
                        .ToArray()
                    : new[] { Read(json, list.Item, way, place) };
            case InputObjectType input:
                return Object(json, input, way, place);
            case EnumType one:
                if (json.ValueKind == JsonValueKind.String && one.Find(json.GetString()!) is { } value)
                {
                    return value.Name;
                }

                break;
            case ScalarType scalar:
                if (scalar.Parse(Coercion.Input(json)) is { } parsed)
                {
                    return parsed;
                }

                break;
        }

        Fail(place, $"{way} is no {type.Named}.");
        return null;
    }

    /// <summary>Notes an error, unless there are too many.</summary>
    public void Fail(SourceLocation place, string message)
    {
        if (errors.Count < mostErrors)
        {
            errors.Add(GraphQLError.Of(message, "BAD_USER_INPUT") with { Locations = [place] });
        }
    }

    private Arguments? Object(JsonElement json, InputObjectType type, string way, SourceLocation place)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Fail(place, $"{way} is no {type}.");
            return null;
        }

        var values = new Arguments();
        foreach (var field in type.Fields)
        {
            if (json.TryGetProperty(field.Name, out var given))
            {
                values.Set(field.Name, Read(given, field.Type, $"{way}.{field.Name}", place));
            }
            else if (field.Default is { } otherwise)
            {
                values.Set(field.Name, Coercion.Literal(otherwise, field.Type, null).Value);
            }
            else if (field.Type is NonNullType)
            {
                Fail(place, $"{way}.{field.Name} of the type {field.Type} is missing.");
            }
        }

        foreach (var property in json.EnumerateObject())
        {
            if (type.Find(property.Name) is null)
            {
                Fail(place, $"{way} has no part {Short(property.Name)}: {type} has none of that name.");
            }
        }

        if (type.IsOneOf && !(values.Names.Count() == 1 && values[values.Names.First()] is not null))
        {
            Fail(place, $"{way} must have exactly one part, which is not null.");
        }

        return values;
    }

    private static string Short(string name) => name.Length <= 40 ? name : name[..40] + "…";
}

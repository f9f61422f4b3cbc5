using System.Text.Json;
using Weir.GraphQL.Language;

namespace Weir.GraphQL;

/// <summary>What came of reading a value for a type.</summary>
/// <param name="Is">Whether it is one of that type.</param>
/// <param name="Value">The value; null for null.</param>
internal readonly record struct Coerced(bool Is, object? Value)
{
    public static Coerced None => default;

    public static Coerced Of(object? value) => new(true, value);
}

/// <summary>Reads literals and JSON as values of a schema's types.</summary>
internal static class Coercion
{
    /// <summary>A literal; variables by their values. What a missing variable makes of it is no value.</summary>
    public static Coerced Literal(ValueNode node, GraphType type, VariableValues? variables)
    {
        if (node is VariableNode variable)
        {
            return variables is not null && variables.TryGet(variable.Name, out var given)
                ? given is null && type is NonNullType
                    ? Coerced.None
                    : Coerced.Of(given)
                : Coerced.None;
        }

        switch (type)
        {
            case NonNullType nonNull:
                return node is NullNode ? Coerced.None : Literal(node, nonNull.Inner, variables);
            case var _ when node is NullNode:
                return Coerced.Of(null);
            case ListType list:
                return List(node, list, variables);
            case InputObjectType input:
                return node is ObjectNode fields ? Object(fields, input, variables) : Coerced.None;
            case EnumType one:
                return node is EnumNode name && one.Find(name.Value) is not null
                    ? Coerced.Of(name.Value)
                    : Coerced.None;
            case ScalarType scalar:
                return scalar.Parse(Input(node)) is { } value ? Coerced.Of(value) : Coerced.None;
            default:
                return Coerced.None;
        }
    }

    /// <summary>What a literal gives to a scalar.</summary>
    public static ScalarInput Input(ValueNode node) =>
        node switch
        {
            IntNode whole => new(ScalarInputKind.Whole, whole.Text),
            FloatNode number => new(ScalarInputKind.Number, number.Text),
            TextNode text => new(ScalarInputKind.Text, text.Value),
            BooleanNode flag => new(ScalarInputKind.Flag, flag.Value ? "true" : "false"),
            _ => new(ScalarInputKind.Other, ""),
        };

    /// <summary>What JSON gives to a scalar.</summary>
    public static ScalarInput Input(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.String => new(ScalarInputKind.Text, json.GetString()!),
            JsonValueKind.True => new(ScalarInputKind.Flag, "true"),
            JsonValueKind.False => new(ScalarInputKind.Flag, "false"),
            JsonValueKind.Number => Number(json),
            _ => new(ScalarInputKind.Other, ""),
        };

    // 1.0 and 1e3 are whole numbers in JSON, which knows but one kind.
    private static ScalarInput Number(JsonElement json)
    {
        var text = json.GetRawText();
        return !text.AsSpan().ContainsAny('.', 'e', 'E') ? new(ScalarInputKind.Whole, text)
            : json.TryGetDecimal(out var exact) && exact == decimal.Truncate(exact)
                ? new(ScalarInputKind.Whole, decimal.Truncate(exact).ToString("0"))
            : new(ScalarInputKind.Number, text);
    }

    private static Coerced List(ValueNode node, ListType type, VariableValues? variables)
    {
        if (node is not ListNode list)
        {
            var one = Literal(node, type.Item, variables);
            return one.Is ? Coerced.Of(new[] { one.Value }) : Coerced.None;
        }

        var items = new object?[list.Values.Length];
        for (var index = 0; index < items.Length; index++)
        {
            var item = list.Values[index];
            // Inside a list, a variable that was not given is null.
            if (item is VariableNode variable && variables?.TryGet(variable.Name, out _) != true)
            {
                if (type.Item is NonNullType)
                {
                    return Coerced.None;
                }

                continue;
            }

            var value = Literal(item, type.Item, variables);
            if (!value.Is)
            {
                return Coerced.None;
            }

            items[index] = value.Value;
        }

        return Coerced.Of(items);
    }

    private static Coerced Object(ObjectNode node, InputObjectType type, VariableValues? variables)
    {
        var values = new Arguments();
        foreach (var field in type.Fields)
        {
            var given = node.Fields.LastOrDefault(one => one.Name == field.Name);
            if (
                given is null
                || (given.Value is VariableNode variable && variables?.TryGet(variable.Name, out _) != true)
            )
            {
                if (field.Default is { } otherwise)
                {
                    values.Set(field.Name, Literal(otherwise, field.Type, null).Value);
                }
                else if (field.Type is NonNullType)
                {
                    return Coerced.None;
                }

                continue;
            }

            var value = Literal(given.Value, field.Type, variables);
            if (!value.Is)
            {
                return Coerced.None;
            }

            values.Set(field.Name, value.Value);
        }

        var isOne = !type.IsOneOf || (values.Names.Count() == 1 && values[values.Names.First()] is not null);
        return isOne ? Coerced.Of(values) : Coerced.None;
    }
}

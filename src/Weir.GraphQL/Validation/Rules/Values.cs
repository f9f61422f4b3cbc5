using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation.Rules;

/// <summary>A value is one of the type that is expected.</summary>
internal sealed class ValuesOfCorrectType(ValidationContext context) : Rule(context)
{
    public override void Value(ValueNode value, GraphType? type)
    {
        Context.Spend(1);
        switch (value)
        {
            case ListNode list when type?.Nullable is ListType { Item: var item }:
                foreach (var one in list.Values)
                {
                    Value(one, item);
                }

                break;
            case ListNode:
                Leaf(value, type?.Nullable);
                break;
            case ObjectNode node when type?.Named is InputObjectType input:
                Object(node, input);
                break;
            case NullNode:
                if (type is NonNullType)
                {
                    Fail(value, type);
                }

                break;
            case VariableNode:
                break;
            default:
                Leaf(value, type);
                break;
        }
    }

    private void Object(ObjectNode node, InputObjectType type)
    {
        var given = new Dictionary<string, ValueNode>(StringComparer.Ordinal);
        foreach (var field in node.Fields)
        {
            given[field.Name] = field.Value;
        }

        foreach (var field in type.Fields)
        {
            if (field.IsRequired && !given.ContainsKey(field.Name))
            {
                Report($"{type} needs the part \"{field.Name}\" of the type {field.Type}.", node);
            }
        }

        if (type.IsOneOf && given is not { Count: 1 })
        {
            Report($"{type} has exactly one part.", node);
        }
        else if (type.IsOneOf && given.Values.First() is NullNode)
        {
            Report($"The part of {type} must not be null.", node);
        }

        foreach (var field in node.Fields)
        {
            var known = type.Find(field.Name);
            if (known is null)
            {
                Report($"{type} has no part {Quote(field.Name)}.", field);
            }

            Value(field.Value, known?.Type);
        }
    }

    private void Leaf(ValueNode value, GraphType? type)
    {
        var isOne = type?.Named switch
        {
            null => true,
            ScalarType scalar => scalar.Parse(Coercion.Input(value)) is not null,
            EnumType one => value is EnumNode name && one.Find(name.Value) is not null,
            _ => false,
        };
        if (!isOne)
        {
            Fail(value, type!);
        }
    }

    private void Fail(ValueNode value, GraphType type) =>
        Report($"{(value is ListNode or ObjectNode ? "This" : Quote(value.ToString()!))} is no {type}.", value);
}

/// <summary>A part of an input object is given once.</summary>
internal sealed class UniqueInputFieldNames(ValidationContext context) : Rule(context)
{
    public override void Value(ValueNode value, GraphType? type)
    {
        switch (value)
        {
            case ListNode list:
                foreach (var one in list.Values)
                {
                    Value(one, null);
                }

                break;
            case ObjectNode node:
                var known = new Dictionary<string, NameNode>(StringComparer.Ordinal);
                foreach (var field in node.Fields)
                {
                    if (!known.TryAdd(field.Name, field.NameNode))
                    {
                        Report($"The part {Quote(field.Name)} is given twice.", known[field.Name], field.NameNode);
                    }

                    Value(field.Value, null);
                }

                break;
        }
    }
}

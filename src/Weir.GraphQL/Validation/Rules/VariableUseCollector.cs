using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation.Rules;

/// <summary>A variable where it is used.</summary>
/// <param name="Node">The variable.</param>
/// <param name="Type">What is expected there; null when that is not known.</param>
/// <param name="HasDefault">Whether something holds there when nothing is given.</param>
/// <param name="Parent">The type around it; null when it is an argument's whole value.</param>
internal sealed record VariableUse(VariableNode Node, GraphType? Type, bool HasDefault, GraphType? Parent);

/// <summary>Finds the variables in a selection, fragments that are spread not included.</summary>
internal sealed class VariableUseCollector(Schema schema)
{
    public List<VariableUse> Found { get; } = [];

    public void Selections(SelectionSet selections, NamedType? parent)
    {
        foreach (var selection in selections.Selections)
        {
            Directives(selection.Directives);
            switch (selection)
            {
                case FieldNode node:
                    var field = parent is null ? null : schema.Find(parent, node.Name);
                    Arguments(node.Arguments, name => field?.Find(name));
                    if (node.Selections is { } below)
                    {
                        Selections(below, field?.Type.Named);
                    }

                    break;
                case InlineFragment inline:
                    Selections(
                        inline.Selections,
                        inline.Condition is { } condition ? schema.Find(condition.Name) : parent
                    );
                    break;
            }
        }
    }

    public void Directives(IEnumerable<DirectiveNode> directives)
    {
        foreach (var directive in directives)
        {
            var definition = schema.FindDirective(directive.Name);
            Arguments(directive.Arguments, name => definition?.Find(name));
        }
    }

    private void Arguments(IEnumerable<ArgumentNode> arguments, Func<string, Argument?> find)
    {
        foreach (var node in arguments)
        {
            var argument = find(node.Name);
            Value(node.Value, argument?.Type, argument?.Default is not null, null);
        }
    }

    private void Value(ValueNode value, GraphType? type, bool hasDefault, GraphType? parent)
    {
        switch (value)
        {
            case VariableNode variable:
                Found.Add(new VariableUse(variable, type, hasDefault, parent));
                break;
            case ListNode list:
                var item = type?.Nullable is ListType { Item: var inner } ? inner : type?.Nullable;
                foreach (var one in list.Values)
                {
                    Value(one, item, false, type);
                }

                break;
            case ObjectNode node:
                var input = type?.Named as InputObjectType;
                foreach (var field in node.Fields)
                {
                    var known = input?.Find(field.Name);
                    Value(field.Value, known?.Type, known?.Default is not null, type);
                }

                break;
        }
    }
}

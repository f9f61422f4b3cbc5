using Weir.GraphQL.Language;

namespace Weir.GraphQL;

/// <summary>The fields of one response name, in the order in which they stand.</summary>
internal sealed record FieldGroup(string ResponseName, List<FieldNode> Nodes);

/// <summary>Collects what is selected of an object: conditions looked at, fragments spread, equal response names put together.</summary>
internal sealed class FieldGroups(Schema schema, Document document, VariableValues variables)
{
    private readonly Dictionary<string, FragmentDefinition> fragments = FragmentsOf(document);
    private readonly Dictionary<(ObjectType, List<FieldNode>), FieldGroup[]> known = [];

    /// <summary>A document's fragments; of two that have one name, the last.</summary>
    public static Dictionary<string, FragmentDefinition> FragmentsOf(Document document)
    {
        var byName = new Dictionary<string, FragmentDefinition>(StringComparer.Ordinal);
        foreach (var fragment in document.Definitions.OfType<FragmentDefinition>())
        {
            byName[fragment.Name.Value] = fragment;
        }

        return byName;
    }

    /// <summary>What is selected at a root; null and an error when a condition has no value.</summary>
    public FieldGroup[]? Of(ObjectType type, SelectionSet selections, out GraphQLError? error)
    {
        var collected = new Collected();
        error = Collect(type, selections, collected);
        return error is null ? [.. collected.Groups] : null;
    }

    /// <summary>What is selected below a field; the same answer for each item of a list.</summary>
    public FieldGroup[]? Below(ObjectType type, List<FieldNode> nodes, out GraphQLError? error)
    {
        error = null;
        if (known.TryGetValue((type, nodes), out var groups))
        {
            return groups;
        }

        var collected = new Collected();
        foreach (var node in nodes)
        {
            error ??= node.Selections is null ? null : Collect(type, node.Selections, collected);
        }

        return error is null ? known[(type, nodes)] = [.. collected.Groups] : null;
    }

    private GraphQLError? Collect(ObjectType type, SelectionSet selections, Collected into)
    {
        foreach (var selection in selections.Selections)
        {
            if (!Takes(selection, out var error))
            {
                if (error is not null)
                {
                    return error;
                }

                continue;
            }

            switch (selection)
            {
                case FieldNode field:
                    into.Add(field);
                    break;
                case InlineFragment inline when inline.Condition is null || IsOf(type, inline.Condition):
                    if (Collect(type, inline.Selections, into) is { } inside)
                    {
                        return inside;
                    }

                    break;
                case FragmentSpread spread
                    when into.Spread.Add(spread.Name)
                        && fragments.TryGetValue(spread.Name, out var fragment)
                        && IsOf(type, fragment.Condition):
                    if (Collect(type, fragment.Selections, into) is { } below)
                    {
                        return below;
                    }

                    break;
            }
        }

        return null;
    }

    private bool IsOf(ObjectType type, NamedTypeNode condition) =>
        schema.Find(condition.Name) is { } named && (named == type || schema.Possible(named).Contains(type));

    private bool Takes(Selection selection, out GraphQLError? error)
    {
        error = null;
        return !(Condition(selection, "skip", ref error) ?? false)
            && error is null
            && (Condition(selection, "include", ref error) ?? true)
            && error is null;
    }

    private bool? Condition(Selection selection, string name, ref GraphQLError? error)
    {
        foreach (var directive in selection.Directives)
        {
            if (directive.Name != name)
            {
                continue;
            }

            var argument = directive.Arguments.FirstOrDefault(one => one.Name == "if");
            if (
                argument is not null
                && Coercion.Literal(argument.Value, Scalars.Boolean.NonNull, variables)
                    is { Is: true, Value: bool holds }
            )
            {
                return holds;
            }

            error = GraphQLError.Of($"The condition of @{name} has no value.", "BAD_USER_INPUT") with
            {
                Locations = [document.Place((Node?)argument?.Value ?? directive)],
            };
            return null;
        }

        return null;
    }

    private sealed class Collected
    {
        private readonly Dictionary<string, FieldGroup> byName = new(StringComparer.Ordinal);

        public List<FieldGroup> Groups { get; } = [];

        public HashSet<string> Spread { get; } = new(StringComparer.Ordinal);

        public void Add(FieldNode field)
        {
            if (byName.TryGetValue(field.ResponseName, out var group))
            {
                group.Nodes.Add(field);
                return;
            }

            byName[field.ResponseName] = group = new FieldGroup(field.ResponseName, [field]);
            Groups.Add(group);
        }
    }
}

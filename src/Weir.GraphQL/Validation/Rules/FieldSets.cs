using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation.Rules;

/// <summary>A field where it is asked for.</summary>
/// <param name="Parent">Of which type; null when that is not known.</param>
/// <param name="Node">The field as it stands.</param>
/// <param name="Field">The schema's; null when it has none.</param>
internal sealed record FieldUse(NamedType? Parent, FieldNode Node, Field? Field);

/// <summary>The fields of a selection by response name, those of fragments in place too, and the fragments that it spreads.</summary>
internal sealed class FieldSet
{
    public OrderedDictionary<string, List<FieldUse>> Fields { get; } = new(StringComparer.Ordinal);

    public List<string> Fragments { get; } = [];
}

/// <summary>The field sets of a document, each put together once.</summary>
internal sealed class FieldSets(ValidationContext context)
{
    private readonly Dictionary<(SelectionSet, NamedType?), FieldSet> known = [];

    public FieldSet Of(FragmentDefinition fragment) =>
        Of(context.Schema.Find(fragment.Condition.Name), fragment.Selections);

    public FieldSet Of(NamedType? parent, SelectionSet selections)
    {
        if (!known.TryGetValue((selections, parent), out var set))
        {
            known[(selections, parent)] = set = new FieldSet();
            Collect(parent, selections, set);
        }

        return set;
    }

    private void Collect(NamedType? parent, SelectionSet selections, FieldSet into)
    {
        foreach (var selection in selections.Selections)
        {
            context.Spend(1);
            switch (selection)
            {
                case FieldNode node:
                    if (!into.Fields.TryGetValue(node.ResponseName, out var fields))
                    {
                        into.Fields.Add(node.ResponseName, fields = []);
                    }

                    fields.Add(new FieldUse(parent, node, FieldOf(parent, node.Name)));
                    break;
                case FragmentSpread spread when !into.Fragments.Contains(spread.Name):
                    into.Fragments.Add(spread.Name);
                    break;
                case InlineFragment inline:
                    Collect(
                        inline.Condition is { } condition ? context.Schema.Find(condition.Name) : parent,
                        inline.Selections,
                        into
                    );
                    break;
            }
        }
    }

    // Without those of introspection, which are the same everywhere.
    private static Field? FieldOf(NamedType? parent, string name) =>
        parent switch
        {
            ObjectType one => one.Find(name),
            InterfaceType one => one.Find(name),
            _ => null,
        };
}

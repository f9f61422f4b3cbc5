using Weir.GraphQL.Language;

namespace Weir.GraphQL;

/// <summary>
/// Reckons what an operation would cost before it runs: each field's own cost, times the lengths of the lists that it stands in.
/// A fragment is reckoned once, however often it is spread.
/// </summary>
internal sealed class CostEstimate(Schema schema, Document document, VariableValues variables)
{
    private readonly Dictionary<string, FragmentDefinition> fragments = FieldGroups.FragmentsOf(document);
    private readonly Dictionary<string, long> known = new(StringComparer.Ordinal);

    /// <summary>What a selection costs; <see cref="long.MaxValue"/> for more than can be said.</summary>
    public long Of(NamedType type, SelectionSet selections)
    {
        var sum = 0L;
        foreach (var selection in selections.Selections)
        {
            sum = Add(
                sum,
                selection switch
                {
                    FieldNode field => Of(type, field),
                    InlineFragment inline => Of(
                        inline.Condition is { } condition ? schema.Find(condition.Name) ?? type : type,
                        inline.Selections
                    ),
                    FragmentSpread spread => Of(spread.Name),
                    _ => 0,
                }
            );
        }

        return sum;
    }

    private long Of(string fragment)
    {
        if (!known.TryGetValue(fragment, out var cost))
        {
            known[fragment] = 0;
            cost =
                fragments.TryGetValue(fragment, out var found) && schema.Find(found.Condition.Name) is { } type
                    ? Of(type, found.Selections)
                    : 0;
            known[fragment] = cost;
        }

        return cost;
    }

    private long Of(NamedType parent, FieldNode node)
    {
        if (schema.Find(parent, node.Name) is not { } field)
        {
            return 1;
        }

        var below = node.Selections is null ? 0 : Of(field.Type.Named, node.Selections);
        var length =
            field.Length is { } reckon && ArgumentReader.Read(field, node, variables, document, out _) is { } arguments
                ? Math.Max(1, reckon(arguments))
                : 1;
        return Add(field.Cost, below > long.MaxValue / length ? long.MaxValue : below * length);
    }

    private static long Add(long one, long other) => one > long.MaxValue - other ? long.MaxValue : one + other;
}

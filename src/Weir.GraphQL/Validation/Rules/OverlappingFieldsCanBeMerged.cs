using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation.Rules;

/// <summary>
/// Fields of one response name give one answer. The algorithm is npm's <c>graphql</c>'s, whose findings these are: the fields
/// of a selection are held against one another and against those of each fragment it spreads; two fragments, and a selection and
/// a fragment, are compared once. Every comparison is paid from the context's budget, and none stands in another deeper than a
/// bound: fragments that lead to one another make pairs of pairs.
/// </summary>
internal sealed class OverlappingFieldsCanBeMerged(ValidationContext context) : Rule(context)
{
    private const int MostLevels = 400;
    private const int MostPlaces = 20;

    private readonly FieldSets sets = new(context);
    private readonly Dictionary<(FieldSet, string), bool> comparedWithFragment = [];
    private readonly Dictionary<(string, string), bool> comparedFragments = [];
    private int level;

    public override void Selections(SelectionSet selections, NamedType? parent, bool isInline)
    {
        if (isInline)
        {
            return;
        }

        foreach (var conflict in Within(sets.Of(parent, selections)))
        {
            Report(
                $"{Quote(conflict.Name)} is asked for twice: {Short(conflict.Reason)}. Give one of them another alias.",
                [.. conflict.First, .. conflict.Second]
            );
        }
    }

    private List<Conflict> Within(FieldSet set)
    {
        var found = new List<Conflict>();
        foreach (var (name, fields) in set.Fields)
        {
            for (var one = 0; one < fields.Count && !Context.IsOver; one++)
            {
                for (var other = one + 1; other < fields.Count && !Context.IsOver; other++)
                {
                    Compare(found, false, name, fields[one], fields[other]);
                }
            }
        }

        for (var one = 0; one < set.Fragments.Count && !Context.IsOver; one++)
        {
            WithFragment(found, false, set, set.Fragments[one]);
            for (var other = one + 1; other < set.Fragments.Count && !Context.IsOver; other++)
            {
                Fragments(found, false, set.Fragments[one], set.Fragments[other]);
            }
        }

        return found;
    }

    private void WithFragment(List<Conflict> found, bool areExclusive, FieldSet set, string name)
    {
        var isKnown = comparedWithFragment.TryGetValue((set, name), out var known) && (!known || areExclusive);
        if (isKnown || !Context.Fragments.TryGetValue(name, out var fragment) || !Enter())
        {
            return;
        }

        comparedWithFragment[(set, name)] = areExclusive;
        var other = sets.Of(fragment);
        if (set != other)
        {
            Between(found, areExclusive, set, other);
            foreach (var next in other.Fragments)
            {
                WithFragment(found, areExclusive, set, next);
            }
        }

        level--;
    }

    private void Fragments(List<Conflict> found, bool areExclusive, string one, string other)
    {
        var pair = string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
        if (
            one == other
            || (comparedFragments.TryGetValue(pair, out var known) && (!known || areExclusive))
            || !Context.Fragments.TryGetValue(one, out var first)
            || !Context.Fragments.TryGetValue(other, out var second)
            || !Enter()
        )
        {
            return;
        }

        comparedFragments[pair] = areExclusive;
        var (firstSet, secondSet) = (sets.Of(first), sets.Of(second));
        Between(found, areExclusive, firstSet, secondSet);
        foreach (var next in secondSet.Fragments)
        {
            Fragments(found, areExclusive, one, next);
        }

        foreach (var next in firstSet.Fragments)
        {
            Fragments(found, areExclusive, next, other);
        }

        level--;
    }

    private void Between(List<Conflict> found, bool areExclusive, FieldSet one, FieldSet other)
    {
        foreach (var (name, fields) in one.Fields)
        {
            Context.Spend(1);
            foreach (var first in fields)
            {
                foreach (var second in other.Fields.GetValueOrDefault(name) ?? [])
                {
                    if (Context.IsOver)
                    {
                        return;
                    }

                    Compare(found, areExclusive, name, first, second);
                }
            }
        }
    }

    private void Compare(List<Conflict> found, bool parentsAreExclusive, string name, FieldUse one, FieldUse other)
    {
        Context.Spend(2);
        var areExclusive =
            parentsAreExclusive
            || (one.Parent != other.Parent && one.Parent is ObjectType && other.Parent is ObjectType);
        if (!areExclusive && Difference(one.Node, other.Node) is { } difference)
        {
            found.Add(new Conflict(name, difference, [one.Node], [other.Node]));
        }
        else if (one.Field is not null && other.Field is not null && Conflicts(one.Field.Type, other.Field.Type))
        {
            var reason = $"once it is {one.Field.Type}, and once {other.Field.Type}";
            found.Add(new Conflict(name, reason, [one.Node], [other.Node]));
        }
        else if (one.Node.Selections is { } first && other.Node.Selections is { } second && Enter())
        {
            var below = Below(
                areExclusive,
                sets.Of(one.Field?.Type.Named, first),
                sets.Of(other.Field?.Type.Named, second)
            );
            if (below.Count > 0)
            {
                found.Add(
                    new Conflict(
                        name,
                        string.Join(
                            " and ",
                            below.Take(3).Select(conflict => $"its {Quote(conflict.Name)} differs ({conflict.Reason})")
                        ),
                        Places(one.Node, below.Select(conflict => conflict.First)),
                        Places(other.Node, below.Select(conflict => conflict.Second))
                    )
                );
            }

            level--;
        }
    }

    private List<Conflict> Below(bool areExclusive, FieldSet one, FieldSet other)
    {
        var found = new List<Conflict>();
        Between(found, areExclusive, one, other);
        foreach (var name in other.Fragments)
        {
            WithFragment(found, areExclusive, one, name);
        }

        foreach (var name in one.Fragments)
        {
            WithFragment(found, areExclusive, other, name);
        }

        foreach (var first in one.Fragments)
        {
            foreach (var second in other.Fragments)
            {
                Fragments(found, areExclusive, first, second);
            }
        }

        return found;
    }

    private bool Enter()
    {
        Context.Spend(1);
        if (level >= MostLevels && !Context.IsOver)
        {
            Context.GiveUp("Fields and fragments stand in one another too deep to be compared.");
        }

        if (Context.IsOver)
        {
            return false;
        }

        level++;
        return true;
    }

    private string? Difference(FieldNode one, FieldNode other) =>
        one.Name != other.Name ? $"{Quote(one.Name)} and {Quote(other.Name)} are different fields"
        : SameArguments(one, other) ? null
        : "the arguments differ";

    private bool SameArguments(FieldNode one, FieldNode other)
    {
        if (one.Arguments.Length != other.Arguments.Length)
        {
            return false;
        }

        foreach (var argument in one.Arguments)
        {
            Context.Spend(1);
            var same = other.Arguments.LastOrDefault(second => second.Name == argument.Name);
            if (same is null || !SameValue(argument.Value, same.Value))
            {
                return false;
            }
        }

        return true;
    }

    private bool SameValue(ValueNode one, ValueNode other)
    {
        Context.Spend(1);
        return (one, other) switch
        {
            (TextNode first, TextNode second) => first.Value == second.Value && first.IsBlock == second.IsBlock,
            (ListNode first, ListNode second) => first.Values.Length == second.Values.Length
                && first.Values.Zip(second.Values).All(pair => SameValue(pair.First, pair.Second)),
            (ObjectNode first, ObjectNode second) => first.Fields.Length == second.Fields.Length
                && Sorted(first)
                    .Zip(Sorted(second))
                    .All(pair => pair.First.Name == pair.Second.Name && SameValue(pair.First.Value, pair.Second.Value)),
            (ListNode or ObjectNode, _) or (_, ListNode or ObjectNode) => false,
            _ => one.GetType() == other.GetType() && one.ToString() == other.ToString(),
        };
    }

    private static IEnumerable<ObjectFieldNode> Sorted(ObjectNode node) =>
        node.Fields.OrderBy(field => field.Name, StringComparer.Ordinal);

    private static bool Conflicts(GraphType one, GraphType other) =>
        (one, other) switch
        {
            _ when one == other => false,
            (ListType first, ListType second) => Conflicts(first.Item, second.Item),
            (ListType, _) or (_, ListType) => true,
            (NonNullType first, NonNullType second) => Conflicts(first.Inner, second.Inner),
            (NonNullType, _) or (_, NonNullType) => true,
            _ => one is ScalarType or EnumType || other is ScalarType or EnumType,
        };

    private static List<FieldNode> Places(FieldNode node, IEnumerable<List<FieldNode>> below)
    {
        List<FieldNode> places = [node];
        foreach (var more in below)
        {
            places.AddRange(more.Skip(Math.Max(0, more.Count - (MostPlaces - places.Count))));
            if (places.Count >= MostPlaces)
            {
                break;
            }
        }

        return places;
    }

    private static string Short(string reason) => reason.Length <= 400 ? reason : reason[..400] + "…";

    private sealed record Conflict(string Name, string Reason, List<FieldNode> First, List<FieldNode> Second);
}

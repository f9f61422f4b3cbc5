using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation.Rules;

/// <summary>Fragments that are spread are there.</summary>
internal sealed class KnownFragmentNames(ValidationContext context) : Rule(context)
{
    public override void Spread(FragmentSpread node, NamedType? parent)
    {
        if (!Context.Fragments.ContainsKey(node.Name))
        {
            Report($"There is no fragment {Quote(node.Name)}.", node.NameNode);
        }
    }
}

/// <summary>Every fragment is spread somewhere that an operation leads to.</summary>
internal sealed class NoUnusedFragments(ValidationContext context) : Rule(context)
{
    public override void Document(Document document)
    {
        var used = document
            .Operations.SelectMany(Context.Reached)
            .Select(fragment => fragment.Name.Value)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var fragment in document.Definitions.OfType<FragmentDefinition>())
        {
            if (!used.Contains(fragment.Name.Value))
            {
                Report($"The fragment {Quote(fragment.Name.Value)} is not used.", fragment);
            }
        }
    }
}

/// <summary>No fragment leads to itself. Each is looked into once.</summary>
internal sealed class NoFragmentCycles(ValidationContext context) : Rule(context)
{
    private readonly HashSet<string> looked = new(StringComparer.Ordinal);
    private readonly List<FragmentSpread> way = [];
    private readonly Dictionary<string, int> placeOnWay = new(StringComparer.Ordinal);

    public override void Fragment(FragmentDefinition fragment)
    {
        if (!looked.Add(fragment.Name.Value))
        {
            return;
        }

        placeOnWay[fragment.Name.Value] = way.Count;
        foreach (var spread in Context.SpreadsIn(fragment.Selections))
        {
            Context.Spend(1);
            if (Context.IsOver)
            {
                return;
            }

            way.Add(spread);
            if (placeOnWay.TryGetValue(spread.Name, out var first))
            {
                Report($"The fragment {Quote(spread.Name)} leads to itself.", [.. way[first..]]);
            }
            else if (Context.Fragments.TryGetValue(spread.Name, out var next))
            {
                Fragment(next);
            }

            way.RemoveAt(way.Count - 1);
        }

        placeOnWay.Remove(fragment.Name.Value);
    }
}

/// <summary>
/// The schema is not asked for lists of lists of lists of itself: a small question would have an answer without measure.
/// </summary>
internal sealed class MaxIntrospectionDepth(ValidationContext context) : Rule(context)
{
    private const int Most = 3;

    // From how many lists above on a fragment is known to be too deep, and up to how many it is known not to be.
    private readonly Dictionary<string, int> tooDeep = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> fine = new(StringComparer.Ordinal);
    private readonly HashSet<FieldNode> inside = [];

    public override void Field(FieldNode node, NamedType? parent, Field? field)
    {
        if (node.Name is "__schema" or "__type" && !inside.Contains(node) && IsTooDeep(node, 0))
        {
            Report("The schema is asked for lists of lists of itself, too deep.", node);
            Note(node);
        }
    }

    private void Note(FieldNode node)
    {
        foreach (var below in node.Selections is { } selections ? selections.Selections.OfType<FieldNode>() : [])
        {
            inside.Add(below);
            Note(below);
        }
    }

    private bool IsTooDeep(Selection selection, int lists)
    {
        Context.Spend(1);
        if (Context.IsOver)
        {
            return false;
        }

        switch (selection)
        {
            case FragmentSpread spread:
                return IsTooDeep(spread.Name, lists);
            case InlineFragment inline:
                return inline.Selections.Selections.Any(one => IsTooDeep(one, lists));
            case FieldNode field:
                lists += field.Name is "fields" or "interfaces" or "possibleTypes" or "inputFields" ? 1 : 0;
                return lists >= Most || field.Selections?.Selections.Any(one => IsTooDeep(one, lists)) == true;
            default:
                return false;
        }
    }

    private bool IsTooDeep(string name, int lists)
    {
        if (tooDeep.TryGetValue(name, out var from) && from <= lists)
        {
            return true;
        }

        if (
            (fine.TryGetValue(name, out var to) && to >= lists)
            || !Context.Fragments.TryGetValue(name, out var fragment)
        )
        {
            return false;
        }

        // Taken for fine while it is looked into: one that leads to itself comes to an end.
        fine[name] = lists;
        if (!fragment.Selections.Selections.Any(one => IsTooDeep(one, lists)))
        {
            return false;
        }

        fine.Remove(name);
        tooDeep[name] = lists;
        return true;
    }
}

using System.Collections.Immutable;
using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation;

/// <summary>What all rules share: the document, its fragments, the faults found so far, and how much work is left.</summary>
internal sealed class ValidationContext(Schema schema, Document document, DocumentLimits limits)
{
    private readonly List<GraphQLError> errors = [];
    private readonly Dictionary<SelectionSet, List<FragmentSpread>> spreads = [];
    private readonly Dictionary<OperationDefinition, List<FragmentDefinition>> reached = [];
    private int work = limits.Work;

    public Schema Schema => schema;

    public Document Document => document;

    /// <summary>By name; of two that have one name, the last.</summary>
    public Dictionary<string, FragmentDefinition> Fragments { get; } = FieldGroups.FragmentsOf(document);

    public ImmutableArray<GraphQLError> Errors => [.. errors];

    /// <summary>Whether there are too many faults, or too much was to be done.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Notes a fault.</summary>
    public void Report(string rule, string message, params ReadOnlySpan<Node> nodes)
    {
        if (IsOver)
        {
            return;
        }

        if (errors.Count == limits.Errors)
        {
            GiveUp("There are more faults than these.");
            return;
        }

        var places = ImmutableArray.CreateBuilder<SourceLocation>(nodes.Length);
        foreach (var node in nodes)
        {
            places.Add(document.Place(node));
        }

        errors.Add(GraphQLError.Of(message) with { Rule = rule, Locations = places.MoveToImmutable() });
    }

    /// <summary>Notes that so many steps were taken.</summary>
    public void Spend(int steps)
    {
        work -= steps;
        if (work < 0 && !IsOver)
        {
            GiveUp("The document is too much work to validate.");
        }
    }

    /// <summary>Validates no further.</summary>
    public void GiveUp(string message)
    {
        IsOver = true;
        errors.Add(GraphQLError.Of(message));
    }

    /// <summary>The spreads in a selection, those of what is selected below too.</summary>
    public List<FragmentSpread> SpreadsIn(SelectionSet selections)
    {
        if (!spreads.TryGetValue(selections, out var found))
        {
            spreads[selections] = found = [];
            Collect(selections, found);
        }

        return found;
    }

    /// <summary>The fragments that an operation leads to, each once.</summary>
    public List<FragmentDefinition> Reached(OperationDefinition operation)
    {
        if (reached.TryGetValue(operation, out var found))
        {
            return found;
        }

        reached[operation] = found = [];
        var names = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<SelectionSet>([operation.Selections]);
        while (waiting.TryDequeue(out var selections) && !IsOver)
        {
            foreach (var spread in SpreadsIn(selections))
            {
                Spend(1);
                if (names.Add(spread.Name) && Fragments.TryGetValue(spread.Name, out var fragment))
                {
                    found.Add(fragment);
                    waiting.Enqueue(fragment.Selections);
                }
            }
        }

        return found;
    }

    // Those of a selection itself first, then what is selected below, the last of it first: the order in which the reference
    // looks, and so the way on which it finds a fragment that leads to itself.
    private static void Collect(SelectionSet selections, List<FragmentSpread> found)
    {
        var waiting = new Stack<SelectionSet>([selections]);
        while (waiting.TryPop(out var next))
        {
            foreach (var selection in next.Selections)
            {
                switch (selection)
                {
                    case FragmentSpread spread:
                        found.Add(spread);
                        break;
                    case InlineFragment inline:
                        waiting.Push(inline.Selections);
                        break;
                    case FieldNode { Selections: { } below }:
                        waiting.Push(below);
                        break;
                }
            }
        }
    }
}

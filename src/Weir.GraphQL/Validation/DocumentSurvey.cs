using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation;

/// <summary>
/// Holds a document against the limits before anything else looks at it. Each fragment is gone through once, so that the time
/// it takes is that of the document's length; what it lets through nobody after it has to fear for his stack.
/// </summary>
internal sealed class DocumentSurvey
{
    // Selections in one another, fragments in place and spreads counted: three frames of the stack for each.
    private const int MostLevels = 200;

    private readonly DocumentLimits limits;
    private readonly Dictionary<string, FragmentDefinition> fragments;
    private readonly Dictionary<string, Size> known = new(StringComparer.Ordinal);
    private int aliases;
    private string? fault;

    private DocumentSurvey(Document document, DocumentLimits limits)
    {
        this.limits = limits;
        fragments = FieldGroups.FragmentsOf(document);
    }

    /// <summary>What is too large in it; null when nothing is.</summary>
    public static GraphQLError? WhyNot(Document document, DocumentLimits limits)
    {
        var survey = new DocumentSurvey(document, limits);
        return survey.Look(document) is { } fault ? GraphQLError.Of(fault) : null;
    }

    private string? Look(Document document)
    {
        var count = document.Definitions.Count(one => one is FragmentDefinition);
        if (count > limits.Fragments)
        {
            return $"The document has {count} fragments, and may have {limits.Fragments}.";
        }

        foreach (var definition in document.Definitions)
        {
            _ = definition switch
            {
                OperationDefinition operation => Of(operation.Selections, 0, 0),
                FragmentDefinition fragment => Of(fragment.Name.Value, 0, 0),
                _ => default,
            };
        }

        return fault;
    }

    // How many fields, and how deep they stand, from here on.
    private Size Of(SelectionSet selections, int depth, int level)
    {
        if (level > MostLevels)
        {
            fault ??= "Selections and fragments stand in one another too deep.";
        }
        else if (depth > limits.Depth)
        {
            fault ??= $"Fields stand in one another deeper than {limits.Depth}.";
        }
        else if (selections.Selections.Length > limits.Selections)
        {
            fault ??= $"{selections.Selections.Length} selections stand together, and {limits.Selections} may.";
        }

        var sum = default(Size);
        foreach (var selection in selections.Selections)
        {
            if (fault is not null)
            {
                break;
            }

            sum = sum.With(
                selection switch
                {
                    FieldNode field => Of(field, depth, level),
                    InlineFragment inline => Of(inline.Selections, depth, level + 1).Below(),
                    FragmentSpread spread => Of(spread.Name, depth, level + 1).Below(),
                    _ => default,
                }
            );
        }

        if (sum.Fields > limits.Fields)
        {
            fault ??= $"More than {limits.Fields} fields are asked for, fragments spread.";
        }
        else if (sum.Levels > MostLevels - level)
        {
            fault ??= "Selections and fragments stand in one another too deep.";
        }
        else if (sum.Depth > limits.Depth - depth)
        {
            fault ??= $"Fields stand in one another deeper than {limits.Depth}.";
        }

        return sum;
    }

    private Size Of(FieldNode field, int depth, int level)
    {
        if (field.Alias is not null && ++aliases > limits.Aliases)
        {
            fault ??= $"The document has more than {limits.Aliases} aliases.";
        }

        var below = field.Selections is null ? default : Of(field.Selections, depth + 1, level + 1);
        return new Size(below.Fields + 1, below.Depth + 1, below.Levels + 1);
    }

    private Size Of(string fragment, int depth, int level)
    {
        if (!known.TryGetValue(fragment, out var size))
        {
            // One that spreads itself is nothing inside itself: validation tells of it.
            known[fragment] = default;
            size = fragments.TryGetValue(fragment, out var found) ? Of(found.Selections, depth, level) : default;
            known[fragment] = size;
        }

        return size;
    }

    private readonly record struct Size(long Fields, int Depth, int Levels)
    {
        public Size Below() => this with { Levels = Levels + 1 };

        public Size With(Size other) =>
            new(Fields + other.Fields, Math.Max(Depth, other.Depth), Math.Max(Levels, other.Levels));
    }
}

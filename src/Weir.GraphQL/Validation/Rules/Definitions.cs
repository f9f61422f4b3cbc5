using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation.Rules;

/// <summary>Nothing of a schema stands in what is to be answered.</summary>
internal sealed class ExecutableDefinitions(ValidationContext context) : Rule(context)
{
    public override void Document(Document document)
    {
        foreach (var part in document.Definitions.OfType<SchemaPart>())
        {
            Report($"The definition of {Quote(part.Name)} cannot be run.", part);
        }
    }
}

/// <summary>No two operations have one name.</summary>
internal sealed class UniqueOperationNames(ValidationContext context) : Rule(context)
{
    private readonly Dictionary<string, NameNode> known = new(StringComparer.Ordinal);

    public override void Operation(OperationDefinition operation)
    {
        if (operation.Name is { } name && !known.TryAdd(name.Value, name))
        {
            Report($"Two operations are called {Quote(name.Value)}.", known[name.Value], name);
        }
    }
}

/// <summary>An operation without a name is alone.</summary>
internal sealed class LoneAnonymousOperation(ValidationContext context) : Rule(context)
{
    private readonly bool isAlone = context.Document.Operations.Skip(1).FirstOrDefault() is null;

    public override void Operation(OperationDefinition operation)
    {
        if (!isAlone && operation.Name is null)
        {
            Report("An operation without a name stands beside others.", operation);
        }
    }
}

/// <summary>No two fragments have one name.</summary>
internal sealed class UniqueFragmentNames(ValidationContext context) : Rule(context)
{
    private readonly Dictionary<string, NameNode> known = new(StringComparer.Ordinal);

    public override void Fragment(FragmentDefinition fragment)
    {
        var name = fragment.Name;
        if (!known.TryAdd(name.Value, name))
        {
            Report($"Two fragments are called {Quote(name.Value)}.", known[name.Value], name);
        }
    }
}

/// <summary>A subscription asks for one field, which is none of introspection.</summary>
internal sealed class SingleFieldSubscriptions(ValidationContext context) : Rule(context)
{
    public override void Operation(OperationDefinition operation)
    {
        if (operation.Kind != OperationKind.Subscription || Schema.Subscription is not { } root)
        {
            return;
        }

        var groups = new List<List<FieldNode>>();
        Collect(root, operation.Selections, groups, new HashSet<string>(StringComparer.Ordinal));
        if (groups.Count > 1)
        {
            Report("A subscription asks for one field.", [.. groups.Skip(1).SelectMany(group => group)]);
        }

        foreach (var group in groups)
        {
            if (group[0].Name.StartsWith("__", StringComparison.Ordinal))
            {
                Report("A subscription does not ask of the schema.", [.. group]);
            }
        }
    }

    private void Collect(ObjectType root, SelectionSet selections, List<List<FieldNode>> groups, HashSet<string> spread)
    {
        foreach (var selection in selections.Selections)
        {
            Context.Spend(1);
            if (Context.IsOver || IsLeftOut(selection))
            {
                continue;
            }

            switch (selection)
            {
                case FieldNode field:
                    if (groups.Find(group => group[0].ResponseName == field.ResponseName) is { } group)
                    {
                        group.Add(field);
                    }
                    else
                    {
                        groups.Add([field]);
                    }

                    break;
                case InlineFragment inline when inline.Condition is null || IsOf(root, inline.Condition):
                    Collect(root, inline.Selections, groups, spread);
                    break;
                case FragmentSpread one
                    when spread.Add(one.Name)
                        && Context.Fragments.TryGetValue(one.Name, out var fragment)
                        && IsOf(root, fragment.Condition):
                    Collect(root, fragment.Selections, groups, spread);
                    break;
            }
        }
    }

    private bool IsOf(ObjectType root, NamedTypeNode condition) =>
        Schema.Find(condition.Name) is { } type && (type == root || Schema.Possible(type).Contains(root));

    private static bool IsLeftOut(Selection selection) =>
        selection.Directives.Any(directive =>
            directive.Arguments.Any(argument =>
                argument is { Name: "if", Value: BooleanNode flag }
                && ((directive.Name == "skip" && flag.Value) || (directive.Name == "include" && !flag.Value))
            )
        );
}

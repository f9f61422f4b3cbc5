using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation.Rules;

/// <summary>No two variables of an operation have one name.</summary>
internal sealed class UniqueVariableNames(ValidationContext context) : Rule(context)
{
    public override void Operation(OperationDefinition operation)
    {
        foreach (var group in operation.Variables.GroupBy(variable => variable.Name, StringComparer.Ordinal))
        {
            if (group.Skip(1).Any())
            {
                Report(
                    $"Two variables are called {Quote(group.Key)}.",
                    [.. group.Select(variable => variable.Variable.NameNode)]
                );
            }
        }
    }
}

/// <summary>
/// Three rules that look at the same: where variables are used, the fragments that an operation leads to included. A variable
/// that is used is defined, one that is defined is used, and one that is used is of a type that fits there.
/// </summary>
internal sealed class VariableUses(ValidationContext context) : Rule(context)
{
    private readonly Dictionary<SelectionSet, List<VariableUse>> known = [];

    public override void Operation(OperationDefinition operation)
    {
        var defined = new Dictionary<string, VariableDefinition>(StringComparer.Ordinal);
        foreach (var variable in operation.Variables)
        {
            defined[variable.Name] = variable;
        }

        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var use in UsesOf(operation))
        {
            Context.Spend(1);
            if (Context.IsOver)
            {
                return;
            }

            used.Add(use.Node.Name);
            if (!defined.TryGetValue(use.Node.Name, out var variable))
            {
                Context.Report(
                    "NoUndefinedVariables",
                    $"There is no variable {Quote("$" + use.Node.Name)}.",
                    use.Node,
                    operation
                );
            }
            else
            {
                Check(use, variable);
            }
        }

        foreach (var variable in operation.Variables)
        {
            if (!used.Contains(variable.Name))
            {
                Context.Report(
                    "NoUnusedVariables",
                    $"The variable {Quote("$" + variable.Name)} is not used.",
                    variable
                );
            }
        }
    }

    private void Check(VariableUse use, VariableDefinition variable)
    {
        if (use.Type is null || Schema.Find(variable.Type) is not { } type)
        {
            return;
        }

        if (!Fits(type, variable.DefaultValue, use))
        {
            Context.Report(
                "VariablesInAllowedPosition",
                $"The variable {Quote("$" + variable.Name)} of the type {type} stands where {use.Type} is expected.",
                variable,
                use.Node
            );
        }

        if (use.Parent is InputObjectType { IsOneOf: true } && type is not NonNullType)
        {
            Context.Report(
                "VariablesInAllowedPosition",
                $"The variable {Quote("$" + variable.Name)} may be null, and a part of {use.Parent} may not.",
                variable,
                use.Node
            );
        }
    }

    private bool Fits(GraphType type, ValueNode? defaultValue, VariableUse use)
    {
        if (use.Type is not NonNullType nonNull || type is NonNullType)
        {
            return Schema.IsSubtype(type, use.Type!);
        }

        return (defaultValue is not (null or NullNode) || use.HasDefault) && Schema.IsSubtype(type, nonNull.Inner);
    }

    private IEnumerable<VariableUse> UsesOf(OperationDefinition operation) =>
        Uses(operation.Selections, Schema.Root(operation.Kind), operation.Directives)
            .Concat(
                Context
                    .Reached(operation)
                    .SelectMany(fragment =>
                        Uses(fragment.Selections, Schema.Find(fragment.Condition.Name), fragment.Directives)
                    )
            );

    private List<VariableUse> Uses(SelectionSet selections, NamedType? parent, IEnumerable<DirectiveNode> directives)
    {
        if (!known.TryGetValue(selections, out var found))
        {
            var collector = new VariableUseCollector(Schema);
            collector.Directives(directives);
            collector.Selections(selections, parent);
            known[selections] = found = collector.Found;
        }

        return found;
    }
}

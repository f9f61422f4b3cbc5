using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation.Rules;

/// <summary>Types that are named are there.</summary>
internal sealed class KnownTypeNames(ValidationContext context) : Rule(context)
{
    public override void TypeName(NamedTypeNode node)
    {
        if (Schema.Find(node.Name) is null)
        {
            Report($"There is no type {Quote(node.Name)}.", node);
        }
    }
}

/// <summary>A fragment is of a type that has fields.</summary>
internal sealed class FragmentsOnCompositeTypes(ValidationContext context) : Rule(context)
{
    public override void Inline(InlineFragment node, NamedType? parent, NamedType? type) => Check(node.Condition);

    public override void Fragment(FragmentDefinition fragment) => Check(fragment.Condition);

    private void Check(NamedTypeNode? condition)
    {
        if (condition is not null && Schema.Find(condition.Name) is { } type and not (ObjectType or AbstractType))
        {
            Report($"A fragment cannot be of {type}, which has no fields.", condition);
        }
    }
}

/// <summary>A variable is of a type that a caller can give.</summary>
internal sealed class VariablesAreInputTypes(ValidationContext context) : Rule(context)
{
    public override void Variable(VariableDefinition variable)
    {
        if (Schema.Find(variable.Type) is { IsInput: false } type)
        {
            Report($"The variable {Quote(variable.Name)} cannot be of {type}, which cannot be given.", variable.Type);
        }
    }
}

/// <summary>What has fields is asked for some, and nothing else is.</summary>
internal sealed class ScalarLeafs(ValidationContext context) : Rule(context)
{
    public override void Field(FieldNode node, NamedType? parent, Field? field)
    {
        if (field is null)
        {
            return;
        }

        var isLeaf = field.Type.Named is ScalarType or EnumType;
        if (isLeaf && node.Selections is { } selections)
        {
            Report($"{Quote(node.Name)} is of {field.Type}, which has no fields.", selections);
        }
        else if (!isLeaf && node.Selections is null)
        {
            Report(
                $"{Quote(node.Name)} is of {field.Type}: say which of its fields are wanted, as {node.Name} {{ … }}.",
                node
            );
        }
    }
}

/// <summary>Fields that are asked for are there.</summary>
internal sealed class FieldsOnCorrectType(ValidationContext context) : Rule(context)
{
    public override void Field(FieldNode node, NamedType? parent, Field? field)
    {
        if (parent is not null && field is null)
        {
            Report($"{parent} has no field {Quote(node.Name)}.", node);
        }
    }
}

/// <summary>An object of the one type can be one of the other.</summary>
internal sealed class PossibleFragmentSpreads(ValidationContext context) : Rule(context)
{
    public override void Inline(InlineFragment node, NamedType? parent, NamedType? type) => Check(node, parent, type);

    public override void Spread(FragmentSpread node, NamedType? parent) =>
        Check(
            node,
            parent,
            Context.Fragments.TryGetValue(node.Name, out var fragment) ? Schema.Find(fragment.Condition.Name) : null
        );

    private void Check(Selection node, NamedType? parent, NamedType? type)
    {
        if (
            type is ObjectType or AbstractType
            && parent is ObjectType or AbstractType
            && !Schema.Overlap(type!, parent!)
        )
        {
            Report($"What is a {parent} here can never be a {type}.", node);
        }
    }
}

using System.Collections.Immutable;
using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation.Rules;

/// <summary>Arguments that are given are there.</summary>
internal sealed class KnownArgumentNames(ValidationContext context) : Rule(context)
{
    public override void Field(FieldNode node, NamedType? parent, Field? field)
    {
        if (field is not null)
        {
            Check($"{parent}.{field.Name}", field.Find, node.Arguments);
        }
    }

    public override void Directives(ImmutableArray<DirectiveNode> directives, string place)
    {
        foreach (var directive in directives)
        {
            if (Schema.FindDirective(directive.Name) is { } known)
            {
                Check($"@{known.Name}", known.Find, directive.Arguments);
            }
        }
    }

    private void Check(string owner, Func<string, Argument?> find, ImmutableArray<ArgumentNode> given)
    {
        foreach (var argument in given)
        {
            if (find(argument.Name) is null)
            {
                Report($"{owner} has no argument {Quote(argument.Name)}.", argument);
            }
        }
    }
}

/// <summary>An argument is given once.</summary>
internal sealed class UniqueArgumentNames(ValidationContext context) : Rule(context)
{
    public override void Arguments(ImmutableArray<ArgumentNode> arguments)
    {
        foreach (var group in arguments.GroupBy(argument => argument.Name, StringComparer.Ordinal))
        {
            if (group.Skip(1).Any())
            {
                Report($"The argument {Quote(group.Key)} is given twice.", [.. group.Select(one => one.NameNode)]);
            }
        }
    }
}

/// <summary>Arguments that must be given are.</summary>
internal sealed class ProvidedRequiredArguments(ValidationContext context) : Rule(context)
{
    public override void Field(FieldNode node, NamedType? parent, Field? field)
    {
        if (field is not null)
        {
            Check(node, field.Name, field.Arguments, node.Arguments);
        }
    }

    public override void Directives(ImmutableArray<DirectiveNode> directives, string place)
    {
        foreach (var directive in directives)
        {
            if (Schema.FindDirective(directive.Name) is { } known)
            {
                Check(directive, "@" + known.Name, known.Arguments, directive.Arguments);
            }
        }
    }

    private void Check(Node node, string owner, ImmutableArray<Argument> wanted, ImmutableArray<ArgumentNode> given)
    {
        foreach (var argument in wanted)
        {
            if (argument.IsRequired && !given.Any(one => one.Name == argument.Name))
            {
                Report($"{owner} needs the argument \"{argument.Name}\" of the type {argument.Type}.", node);
            }
        }
    }
}

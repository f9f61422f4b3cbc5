using System.Collections.Immutable;

namespace Weir.GraphQL.Language;

/// <summary>A part of a document. Immutable.</summary>
/// <param name="start">Where it begins, in UTF-16 units.</param>
internal abstract class Node(int start)
{
    /// <summary>Where it begins, in UTF-16 units.</summary>
    public int Start => start;
}

/// <summary>A name.</summary>
internal sealed class NameNode(int start, string value) : Node(start)
{
    public string Value => value;
}

/// <summary>A whole document.</summary>
internal sealed class Document(string text, ImmutableArray<Definition> definitions) : Node(0)
{
    public string Text => text;

    public ImmutableArray<Definition> Definitions => definitions;

    public IEnumerable<OperationDefinition> Operations => definitions.OfType<OperationDefinition>();

    public SourceLocation Place(Node node) => SourceLocation.Of(text, node.Start);
}

/// <summary>An operation, a fragment, or a part of a schema.</summary>
internal abstract class Definition(int start) : Node(start);

internal enum OperationKind
{
    Query,
    Mutation,
    Subscription,
}

internal sealed class OperationDefinition(
    int start,
    OperationKind kind,
    NameNode? name,
    ImmutableArray<VariableDefinition> variables,
    ImmutableArray<DirectiveNode> directives,
    SelectionSet selections
) : Definition(start)
{
    public OperationKind Kind => kind;
    public NameNode? Name => name;
    public ImmutableArray<VariableDefinition> Variables => variables;
    public ImmutableArray<DirectiveNode> Directives => directives;
    public SelectionSet Selections => selections;
}

internal sealed class FragmentDefinition(
    int start,
    NameNode name,
    NamedTypeNode condition,
    ImmutableArray<DirectiveNode> directives,
    SelectionSet selections
) : Definition(start)
{
    public NameNode Name => name;
    public NamedTypeNode Condition => condition;
    public ImmutableArray<DirectiveNode> Directives => directives;
    public SelectionSet Selections => selections;
}

internal sealed class VariableDefinition(
    int start,
    VariableNode variable,
    TypeNode type,
    ValueNode? defaultValue,
    ImmutableArray<DirectiveNode> directives
) : Node(start)
{
    public VariableNode Variable => variable;
    public string Name => variable.Name;
    public TypeNode Type => type;
    public ValueNode? DefaultValue => defaultValue;
    public ImmutableArray<DirectiveNode> Directives => directives;
}

internal sealed class SelectionSet(int start, ImmutableArray<Selection> selections) : Node(start)
{
    public ImmutableArray<Selection> Selections => selections;
}

/// <summary>A field, a fragment's spread, or a fragment in place.</summary>
internal abstract class Selection(int start, ImmutableArray<DirectiveNode> directives) : Node(start)
{
    public ImmutableArray<DirectiveNode> Directives => directives;
}

internal sealed class FieldNode(
    int start,
    NameNode? alias,
    NameNode name,
    ImmutableArray<ArgumentNode> arguments,
    ImmutableArray<DirectiveNode> directives,
    SelectionSet? selections
) : Selection(start, directives)
{
    public NameNode? Alias => alias;
    public string Name => name.Value;
    public string ResponseName => (alias ?? name).Value;
    public ImmutableArray<ArgumentNode> Arguments => arguments;
    public SelectionSet? Selections => selections;
}

internal sealed class FragmentSpread(int start, NameNode name, ImmutableArray<DirectiveNode> directives)
    : Selection(start, directives)
{
    public NameNode NameNode => name;
    public string Name => name.Value;
}

internal sealed class InlineFragment(
    int start,
    NamedTypeNode? condition,
    ImmutableArray<DirectiveNode> directives,
    SelectionSet selections
) : Selection(start, directives)
{
    public NamedTypeNode? Condition => condition;
    public SelectionSet Selections => selections;
}

internal sealed class ArgumentNode(int start, NameNode name, ValueNode value) : Node(start)
{
    public NameNode NameNode => name;
    public string Name => name.Value;
    public ValueNode Value => value;
}

internal sealed class DirectiveNode(int start, NameNode name, ImmutableArray<ArgumentNode> arguments) : Node(start)
{
    public string Name => name.Value;
    public ImmutableArray<ArgumentNode> Arguments => arguments;
}

/// <summary>A type as a document names it.</summary>
internal abstract class TypeNode(int start) : Node(start);

internal sealed class NamedTypeNode(int start, string name) : TypeNode(start)
{
    public string Name => name;

    public override string ToString() => name;
}

internal sealed class ListTypeNode(int start, TypeNode item) : TypeNode(start)
{
    public TypeNode Item => item;

    public override string ToString() => $"[{item}]";
}

internal sealed class NonNullTypeNode(int start, TypeNode inner) : TypeNode(start)
{
    public TypeNode Inner => inner;

    public override string ToString() => $"{inner}!";
}

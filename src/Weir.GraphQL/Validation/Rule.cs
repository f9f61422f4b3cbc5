using System.Collections.Immutable;
using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation;

/// <summary>
/// A rule of chapter 5 of the specification: told of what stands in a document, in order, with the schema's view of it. It is
/// named as npm's <c>graphql</c> names it, by whose findings it is proven.
/// </summary>
internal abstract class Rule(ValidationContext context)
{
    protected ValidationContext Context => context;

    protected Schema Schema => context.Schema;

    /// <summary>Before anything.</summary>
    public virtual void Document(Document document) { }

    public virtual void Operation(OperationDefinition operation) { }

    public virtual void Fragment(FragmentDefinition fragment) { }

    public virtual void Variable(VariableDefinition variable) { }

    /// <param name="selections">What is selected.</param>
    /// <param name="parent">Of which type; null when that is not known.</param>
    /// <param name="isInline">Whether it is a fragment's in place.</param>
    public virtual void Selections(SelectionSet selections, NamedType? parent, bool isInline) { }

    public virtual void Field(FieldNode node, NamedType? parent, Field? field) { }

    public virtual void Inline(InlineFragment node, NamedType? parent, NamedType? type) { }

    public virtual void Spread(FragmentSpread node, NamedType? parent) { }

    /// <param name="directives">All that stand in one place.</param>
    /// <param name="place">The place's name.</param>
    public virtual void Directives(ImmutableArray<DirectiveNode> directives, string place) { }

    /// <param name="arguments">All of one field or directive.</param>
    public virtual void Arguments(ImmutableArray<ArgumentNode> arguments) { }

    /// <param name="value">An argument's value, or a variable's default.</param>
    /// <param name="type">What it should be; null when that is not known.</param>
    public virtual void Value(ValueNode value, GraphType? type) { }

    /// <summary>A type that is named in a variable's type or in a fragment's condition.</summary>
    public virtual void TypeName(NamedTypeNode node) { }

    protected void Report(string message, params ReadOnlySpan<Node> nodes) =>
        context.Report(GetType().Name, message, nodes);

    // A name may be as long as the document.
    protected static string Quote(string name) => name.Length <= 60 ? $"\"{name}\"" : $"\"{name[..60]}…\"";
}

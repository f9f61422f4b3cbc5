using System.Collections.Immutable;
using Weir.GraphQL.Language;
using Weir.GraphQL.Validation.Rules;

namespace Weir.GraphQL.Validation;

/// <summary>Walks a document once, with every rule beside it.</summary>
internal sealed class Validator
{
    private readonly ValidationContext context;
    private readonly Rule[] rules;

    private Validator(ValidationContext context)
    {
        this.context = context;
        rules =
        [
            new ExecutableDefinitions(context),
            new UniqueOperationNames(context),
            new LoneAnonymousOperation(context),
            new SingleFieldSubscriptions(context),
            new KnownTypeNames(context),
            new FragmentsOnCompositeTypes(context),
            new VariablesAreInputTypes(context),
            new ScalarLeafs(context),
            new FieldsOnCorrectType(context),
            new UniqueFragmentNames(context),
            new KnownFragmentNames(context),
            new NoUnusedFragments(context),
            new PossibleFragmentSpreads(context),
            new NoFragmentCycles(context),
            new UniqueVariableNames(context),
            new VariableUses(context),
            new KnownDirectives(context),
            new UniqueDirectivesPerLocation(context),
            new KnownArgumentNames(context),
            new UniqueArgumentNames(context),
            new ValuesOfCorrectType(context),
            new ProvidedRequiredArguments(context),
            new OverlappingFieldsCanBeMerged(context),
            new UniqueInputFieldNames(context),
            new MaxIntrospectionDepth(context),
        ];
    }

    /// <summary>The faults of a document, each with its rule; empty when it is valid.</summary>
    public static ImmutableArray<GraphQLError> Validate(Schema schema, Document document, DocumentLimits limits)
    {
        var shared = new ValidationContext(schema, document, limits);
        new Validator(shared).Walk(document);
        return shared.Errors;
    }

    private void Walk(Document document)
    {
        Tell(rule => rule.Document(document));
        foreach (var definition in document.Definitions)
        {
            switch (definition)
            {
                case OperationDefinition operation:
                    Walk(operation);
                    break;
                case FragmentDefinition fragment:
                    Tell(rule => rule.Fragment(fragment));
                    Tell(rule => rule.TypeName(fragment.Condition));
                    Walk(fragment.Directives, "FRAGMENT_DEFINITION");
                    Walk(fragment.Selections, Composite(context.Schema.Find(fragment.Condition.Name)));
                    break;
            }
        }
    }

    private void Walk(OperationDefinition operation)
    {
        Tell(rule => rule.Operation(operation));
        foreach (var variable in operation.Variables)
        {
            Tell(rule => rule.Variable(variable));
            Tell(rule => rule.TypeName(NameOf(variable.Type)));
            var type = context.Schema.Find(variable.Type);
            if (variable.DefaultValue is { } value)
            {
                Tell(rule => rule.Value(value, type is { IsInput: true } ? type : null));
            }

            Walk(variable.Directives, "VARIABLE_DEFINITION");
        }

        Walk(operation.Directives, operation.Kind.ToString().ToUpperInvariant());
        Walk(operation.Selections, context.Schema.Root(operation.Kind));
    }

    private void Walk(SelectionSet selections, NamedType? parent, bool isInline = false)
    {
        Tell(rule => rule.Selections(selections, parent, isInline));
        foreach (var selection in selections.Selections)
        {
            if (context.IsOver)
            {
                return;
            }

            context.Spend(1);
            switch (selection)
            {
                case FieldNode node:
                    var field = parent is null ? null : context.Schema.Find(parent, node.Name);
                    Tell(rule => rule.Field(node, parent, field));
                    Walk(node.Arguments, name => field?.Find(name));
                    Walk(node.Directives, "FIELD");
                    if (node.Selections is { } below)
                    {
                        Walk(below, Composite(field?.Type.Named));
                    }

                    break;
                case InlineFragment inline:
                    var type = inline.Condition is { } condition ? context.Schema.Find(condition.Name) : parent;
                    Tell(rule => rule.Inline(inline, parent, type));
                    if (inline.Condition is not null)
                    {
                        Tell(rule => rule.TypeName(inline.Condition));
                    }

                    Walk(inline.Directives, "INLINE_FRAGMENT");
                    Walk(inline.Selections, Composite(type), isInline: true);
                    break;
                case FragmentSpread spread:
                    Tell(rule => rule.Spread(spread, parent));
                    Walk(spread.Directives, "FRAGMENT_SPREAD");
                    break;
            }
        }
    }

    private void Walk(ImmutableArray<DirectiveNode> directives, string place)
    {
        if (directives.IsEmpty)
        {
            return;
        }

        Tell(rule => rule.Directives(directives, place));
        foreach (var directive in directives)
        {
            var definition = context.Schema.FindDirective(directive.Name);
            Walk(directive.Arguments, name => definition?.Find(name));
        }
    }

    private void Walk(ImmutableArray<ArgumentNode> arguments, Func<string, Argument?> find)
    {
        if (arguments.IsEmpty)
        {
            return;
        }

        Tell(rule => rule.Arguments(arguments));
        foreach (var argument in arguments)
        {
            var type = find(argument.Name)?.Type;
            Tell(rule => rule.Value(argument.Value, type));
        }
    }

    private void Tell(Action<Rule> tell)
    {
        foreach (var rule in rules)
        {
            if (context.IsOver)
            {
                return;
            }

            tell(rule);
        }
    }

    private static NamedType? Composite(NamedType? type) => type is ObjectType or AbstractType ? type : null;

    private static NamedTypeNode NameOf(TypeNode type) =>
        type switch
        {
            ListTypeNode list => NameOf(list.Item),
            NonNullTypeNode nonNull => NameOf(nonNull.Inner),
            _ => (NamedTypeNode)type,
        };
}

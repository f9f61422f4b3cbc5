using System.Collections.Immutable;

namespace Weir.GraphQL.Language;

/// <summary>
/// Reads a document, by the grammar of October 2021 and with the descriptions that later editions allow everywhere. It throws
/// for nothing that a document can hold: after the first fault its lexer gives nothing but the end, and every loop here stops
/// at that. Nothing is nested deeper than the limit, so that neither this nor who walks the document can exhaust the stack.
/// </summary>
internal sealed partial class Parser
{
    private readonly Lexer lexer;
    private readonly string text;
    private readonly int mostNested;
    private int nested;
    private Token token;

    private Parser(string text, DocumentLimits limits)
    {
        this.text = text;
        lexer = new Lexer(text, limits.Tokens);
        mostNested = limits.Nesting;
        token = lexer.Next();
    }

    /// <summary>Reads a document.</summary>
    public static ParseResult Parse(string text, DocumentLimits limits)
    {
        if (text.Length > limits.Length)
        {
            return new ParseResult(null, GraphQLError.Of($"The document is longer than {limits.Length} characters."));
        }

        var parser = new Parser(text, limits);
        var definitions = parser.Many(TokenKind.End, parser.Definition);
        return parser.lexer.Fault is { } fault
            ? new ParseResult(
                null,
                GraphQLError.Of(fault.Message) with
                {
                    Locations = [SourceLocation.Of(text, fault.At)],
                }
            )
            : new ParseResult(new Document(text, definitions), null);
    }

    /// <summary>Reads a value that is always the same.</summary>
    /// <exception cref="ArgumentException">It is none: it stands in code, and is a bug there.</exception>
    public static ValueNode Constant(string text)
    {
        var parser = new Parser(text, new DocumentLimits());
        var value = parser.Value(isConstant: true);
        parser.Expect(TokenKind.End);
        return parser.lexer.Fault is { } fault ? throw new ArgumentException(fault.Message, nameof(text)) : value;
    }

    private Definition Definition()
    {
        var start = token.Start;
        if (token.Kind == TokenKind.OpenCurly)
        {
            return new OperationDefinition(start, OperationKind.Query, null, [], [], Selections());
        }

        if (SkipDescription() && token.Kind == TokenKind.OpenCurly)
        {
            FailAt(start, "A description stands before a query that is named as one.");
        }

        switch (token.Kind == TokenKind.Name ? token.Value : "")
        {
            case "query":
                return Operation(start, OperationKind.Query);
            case "mutation":
                return Operation(start, OperationKind.Mutation);
            case "subscription":
                return Operation(start, OperationKind.Subscription);
            case "fragment":
                return Fragment(start);
            case "extend":
                if (start != token.Start)
                {
                    FailAt(start, "An extension has no description.");
                }

                Advance();
                return Part(start, isExtension: true);
            default:
                return Part(start, isExtension: false);
        }
    }

    private OperationDefinition Operation(int start, OperationKind kind)
    {
        Advance();
        var name = token.Kind == TokenKind.Name ? Name() : null;
        var variables = Optional(TokenKind.OpenRound, TokenKind.CloseRound, Variable);
        return new OperationDefinition(start, kind, name, variables, Directives(isConstant: false), Selections());
    }

    private FragmentDefinition Fragment(int start)
    {
        Advance();
        if (IsWord("on"))
        {
            FailHere();
        }

        var name = Name();
        Word("on");
        return new FragmentDefinition(start, name, NamedType(), Directives(isConstant: false), Selections());
    }

    private VariableDefinition Variable()
    {
        var start = token.Start;
        SkipDescription();
        var variable = VariableName();
        Expect(TokenKind.Colon);
        var type = Type();
        var defaultValue = Skip(TokenKind.EqualsSign) ? Value(isConstant: true) : null;
        return new VariableDefinition(start, variable, type, defaultValue, Directives(isConstant: true));
    }

    private VariableNode VariableName()
    {
        var start = token.Start;
        Expect(TokenKind.Dollar);
        return new VariableNode(start, Name());
    }

    private SelectionSet Selections()
    {
        var start = token.Start;
        return new SelectionSet(start, Several(TokenKind.OpenCurly, TokenKind.CloseCurly, Selection));
    }

    private Selection Selection()
    {
        var start = token.Start;
        if (Skip(TokenKind.Spread))
        {
            if (token.Kind == TokenKind.Name && token.Value != "on")
            {
                return new FragmentSpread(start, Name(), Directives(isConstant: false));
            }

            var condition = IsWord("on") ? Condition() : null;
            return new InlineFragment(start, condition, Directives(isConstant: false), Selections());
        }

        var name = Name();
        var alias = token.Kind == TokenKind.Colon ? name : null;
        if (Skip(TokenKind.Colon))
        {
            name = Name();
        }

        return new FieldNode(
            start,
            alias,
            name,
            Arguments(isConstant: false),
            Directives(isConstant: false),
            token.Kind == TokenKind.OpenCurly ? Selections() : null
        );
    }

    private NamedTypeNode Condition()
    {
        Advance();
        return NamedType();
    }

    private ImmutableArray<ArgumentNode> Arguments(bool isConstant) =>
        Optional(
            TokenKind.OpenRound,
            TokenKind.CloseRound,
            () =>
            {
                var name = Name();
                Expect(TokenKind.Colon);
                return new ArgumentNode(name.Start, name, Value(isConstant));
            }
        );

    private ImmutableArray<DirectiveNode> Directives(bool isConstant)
    {
        if (token.Kind != TokenKind.At)
        {
            return [];
        }

        var all = ImmutableArray.CreateBuilder<DirectiveNode>();
        while (token.Kind == TokenKind.At)
        {
            var start = token.Start;
            Advance();
            all.Add(new DirectiveNode(start, Name(), Arguments(isConstant)));
        }

        return all.ToImmutable();
    }

    private NamedTypeNode NamedType()
    {
        var name = Name();
        return new NamedTypeNode(name.Start, name.Value);
    }

    private TypeNode Type()
    {
        var start = token.Start;
        TypeNode type;
        if (token.Kind == TokenKind.OpenSquare)
        {
            Enter();
            Advance();
            type = new ListTypeNode(start, Type());
            Expect(TokenKind.CloseSquare);
            nested--;
        }
        else
        {
            type = NamedType();
        }

        return Skip(TokenKind.Bang) ? new NonNullTypeNode(start, type) : type;
    }

    private ValueNode Value(bool isConstant)
    {
        var (kind, start, _, value) = token;
        switch (kind)
        {
            case TokenKind.OpenSquare:
                return new ListNode(start, Any(TokenKind.OpenSquare, TokenKind.CloseSquare, () => Value(isConstant)));
            case TokenKind.OpenCurly:
                return new ObjectNode(
                    start,
                    Any(
                        TokenKind.OpenCurly,
                        TokenKind.CloseCurly,
                        () =>
                        {
                            var name = Name();
                            Expect(TokenKind.Colon);
                            return new ObjectFieldNode(name.Start, name, Value(isConstant));
                        }
                    )
                );
            case TokenKind.Dollar:
                var variable = VariableName();
                if (isConstant)
                {
                    FailAt(start, "A variable may not stand in a value that is always the same.");
                }

                return variable;
            case TokenKind.Int:
                Advance();
                return new IntNode(start, value);
            case TokenKind.Float:
                Advance();
                return new FloatNode(start, value);
            case TokenKind.Text or TokenKind.BlockText:
                Advance();
                return new TextNode(start, value, kind == TokenKind.BlockText);
            case TokenKind.Name:
                Advance();
                return value switch
                {
                    "true" or "false" => new BooleanNode(start, value == "true"),
                    "null" => new NullNode(start),
                    _ => new EnumNode(start, value),
                };
            default:
                FailHere();
                return new NullNode(start);
        }
    }
}

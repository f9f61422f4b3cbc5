namespace Weir.GraphQL.Language;

/// <summary>Parts of a schema: read through, so that what follows them is found, and not kept.</summary>
internal sealed partial class Parser
{
    private static readonly HashSet<string> Locations = new(StringComparer.Ordinal)
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
        "SCHEMA",
        "SCALAR",
        "OBJECT",
        "FIELD_DEFINITION",
        "ARGUMENT_DEFINITION",
        "INTERFACE",
        "UNION",
        "ENUM",
        "ENUM_VALUE",
        "INPUT_OBJECT",
        "INPUT_FIELD_DEFINITION",
        "DIRECTIVE_DEFINITION",
    };

    private SchemaPart Part(int start, bool isExtension)
    {
        var word = token.Kind == TokenKind.Name ? token.Value : "";
        var known =
            word is "schema" or "scalar" or "type" or "interface" or "union" or "enum" or "input"
            || (word == "directive" && !isExtension);
        if (!known)
        {
            FailHere();
            return new SchemaPart(start, "");
        }

        Advance();
        if (word == "directive")
        {
            return DirectivePart(start);
        }

        var name = word == "schema" ? word : Name().Value;
        // An extension adds something: directives, or what stands in the part.
        var adds = word is "type" or "interface" && Interfaces();
        adds |= Directives(isConstant: true).Length > 0;
        adds |= word switch
        {
            "schema" => Body(OperationType, isNeeded: !isExtension),
            "type" or "interface" => Body(Field, isNeeded: false),
            "enum" => Body(EnumValue, isNeeded: false),
            "input" => Body(InputField, isNeeded: false),
            "union" => Members(),
            _ => false,
        };
        if (isExtension && !adds)
        {
            FailHere();
        }

        return new SchemaPart(start, name);
    }

    private SchemaPart DirectivePart(int start)
    {
        Expect(TokenKind.At);
        var name = Name().Value;
        Optional(TokenKind.OpenRound, TokenKind.CloseRound, InputField);
        SkipWord("repeatable");
        Word("on");
        Skip(TokenKind.Pipe);
        do
        {
            if (token.Kind == TokenKind.Name && !Locations.Contains(token.Value))
            {
                FailHere();
            }

            Name();
        } while (Skip(TokenKind.Pipe));

        return new SchemaPart(start, name);
    }

    private bool Body(Func<bool> read, bool isNeeded) =>
        isNeeded || token.Kind == TokenKind.OpenCurly
            ? Several(TokenKind.OpenCurly, TokenKind.CloseCurly, read).Length > 0
            : false;

    private bool Interfaces()
    {
        if (!SkipWord("implements"))
        {
            return false;
        }

        Skip(TokenKind.Ampersand);
        do
        {
            NamedType();
        } while (Skip(TokenKind.Ampersand));

        return true;
    }

    private bool Members()
    {
        if (!Skip(TokenKind.EqualsSign))
        {
            return false;
        }

        Skip(TokenKind.Pipe);
        do
        {
            NamedType();
        } while (Skip(TokenKind.Pipe));

        return true;
    }

    private bool OperationType()
    {
        if (token.Kind == TokenKind.Name && token.Value is not ("query" or "mutation" or "subscription"))
        {
            FailHere();
        }

        Name();
        Expect(TokenKind.Colon);
        NamedType();
        return true;
    }

    private bool Field()
    {
        SkipDescription();
        Name();
        Optional(TokenKind.OpenRound, TokenKind.CloseRound, InputField);
        Expect(TokenKind.Colon);
        Type();
        Directives(isConstant: true);
        return true;
    }

    private bool InputField()
    {
        SkipDescription();
        Name();
        Expect(TokenKind.Colon);
        Type();
        if (Skip(TokenKind.EqualsSign))
        {
            Value(isConstant: true);
        }

        Directives(isConstant: true);
        return true;
    }

    private bool EnumValue()
    {
        SkipDescription();
        if (token.Kind == TokenKind.Name && token.Value is ("true" or "false" or "null"))
        {
            FailHere();
        }

        Name();
        Directives(isConstant: true);
        return true;
    }
}

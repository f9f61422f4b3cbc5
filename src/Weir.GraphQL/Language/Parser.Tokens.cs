using System.Collections.Immutable;

namespace Weir.GraphQL.Language;

/// <summary>How the parser goes from token to token.</summary>
internal sealed partial class Parser
{
    private void Advance() => token = lexer.Next();

    private bool Skip(TokenKind kind)
    {
        if (token.Kind != kind)
        {
            return false;
        }

        Advance();
        return true;
    }

    private void Expect(TokenKind kind)
    {
        if (!Skip(kind))
        {
            FailAt(token.Start, $"{Token.TextOf(kind)} is missing before {token.Told}.");
        }
    }

    private NameNode Name()
    {
        var node = new NameNode(token.Start, token.Value);
        Expect(TokenKind.Name);
        return node;
    }

    private bool IsWord(string word) => token.Kind == TokenKind.Name && token.Value == word;

    private bool SkipWord(string word)
    {
        if (!IsWord(word))
        {
            return false;
        }

        Advance();
        return true;
    }

    private void Word(string word)
    {
        if (!SkipWord(word))
        {
            FailAt(token.Start, $"\"{word}\" is missing before {token.Told}.");
        }
    }

    private bool SkipDescription()
    {
        if (token.Kind is not (TokenKind.Text or TokenKind.BlockText))
        {
            return false;
        }

        Advance();
        return true;
    }

    private void FailHere() =>
        FailAt(token.Start, $"{char.ToUpperInvariant(token.Told[0])}{token.Told[1..]} may not stand here.");

    private void FailAt(int at, string message) => token = lexer.Fail(at, message);

    private void Enter()
    {
        if (++nested > mostNested)
        {
            FailAt(token.Start, $"The document is nested deeper than {mostNested}.");
        }
    }

    // One at least, up to a token that is left out.
    private ImmutableArray<T> Many<T>(TokenKind close, Func<T> read)
    {
        var all = ImmutableArray.CreateBuilder<T>();
        do
        {
            all.Add(read());
        } while (token.Kind != close && token.Kind != TokenKind.End);

        return all.ToImmutable();
    }

    private ImmutableArray<T> Several<T>(TokenKind open, TokenKind close, Func<T> read)
    {
        if (token.Kind != open)
        {
            Expect(open);
            return [];
        }

        Enter();
        Advance();
        var all = Many(close, read);
        Expect(close);
        nested--;
        return all;
    }

    private ImmutableArray<T> Optional<T>(TokenKind open, TokenKind close, Func<T> read) =>
        token.Kind == open ? Several(open, close, read) : [];

    private ImmutableArray<T> Any<T>(TokenKind open, TokenKind close, Func<T> read)
    {
        Enter();
        Advance();
        ImmutableArray<T> all = token.Kind == close ? [] : Many(close, read);
        Expect(close);
        nested--;
        return all;
    }
}

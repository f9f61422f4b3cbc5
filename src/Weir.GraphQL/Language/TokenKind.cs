namespace Weir.GraphQL.Language;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    End,
    Name,
    Int,
    Float,
    Text,
    BlockText,
    Bang,
    Dollar,
    Ampersand,
    OpenRound,
    CloseRound,
    Spread,
    Colon,
    EqualsSign,
    At,
    OpenSquare,
    CloseSquare,
    OpenCurly,
    Pipe,
    CloseCurly,
}

/// <summary>A token of a document.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins, in UTF-16 units.</param>
/// <param name="End">Where what follows it begins.</param>
/// <param name="Value">A name, a number as written, or what a string says; empty for punctuation.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int End, string Value)
{
    /// <summary>As people are told of it.</summary>
    public string Told =>
        Kind switch
        {
            TokenKind.End => "the end of the document",
            TokenKind.Name => $"the name \"{Short(Value)}\"",
            TokenKind.Int or TokenKind.Float => $"the number {Short(Value)}",
            TokenKind.Text or TokenKind.BlockText => "a string",
            _ => $"\"{TextOf(Kind)}\"",
        };

    /// <summary>A punctuator as it is written.</summary>
    public static string TextOf(TokenKind kind) =>
        kind switch
        {
            TokenKind.Bang => "!",
            TokenKind.Dollar => "$",
            TokenKind.Ampersand => "&",
            TokenKind.OpenRound => "(",
            TokenKind.CloseRound => ")",
            TokenKind.Spread => "...",
            TokenKind.Colon => ":",
            TokenKind.EqualsSign => "=",
            TokenKind.At => "@",
            TokenKind.OpenSquare => "[",
            TokenKind.CloseSquare => "]",
            TokenKind.OpenCurly => "{",
            TokenKind.Pipe => "|",
            TokenKind.CloseCurly => "}",
            TokenKind.Name => "a name",
            _ => kind.ToString(),
        };

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}

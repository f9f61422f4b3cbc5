using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Weir.Tokens;

/// <summary>One of OpenAI's encodings: a way to cut a text into pieces, and a vocabulary. Immutable and thread-safe.</summary>
internal sealed class BytePairEncoding
{
    private static readonly Lazy<BytePairEncoding?> LazyO200k = new(() => Open("o200k_base", older: false));
    private static readonly Lazy<BytePairEncoding?> LazyCl100k = new(() => Open("cl100k_base", older: true));

    private readonly Vocabulary vocabulary;
    private readonly bool older;

    private BytePairEncoding(string name, Vocabulary vocabulary, bool older)
    {
        Name = name;
        this.vocabulary = vocabulary;
        this.older = older;
    }

    /// <summary>That of GPT-4o and all since; null when this build carries no vocabulary.</summary>
    public static BytePairEncoding? O200k => LazyO200k.Value;

    /// <summary>That of GPT-3.5, GPT-4 and the embeddings; null when this build carries no vocabulary.</summary>
    public static BytePairEncoding? Cl100k => LazyCl100k.Value;

    /// <summary>OpenAI's name of it.</summary>
    public string Name { get; }

    /// <summary>
    /// Counts the tokens of a text, and adds their ranks to <paramref name="ranks"/> where one is given. What is no UTF-8 counts
    /// as the replacement character, as decoders put it; words that control a model elsewhere are text here.
    /// </summary>
    public int Encode(ReadOnlySpan<byte> utf8, List<int>? ranks = null)
    {
        if (Utf8.IsValid(utf8))
        {
            return EncodeValid(utf8, ranks);
        }

        var mended = ArrayPool<byte>.Shared.Rent(3 * utf8.Length);
        try
        {
            return EncodeValid(mended.AsSpan(0, Mend(utf8, mended)), ranks);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(mended);
        }
    }

    /// <summary>The bytes of a token, by its rank.</summary>
    public ReadOnlySpan<byte> Token(int rank) => vocabulary.Token(rank);

    private static BytePairEncoding? Open(string name, bool older) =>
        Vocabulary.Open(name) is { } vocabulary ? new BytePairEncoding(name, vocabulary, older) : null;

    private int EncodeValid(ReadOnlySpan<byte> text, List<int>? ranks)
    {
        var count = 0;
        for (var at = 0; at < text.Length; )
        {
            var end = older ? PieceSplitter.Cl100k(text, at) : PieceSplitter.O200k(text, at);
            count += BytePairs.Encode(vocabulary, text[at..end], ranks);
            at = end;
        }

        return count;
    }

    private static int Mend(ReadOnlySpan<byte> utf8, Span<byte> to)
    {
        var length = 0;
        while (!utf8.IsEmpty)
        {
            // A fault reads as the replacement character.
            Rune.DecodeFromUtf8(utf8, out var rune, out var used);
            length += rune.EncodeToUtf8(to[length..]);
            utf8 = utf8[used..];
        }

        return length;
    }
}

using Weir.Foundation;
using Weir.Wire;

namespace Weir.Capture.Agents.Codex;

/// <summary>
/// A count of tokens as Codex keeps it: cached and written tokens are inside the input, reasoning is inside the output.
/// </summary>
internal readonly record struct CodexTokens(long Input, long Cached, long Written, long Output, long Reasoning)
{
    /// <summary>Whether there is nothing in it.</summary>
    public bool IsZero => this == default;

    /// <summary>Whether no class of it is above the other's: what is true of the part of a whole.</summary>
    public bool IsWithin(in CodexTokens whole) =>
        Input <= whole.Input
        && Cached <= whole.Cached
        && Written <= whole.Written
        && Output <= whole.Output
        && Reasoning <= whole.Reasoning;

    /// <summary>Class by class.</summary>
    public static CodexTokens operator -(in CodexTokens a, in CodexTokens b) =>
        new(
            a.Input - b.Input,
            a.Cached - b.Cached,
            a.Written - b.Written,
            a.Output - b.Output,
            a.Reasoning - b.Reasoning
        );

    /// <summary>In Weir's classes, which have nothing in common.</summary>
    public TokenUsage ToUsage()
    {
        var cached = Math.Min(Cached, Input);
        var written = Math.Min(Written, Input - cached);
        return new TokenUsage
        {
            Input = Input - cached - written,
            CacheRead = cached,
            CacheWrite5m = written == 0 ? null : written,
            Output = Output,
            Reasoning = Math.Min(Reasoning, Output),
        };
    }

    /// <summary>The figures one after the other: what an id is made of.</summary>
    public override string ToString() => $"{Input}:{Cached}:{Written}:{Output}:{Reasoning}";

    /// <summary>Reads an object of counts; null when it is none, or holds a count that cannot be.</summary>
    public static CodexTokens? Read(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return null;
        }

        var tokens = default(CodexTokens);
        var possible = true;
        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "input_tokens"u8))
            {
                tokens = tokens with { Input = Count(ref cursor, ref possible) };
            }
            else if (JsonText.Is(name, escaped, "cached_input_tokens"u8))
            {
                tokens = tokens with { Cached = Count(ref cursor, ref possible) };
            }
            else if (JsonText.Is(name, escaped, "cache_write_input_tokens"u8))
            {
                tokens = tokens with { Written = Count(ref cursor, ref possible) };
            }
            else if (JsonText.Is(name, escaped, "output_tokens"u8))
            {
                tokens = tokens with { Output = Count(ref cursor, ref possible) };
            }
            else if (JsonText.Is(name, escaped, "reasoning_output_tokens"u8))
            {
                tokens = tokens with { Reasoning = Count(ref cursor, ref possible) };
            }
            else
            {
                cursor.Skip();
            }
        }

        return possible && !cursor.Failed ? tokens : null;
    }

    private static long Count(ref JsonCursor cursor, ref bool possible)
    {
        if (cursor.Peek() == JsonKind.Null)
        {
            cursor.Skip();
            return 0;
        }

        var count = cursor.ReadCount();
        possible &= count is not null;
        return count ?? 0;
    }
}

namespace Weir.Foundation;

/// <summary>
/// The identity of one usage record: 41 bits of milliseconds since 2024-01-01 UTC, 10 bits of node, 12 bits of sequence,
/// so that ids of one node grow with time and never repeat. Positive; zero is "not set".
/// Its text is <c>req_</c> and 13 characters of Crockford's base 32, which sorts as the number does.
/// </summary>
public readonly record struct RecordId(long Value) : IComparable<RecordId>
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const string Prefix = "req_";

    /// <summary>The largest number of a node.</summary>
    public const int MaxNode = 1023;

    /// <summary>How many bits of <see cref="Value"/> stand below the node.</summary>
    public const int NodeShift = 12;

    /// <summary>The node that made it, 0 to <see cref="MaxNode"/>.</summary>
    public int Node => (int)(Value >> NodeShift) & MaxNode;

    /// <inheritdoc />
    public int CompareTo(RecordId other) => Value.CompareTo(other.Value);

    /// <summary>The text form, as callers see it in <c>x-weir-request-id</c>.</summary>
    public override string ToString() =>
        string.Create(
            Prefix.Length + 13,
            Value,
            static (span, value) =>
            {
                Prefix.CopyTo(span);
                var rest = (ulong)value;
                for (var i = span.Length - 1; i >= Prefix.Length; i--)
                {
                    span[i] = Alphabet[(int)(rest & 31)];
                    rest >>= 5;
                }
            }
        );

    /// <summary>Reads the text form; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RecordId id)
    {
        id = default;
        if (text.Length != Prefix.Length + 13 || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        ulong value = 0;
        foreach (var c in text[Prefix.Length..])
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0 || value >> 58 != 0)
            {
                return false;
            }

            value = (value << 5) | (uint)digit;
        }

        id = new RecordId((long)value);
        return id.Value > 0;
    }
}

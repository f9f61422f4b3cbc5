using Weir.Gateway.Wire;

namespace Weir.Gateway.Transforms;

/// <summary>
/// A JSON body that is opened where transforms reach, and nowhere else: what they change becomes edits of the bytes, all else
/// stays the very bytes that came. A name that stands twice in an object is found twice, and what is done to it is done to both:
/// decoders differ in which one they take. Used once; not thread-safe.
/// </summary>
/// <param name="json">The whole body; it must stay until its pieces are sent.</param>
/// <param name="hasTwoSpellings">
/// Whether <c>maxOutputTokens</c> and <c>max_output_tokens</c> are one name, as in protobuf's JSON, which is Gemini's
/// (https://protobuf.dev/programming-guides/json/): a bound on the one must hold for the other.
/// </param>
internal sealed class OpenedBody(ReadOnlyMemory<byte> json, bool hasTwoSpellings = false)
{
    /// <summary>
    /// How many members and elements may stand on the levels that are looked at, all together. What a program sends has some
    /// dozens; each costs about 100 bytes here, and a body of 50 MB could hold ten million.
    /// </summary>
    public const int MostItems = 65_536;

    private JsonLevel? root;
    private int items;

    /// <summary>Whether names have a second spelling.</summary>
    public bool HasTwoSpellings => hasTwoSpellings;

    /// <summary>Whether a level that was looked at is no sound JSON, or holds more than <see cref="MostItems"/>.</summary>
    public bool IsUnreadable { get; private set; }

    /// <summary>The body itself; null for what is no object, and when it cannot be read.</summary>
    public JsonLevel? Root => root ??= JsonLevel.Open(this, json, 0);

    /// <summary>Makes a member of the body the whole of what is seen: what is outside it stays. False when there is none.</summary>
    public bool Narrow(ReadOnlySpan<byte> name)
    {
        foreach (var item in Root?.Find(name) ?? [])
        {
            if (root!.Enter(item) is { IsArray: false } inner)
            {
                root = inner;
                return true;
            }
        }

        return false;
    }

    /// <summary>The objects and arrays that a pointer's last name stands in; several where a name on the way stands twice.</summary>
    /// <param name="pointer">The pointer.</param>
    /// <param name="makes">Whether objects that are missing on the way are made.</param>
    public List<JsonLevel> ParentsOf(JsonPointer pointer, bool makes)
    {
        var levels = new List<JsonLevel>(1);
        if (Root is { } all)
        {
            levels.Add(all);
        }

        foreach (var token in pointer.Tokens.AsSpan()[..^1])
        {
            var inner = new List<JsonLevel>(levels.Count);
            foreach (var level in levels)
            {
                var found = level.Find(token.Span);
                if (found.Count == 0 && makes && !level.IsArray)
                {
                    found = [level.Add(token, "{}"u8.ToArray())];
                }

                foreach (var item in found)
                {
                    if (level.Enter(item) is { } opened)
                    {
                        inner.Add(opened);
                    }
                }
            }

            levels = inner;
        }

        return levels;
    }

    /// <summary>What became of the body, as edits of its bytes in any order; empty when nothing did.</summary>
    public List<BodyEdit> Edits()
    {
        var edits = new List<BodyEdit>();
        root?.Tell(edits);
        return edits;
    }

    /// <summary>Counts items that are looked at; false when there are too many.</summary>
    internal bool Counts()
    {
        IsUnreadable |= ++items > MostItems;
        return !IsUnreadable;
    }

    /// <summary>Notes that a level is no sound JSON.</summary>
    internal void Distrust() => IsUnreadable = true;
}

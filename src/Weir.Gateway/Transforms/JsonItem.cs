namespace Weir.Gateway.Transforms;

/// <summary>A member of an object or an element of an array that is opened for editing. Made and changed by its level alone.</summary>
internal sealed class JsonItem
{
    /// <summary>Where it begins, with its name's quote; -1 for one that was put in.</summary>
    public int Start { get; init; } = -1;

    /// <summary>The offset behind its name's last quote; <see cref="Start"/> for an element.</summary>
    public int NameEnd { get; init; }

    /// <summary>Where its value begins.</summary>
    public int ValueAt { get; init; }

    /// <summary>The offset behind its value.</summary>
    public int End { get; init; }

    /// <summary>Whether its name, as it came, holds escapes.</summary>
    public bool IsEscaped { get; init; }

    /// <summary>Whether it came with the body.</summary>
    public bool IsOriginal => Start >= 0;

    /// <summary>Whether it was taken away.</summary>
    public bool IsGone { get; set; }

    /// <summary>The name that it was given, without quotes and escapes; null for its own.</summary>
    public ReadOnlyMemory<byte>? Name { get; set; }

    /// <summary>The JSON that it was given; null for its own.</summary>
    public ReadOnlyMemory<byte>? Value { get; set; }

    /// <summary>What was added inside the quotes of its own text; empty for nothing.</summary>
    public byte[] Added { get; set; } = [];

    /// <summary>Its value, opened; null while nobody looked inside.</summary>
    public JsonLevel? Level { get; set; }
}

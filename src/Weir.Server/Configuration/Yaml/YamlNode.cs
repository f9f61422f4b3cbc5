namespace Weir.Server.Configuration.Yaml;

/// <summary>A node of a YAML document with the place where it stands. Line and column count from 1.</summary>
/// <param name="Line">The first line.</param>
/// <param name="Column">The first column.</param>
/// <param name="Start">The offset of the first character in the text.</param>
/// <param name="End">The offset after the last character.</param>
internal abstract record YamlNode(int Line, int Column, int Start, int End)
{
    /// <summary>For people: what kind of node it is.</summary>
    public abstract string KindName { get; }
}

/// <summary>A scalar.</summary>
internal sealed record YamlScalar(string Text, bool Plain, int Line, int Column, int Start, int End)
    : YamlNode(Line, Column, Start, End)
{
    /// <summary>True for <c>null</c>, <c>~</c> and nothing at all, unquoted.</summary>
    public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc />
    public override string KindName => IsNull ? "nothing" : "a single value";
}

/// <summary>A list.</summary>
internal sealed record YamlList(IReadOnlyList<YamlNode> Items, int Line, int Column, int Start, int End)
    : YamlNode(Line, Column, Start, End)
{
    /// <inheritdoc />
    public override string KindName => "a list";
}

/// <summary>A map, in the order of the text. A key that stands twice is here twice; the reader refuses it.</summary>
internal sealed record YamlMap(IReadOnlyList<YamlEntry> Entries, int Line, int Column, int Start, int End)
    : YamlNode(Line, Column, Start, End)
{
    /// <inheritdoc />
    public override string KindName => "a map of keys";
}

/// <summary>One key of a map with its value.</summary>
internal readonly record struct YamlEntry(YamlScalar Key, YamlNode Value);

using System.Collections.Immutable;
using System.Text;

namespace Weir.GraphQL.Language;

/// <summary>A value as it is written in a document. Its text is the value printed.</summary>
internal abstract class ValueNode(int start) : Node(start);

internal sealed class VariableNode(int start, NameNode name) : ValueNode(start)
{
    public string Name => name.Value;
    public NameNode NameNode => name;

    public override string ToString() => "$" + name.Value;
}

internal sealed class IntNode(int start, string text) : ValueNode(start)
{
    public string Text => text;

    public override string ToString() => text;
}

internal sealed class FloatNode(int start, string text) : ValueNode(start)
{
    public string Text => text;

    public override string ToString() => text;
}

internal sealed class TextNode(int start, string value, bool isBlock) : ValueNode(start)
{
    public string Value => value;
    public bool IsBlock => isBlock;

    public override string ToString() => Quoted(value);

    /// <summary>A string in quotes, as the language has it.</summary>
    public static string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var one in value)
        {
            _ = one switch
            {
                '"' or '\\' => text.Append('\\').Append(one),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or (>= '\u007F' and <= '\u009F') => text.Append($"\\u{(int)one:X4}"),
                _ => text.Append(one),
            };
        }

        return text.Append('"').ToString();
    }
}

internal sealed class BooleanNode(int start, bool value) : ValueNode(start)
{
    public bool Value => value;

    public override string ToString() => value ? "true" : "false";
}

internal sealed class NullNode(int start) : ValueNode(start)
{
    public override string ToString() => "null";
}

internal sealed class EnumNode(int start, string value) : ValueNode(start)
{
    public string Value => value;

    public override string ToString() => value;
}

internal sealed class ListNode(int start, ImmutableArray<ValueNode> values) : ValueNode(start)
{
    public ImmutableArray<ValueNode> Values => values;

    public override string ToString() => $"[{string.Join(", ", values)}]";
}

internal sealed class ObjectNode(int start, ImmutableArray<ObjectFieldNode> fields) : ValueNode(start)
{
    public ImmutableArray<ObjectFieldNode> Fields => fields;

    public override string ToString() => $"{{{string.Join(", ", fields)}}}";
}

internal sealed class ObjectFieldNode(int start, NameNode name, ValueNode value) : Node(start)
{
    public NameNode NameNode => name;
    public string Name => name.Value;
    public ValueNode Value => value;

    public override string ToString() => $"{name.Value}: {value}";
}

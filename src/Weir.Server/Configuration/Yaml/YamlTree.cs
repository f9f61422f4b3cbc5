using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Weir.Server.Configuration.Yaml;

/// <summary>
/// Reads one YAML document into nodes that know their place. The text is hostile: size, depth and number of nodes are
/// bounded, an alias counts as all that it stands for (so a few lines cannot unfold into millions of nodes), and a node
/// cannot contain itself.
/// </summary>
internal static class YamlTree
{
    /// <summary>The largest text, in characters.</summary>
    public const int MaxCharacters = 1024 * 1024;

    private const int MaxDepth = 24;
    private const int MaxNodes = 50_000;

    /// <summary>The root, or null with a fault; an empty document is an empty map.</summary>
    public static YamlNode? Read(string text, ICollection<ConfigFault> faults)
    {
        if (text.Length > MaxCharacters)
        {
            faults.Add(new ConfigFault(1, 1, "", $"the text is longer than {MaxCharacters} characters"));
            return null;
        }

        var end = EndOf(text);
        var scanner = new Scanner(new StringReader(text), skipComments: true);
        try
        {
            return new Walk(text, end, new Parser(scanner)).Document();
        }
        catch (YamlFaultException fault)
        {
            faults.Add(new ConfigFault(fault.At.Line, fault.At.Column, "", fault.Message));
        }
        catch (YamlException bad)
        {
            faults.Add(Fault(bad.Start, end, $"this is not YAML: {Plain(bad)}"));
        }
        catch (Exception unread) when (unread is InvalidOperationException or ArgumentException)
        {
            // The library's scanner has these for some texts that it cannot make sense of.
            faults.Add(Fault(scanner.CurrentPosition, end, "this is not YAML: what stands here cannot be read"));
        }

        return null;
    }

    private static ConfigFault Fault(Mark at, Place end, string message)
    {
        var place = Inside(at, end);
        return new ConfigFault(place.Line, place.Column, "", message);
    }

    /// <summary>The place of a mark. What is missing at the end the library puts on a line behind the last one.</summary>
    private static Place Inside(Mark at, Place end) =>
        at.Line > end.Line || (at.Line == end.Line && at.Column > end.Column)
            ? end
            : new Place((int)Math.Max(1, at.Line), (int)Math.Max(1, at.Column));

    private static Place EndOf(string text)
    {
        var (line, start) = (1, 0);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is '\n' or '\u0085' or '\u2028' or '\u2029' || (text[at] == '\r' && !IsFeed(text, at + 1)))
            {
                (line, start) = (line + 1, at + 1);
            }
        }

        return new Place(line, text.Length - start + 1);
    }

    private static bool IsFeed(string text, int at) => at < text.Length && text[at] == '\n';

    private static string Plain(YamlException bad)
    {
        var message = bad.InnerException?.Message ?? bad.Message;
        var line = message.ReplaceLineEndings(" ");
        return line.Length > 200 ? line[..200] : line;
    }

    private sealed class YamlFaultException(Place at, string message) : Exception(message)
    {
        public Place At { get; } = at;
    }

    private readonly record struct Place(int Line, int Column);

    private sealed class Walk(string text, Place last, Parser parser)
    {
        private readonly Dictionary<string, (YamlNode Node, int Weight)> anchors = new(StringComparer.Ordinal);
        private int nodes;

        public YamlNode Document()
        {
            parser.Consume<StreamStart>();
            if (parser.TryConsume<StreamEnd>(out _))
            {
                return new YamlMap([], 1, 1, 0, 0);
            }

            parser.Consume<DocumentStart>();
            var root = Node(0);
            parser.Consume<DocumentEnd>();
            if (parser.Current is DocumentStart second)
            {
                throw Fault(second, "there is a second document: one file holds one");
            }

            return root is YamlScalar { IsNull: true } ? new YamlMap([], 1, 1, 0, 0) : root;
        }

        private YamlNode Node(int depth)
        {
            var current = parser.Current!;
            if (depth > MaxDepth)
            {
                throw Fault(current, $"this is nested deeper than {MaxDepth} levels");
            }

            if (parser.TryConsume<AnchorAlias>(out var alias))
            {
                if (!anchors.TryGetValue(alias.Value.Value, out var target))
                {
                    throw Fault(alias, $"there is no finished anchor \"{alias.Value.Value}\" before this");
                }

                Count(alias, target.Weight);
                return target.Node;
            }

            var before = nodes;
            Count(current, 1);
            var (node, anchor) = current switch
            {
                Scalar => Value(),
                SequenceStart => Sequence(depth),
                MappingStart => Mapping(depth),
                _ => throw Fault(current, "a value was expected here"),
            };
            if (!anchor.IsEmpty)
            {
                anchors[anchor.Value] = (node, nodes - before);
            }

            return node;
        }

        private (YamlNode, AnchorName) Value()
        {
            var scalar = parser.Consume<Scalar>();
            var place = At(scalar);
            // A block scalar's end is where the next token begins: the space between is not its own.
            var end = (int)scalar.End.Index;
            while (end > scalar.Start.Index && char.IsWhiteSpace(text[end - 1]))
            {
                end--;
            }

            return (
                new YamlScalar(
                    scalar.Value,
                    scalar.Style == ScalarStyle.Plain,
                    place.Line,
                    place.Column,
                    (int)scalar.Start.Index,
                    end
                ),
                scalar.Anchor
            );
        }

        private (YamlNode, AnchorName) Sequence(int depth)
        {
            var start = parser.Consume<SequenceStart>();
            var items = new List<YamlNode>();
            while (parser.Current is not SequenceEnd)
            {
                items.Add(Node(depth + 1));
            }

            var end = parser.Consume<SequenceEnd>();

            var place = At(start);
            return (new YamlList(items, place.Line, place.Column, (int)start.Start.Index, EndOf(end)), start.Anchor);
        }

        private (YamlNode, AnchorName) Mapping(int depth)
        {
            var start = parser.Consume<MappingStart>();
            var entries = new List<YamlEntry>();
            while (parser.Current is not MappingEnd)
            {
                var at = parser.Current!;
                if (Node(depth + 1) is not YamlScalar key)
                {
                    throw Fault(at, "a key must be a single word");
                }

                entries.Add(new YamlEntry(key, Node(depth + 1)));
            }

            var end = parser.Consume<MappingEnd>();

            var place = At(start);
            return (new YamlMap(entries, place.Line, place.Column, (int)start.Start.Index, EndOf(end)), start.Anchor);
        }

        // The library ends a list in brackets before the bracket, and a map in braces before the brace.
        private int EndOf(ParsingEvent end)
        {
            var at = (int)end.End.Index;
            return at == (int)end.Start.Index && at < text.Length && text[at] is (']' or '}') ? at + 1 : at;
        }

        private void Count(ParsingEvent at, int weight)
        {
            nodes += weight;
            if (nodes > MaxNodes)
            {
                throw Fault(at, $"the document unfolds into more than {MaxNodes} values");
            }
        }

        private Place At(ParsingEvent at) => Inside(at.Start, last);

        private YamlFaultException Fault(ParsingEvent at, string message) => new(At(at), message);
    }
}

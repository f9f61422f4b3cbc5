using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Foundation;
using Weir.Gateway.Transforms;
using Weir.Gateway.Wire;
using static Weir.Gateway.Tests.Transforms.Bodies;

namespace Weir.Gateway.Tests.Transforms;

/// <summary>Random steps on random bodies: the value is what the same steps on a parsed tree make, and all else the same bytes.</summary>
public sealed class DifferentialTests
{
    private static readonly string[] Names = ["a", "b", "c", "0", "1", "-", "é/~"];

    [Fact]
    public void The_splices_say_what_a_tree_would()
    {
        var changed = 0;
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var body = Object(random, 3);
            var steps = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Step(random)).ToArray();
            var json = Encoding.UTF8.GetBytes(body);
            var changes = TransformPlan
                .Of([.. steps])!
                .Change(json, new TransformScope(Dialect.OpenAIChat, "m", IsCount: false));
            Assert.False(changes.IsUnreadable);
            var sent = Encoding.UTF8.GetString(BodySplice.Flat(BodySplice.Apply(json, changes.Edits)).Span);

            var tree = JsonNode.Parse(body)!.AsObject();
            foreach (var step in steps)
            {
                Apply(tree, step);
            }

            var told =
                $"{seed}: {body} by {string.Join("; ", steps.Select(s => $"{s.Action} {s.Subject} {s.Value}"))} is {sent}";
            Assert.True(JsonNode.DeepEquals(tree, Parse(sent, told)), told);
            Assert.True(changes.Names.IsEmpty == (changes.Edits.Count == 0) || changes.Edits.Count == 0, told);
            Untouched(body, sent, steps, told);
            changed += changes.Edits.Count > 0 ? 1 : 0;
        }

        Assert.InRange(changed, 5_000, 20_000);
    }

    /// <summary>Members that no step names are the very text that they were.</summary>
    private static void Untouched(string body, string sent, TransformConfig[] steps, string told)
    {
        var named = steps
            .SelectMany(s =>
                new[] { JsonPointer.Parse(s.Subject)!.First, s.Action == TransformAction.Rename ? s.Value! : "" }
            )
            .ToHashSet();
        using var was = JsonDocument.Parse(body);
        using var now = JsonDocument.Parse(sent);
        foreach (var member in was.RootElement.EnumerateObject().Where(m => !named.Contains(m.Name)))
        {
            Assert.True(now.RootElement.GetProperty(member.Name).GetRawText() == member.Value.GetRawText(), told);
        }
    }

    private static JsonNode? Parse(string json, string told)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException e)
        {
            Assert.Fail($"{e.Message} {told}");
            return null;
        }
    }

    private static void Apply(JsonObject tree, TransformConfig step)
    {
        var tokens = JsonPointer.Parse(step.Subject)!.Tokens.Select(t => JsonPointer.Text(t.Span)).ToArray();
        JsonNode? at = tree;
        var makes = step.Action is TransformAction.Set or TransformAction.Default;
        foreach (var token in tokens[..^1])
        {
            if (at is JsonObject o)
            {
                if (makes && !o.ContainsKey(token))
                {
                    o[token] = new JsonObject();
                }

                at = o[token];
            }
            else
            {
                at = at is JsonArray list && Index(token) is { } i && i < list.Count ? list[i] : null;
            }
        }

        switch (at)
        {
            case JsonObject o:
                InObject(o, tokens[^1], step);
                break;
            case JsonArray list:
                InArray(list, tokens[^1], step);
                break;
        }
    }

    private static void InObject(JsonObject o, string name, TransformConfig step)
    {
        var isThere = o.ContainsKey(name);
        switch (step.Action)
        {
            case TransformAction.Set:
            case TransformAction.Default when !isThere:
                o[name] = JsonNode.Parse(step.Value!);
                break;
            case TransformAction.Remove:
                o.Remove(name);
                break;
            case TransformAction.Rename when isThere:
                var value = o[name]?.DeepClone();
                o.Remove(name);
                o[step.Value!] = value;
                break;
            case TransformAction.Clamp when isThere && Bounded(o[name], step) is { } bound:
                o[name] = bound;
                break;
        }
    }

    private static void InArray(JsonArray list, string name, TransformConfig step)
    {
        if (name == "-" && step.Action is TransformAction.Set or TransformAction.Default)
        {
            list.Add(JsonNode.Parse(step.Value!));
        }
        else if (Index(name) is { } i && i < list.Count)
        {
            switch (step.Action)
            {
                case TransformAction.Set:
                    list[i] = JsonNode.Parse(step.Value!);
                    break;
                case TransformAction.Remove:
                    list.RemoveAt(i);
                    break;
                case TransformAction.Clamp when Bounded(list[i], step) is { } bound:
                    list[i] = bound;
                    break;
            }
        }
    }

    private static decimal? Bounded(JsonNode? node, TransformConfig step) =>
        node?.GetValueKind() != JsonValueKind.Number ? null
        : node.GetValue<decimal>() < step.Min ? step.Min
        : node.GetValue<decimal>() > step.Max ? step.Max
        : null;

    private static int? Index(string token) => token is "0" or "1" ? token[0] - '0' : null;

    private static TransformConfig Step(Random random)
    {
        var pointer = string.Concat(
            Enumerable
                .Range(0, random.Next(1, 4))
                .Select(_ =>
                    "/"
                    + Name(random)
                        .Replace("~", "~0", StringComparison.Ordinal)
                        .Replace("/", "~1", StringComparison.Ordinal)
                )
        );
        switch (random.Next(6))
        {
            case 0:
                return Default(pointer, Value(random, 2));
            case 1:
                return Remove(pointer);
            case 2:
                var last = JsonPointer.Text(JsonPointer.Parse(pointer)!.Tokens[^1].Span);
                return Rename(pointer, Names.Where(name => name != last).ElementAt(random.Next(Names.Length - 1)));
            case 3:
                var bounds = new[] { random.Next(-5, 5), random.Next(-5, 5) }.Order().ToArray();
                return Clamp(pointer, bounds[0], bounds[1]);
            default:
                return Set(pointer, Value(random, 2));
        }
    }

    private static string Name(Random random) => Names[random.Next(Names.Length)];

    private static string Value(Random random, int depth) =>
        random.Next(depth > 0 ? 8 : 5) switch
        {
            0 => "null",
            1 => "\"x\\\"}] ,é\"",
            2 => random.Next(-9, 9).ToString(CultureInfo.InvariantCulture),
            3 => "true",
            4 => "1.5",
            5 =>
                $"[{Blank(random)}{string.Join(",", Enumerable.Range(0, random.Next(4)).Select(_ => Blank(random) + Value(random, depth - 1) + Blank(random)))}]",
            _ => Object(random, depth),
        };

    private static string Object(Random random, int depth)
    {
        var names = Names.Where(_ => random.Next(2) == 0).ToArray();
        random.Shuffle(names);
        var members = names.Select(name =>
            $"{Blank(random)}{Spelled(random, name)}{Blank(random)}:{Blank(random)}{Value(random, depth - 1)}{Blank(random)}"
        );
        return $"{{{Blank(random)}{string.Join(",", members)}}}";
    }

    private static string Spelled(Random random, string name) =>
        random.Next(4) == 0 ? $"\"{string.Concat(name.Select(c => $"\\u{(int)c:x4}"))}\"" : $"\"{name}\"";

    private static string Blank(Random random) => random.Next(3) == 0 ? " \n"[..random.Next(3)] : "";
}

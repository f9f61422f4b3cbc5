using System.Runtime.CompilerServices;
using Weir.Wire;

namespace Weir.Gateway.Counting;

/// <summary>The members that a count looks at, in any dialect.</summary>
internal enum Field : byte
{
    Type,
    Role,
    Name,
    Text,
    Content,
    Input,
    Output,
    Arguments,
    Source,
    Data,
    Detail,
    ImageUrl,
    Url,
    Function,
    Functions,
    FunctionCall,
    ToolCalls,
    ToolChoice,
    Tools,
    Custom,
    Description,
    Parameters,
    InputSchema,
    Messages,
    System,
    Instructions,
    Refusal,
    Format,
    ResponseFormat,
    Schema,
    JsonSchema,
    Contents,
    Parts,
    SystemInstruction,
    FunctionDeclarations,
    InlineData,
    FunctionResponse,
    Args,
    Response,
    GenerateContentRequest,
    Thought,
    Properties,
    Required,
    Items,
    Enum,
    AnyOf,
    OneOf,
    Summary,
}

/// <summary>Where the members of a JSON object lie that a count looks at, found in one pass. Of a repeated name the last holds.</summary>
internal ref struct RequestFields
{
    private static readonly (Field Field, byte[] Name)[] Names =
    [
        .. System
            .Enum.GetValues<Field>()
            .SelectMany(Spellings)
            .Select(n => (n.Field, System.Text.Encoding.UTF8.GetBytes(n.Name))),
    ];

    private readonly ReadOnlySpan<byte> json;
    private Places places;

    /// <summary>Finds the members; of what is no object there are none.</summary>
    public RequestFields(ReadOnlySpan<byte> json)
    {
        this.json = json;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var name, out _))
        {
            cursor.Peek();
            var start = cursor.Position;
            var value = cursor.Pass();
            foreach (var (field, known) in Names)
            {
                if (name.SequenceEqual(known))
                {
                    places[(int)field] = (start, value.Length);
                    break;
                }
            }
        }
    }

    /// <summary>The member's value as it stands in the bytes; empty when there is none, or it is null.</summary>
    public readonly ReadOnlySpan<byte> this[Field field]
    {
        get
        {
            var (start, length) = places[(int)field];
            var value = json.Slice(start, length);
            return value.SequenceEqual("null"u8) ? default : value;
        }
    }

    /// <summary>The first of two members that is there.</summary>
    public readonly ReadOnlySpan<byte> Either(Field first, Field second) =>
        this[first] is { IsEmpty: false } value ? value : this[second];

    /// <summary>Whether the member is the string <paramref name="text"/>, which is ASCII.</summary>
    public readonly bool Is(Field field, ReadOnlySpan<byte> text)
    {
        var value = this[field];
        return value.Length >= 2
            && value[0] == (byte)'"'
            && JsonText.Is(value[1..^1], value.Contains((byte)'\\'), text);
    }

    // OpenAI and Anthropic write snake_case, Gemini camelCase and takes both.
    private static IEnumerable<(Field Field, string Name)> Spellings(Field field)
    {
        var camel = char.ToLowerInvariant($"{field}"[0]) + $"{field}"[1..];
        yield return (field, camel);
        var snake = string.Concat(camel.Select(c => char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{c}"));
        if (snake != camel)
        {
            yield return (field, snake);
        }

        if (field == Field.Parameters)
        {
            yield return (field, "parametersJsonSchema");
        }
    }

    [InlineArray((int)Field.Summary + 1)]
    private struct Places
    {
        private (int Start, int Length) first;
    }
}

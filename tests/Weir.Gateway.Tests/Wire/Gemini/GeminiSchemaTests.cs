using System.Text;
using System.Text.Json;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire.Gemini;
using Weir.Testing;

namespace Weir.Gateway.Tests.Wire.Gemini;

public sealed class GeminiSchemaTests
{
    [Theory]
    // Types, large; unknown keywords go.
    [InlineData(
        """{"$schema":"x","type":"object","additionalProperties":false,"properties":{"a":{"type":"integer","exclusiveMinimum":0,"minimum":1,"default":3,"multipleOf":2}},"required":["a"]}""",
        """{"type":"OBJECT","properties":{"a":{"type":"INTEGER","minimum":1}},"required":["a"]}"""
    )]
    // Null as a second type, or as an alternative.
    [InlineData("""{"type":["string","null"]}""", """{"type":"STRING","nullable":true}""")]
    [InlineData(
        """{"anyOf":[{"type":"integer"},{"type":"null"}],"description":"d"}""",
        """{"type":"INTEGER","description":"d","nullable":true}"""
    )]
    [InlineData("""{"type":"null"}""", """{"type":"STRING"}""")]
    // Several types, several alternatives: nothing stands beside them.
    [InlineData(
        """{"type":["string","array","null"],"items":{"type":"number"},"description":"d"}""",
        """{"anyOf":[{"type":"STRING","description":"d","nullable":true},{"type":"ARRAY","nullable":true,"items":{"type":"NUMBER"}}]}"""
    )]
    [InlineData(
        """{"oneOf":[{"const":"a"},{"type":"object","properties":{"b":{"type":"boolean"}}}]}""",
        """{"anyOf":[{"type":"STRING","enum":["a"]},{"type":"OBJECT","properties":{"b":{"type":"BOOLEAN"}}}]}"""
    )]
    // A condition on an object leaves the object, alternatives of its parts join it.
    [InlineData(
        """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}""",
        """{"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"STRING"}}}"""
    )]
    [InlineData(
        """{"type":"object","properties":{"kind":{"type":"string"}},"required":["kind"],"oneOf":[{"properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"b":{"type":"string"}}}]}""",
        """{"type":"OBJECT","properties":{"kind":{"type":"STRING"},"a":{"type":"STRING"},"b":{"type":"STRING"}},"required":["kind"]}"""
    )]
    [InlineData("""{"type":"string","anyOf":[{"minLength":2},{"maxLength":0}]}""", """{"type":"STRING"}""")]
    // References, also into lists and with escaped names; allOf adds up.
    [InlineData(
        """{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"string","description":"d"}}}""",
        """{"type":"STRING","description":"d"}"""
    )]
    [InlineData(
        """{"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"$ref":"#/definitions/x"}],"definitions":{"x":{"properties":{"b":{"type":"number"},"a":{"type":"number"}},"required":["b","a","c"]}}}""",
        """{"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"NUMBER"}},"required":["a","b"]}"""
    )]
    [InlineData("""{"$ref":"#/allOf/0","allOf":[{"type":"boolean"}]}""", """{"type":"BOOLEAN"}""")]
    [InlineData("""{"$ref":"https://example.test/other.json"}""", """{"type":"STRING"}""")]
    // Cycles end with the type.
    [InlineData(
        """{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","description":"a node","properties":{"next":{"$ref":"#/$defs/n"},"all":{"type":"array","items":{"$ref":"#/$defs/n"}}}}}}""",
        """{"type":"OBJECT","description":"a node","properties":{"next":{"type":"OBJECT","description":"a node"},"all":{"type":"ARRAY","items":{"type":"OBJECT","description":"a node"}}}}"""
    )]
    [InlineData(
        """{"type":"object","properties":{"self":{"$ref":"#"}}}""",
        """{"type":"OBJECT","properties":{"self":{"type":"OBJECT"}}}"""
    )]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}""", """{"type":"STRING"}""")]
    // Enums are texts; others are told in words.
    [InlineData("""{"enum":["a","",null,"b"]}""", """{"type":"STRING","nullable":true,"enum":["a","b"]}""")]
    [InlineData(
        """{"type":"integer","enum":[1,2],"description":"How many."}""",
        """{"type":"INTEGER","description":"How many. One of: 1, 2"}"""
    )]
    [InlineData("""{"const":true}""", """{"type":"BOOLEAN","description":"One of: true"}""")]
    // Formats that it knows.
    [InlineData("""{"type":"string","format":"uri"}""", """{"type":"STRING"}""")]
    [InlineData("""{"type":"string","format":"date-time"}""", """{"type":"STRING","format":"date-time"}""")]
    [InlineData("""{"type":"integer","format":"int64"}""", """{"type":"INTEGER","format":"int64"}""")]
    // Lists must say of what.
    [InlineData("""{"type":"array"}""", """{"type":"ARRAY","items":{"type":"STRING"}}""")]
    [InlineData(
        """{"prefixItems":[{"type":"number"},{"type":"string"}],"minItems":2,"maxItems":2}""",
        """{"type":"ARRAY","items":{"type":"NUMBER"},"minItems":2,"maxItems":2}"""
    )]
    // Names stay as they are, keywords or not.
    [InlineData(
        """{"type":"object","properties":{"$ref":{"type":"string"},"type":{"type":"string"},"a\"b":{"type":"string"},"é":{}}}""",
        """{"type":"OBJECT","properties":{"$ref":{"type":"STRING"},"type":{"type":"STRING"},"a\"b":{"type":"STRING"},"é":{"type":"STRING"}}}"""
    )]
    // No properties, no list of them.
    [InlineData("""{"type":"object","properties":{},"required":["a"]}""", """{"type":"OBJECT"}""")]
    [InlineData("""{"additionalProperties":{"type":"string"}}""", """{"type":"OBJECT"}""")]
    // Looks ahead are unknown there; a bound must be a number.
    [InlineData("""{"type":"string","pattern":"^(?!a)"}""", """{"type":"STRING"}""")]
    [InlineData("""{"type":"string","pattern":"^a$"}""", """{"type":"STRING","pattern":"^a$"}""")]
    [InlineData("""{"type":"number","minimum":-1e999,"maximum":"x"}""", """{"type":"NUMBER"}""")]
    // What is no schema may be anything.
    [InlineData("true", """{"type":"STRING"}""")]
    [InlineData("[1]", """{"type":"STRING"}""")]
    [InlineData("""{"type":7,"enum":"x","properties":[],"items":3,"anyOf":{},"$ref":5}""", """{"type":"OBJECT"}""")]
    public void A_schema_becomes_one_that_gemini_takes(string json, string expected)
    {
        var made = Write(json);

        Assert.Equal(expected, made);
        Assert.Null(GeminiRules.SchemaFault(GeminiBench.Parse(made), "$"));
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{}}""", "{}")]
    [InlineData("""{"type":"string"}""", "{}")]
    [InlineData(
        """{"anyOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"type":"object","properties":{"b":{"type":"string"}}}]}""",
        """{"parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"STRING"}}}}"""
    )]
    public void The_input_of_a_function_is_one_object(string json, string expected)
    {
        using var buffer = new PooledBuffer(0);
        var to = new JsonOut(buffer);
        to.Object();
        GeminiSchema.WriteParameters(JsonValue.Parse(Encoding.UTF8.GetBytes(json)), to);
        to.EndObject();

        Assert.Equal(expected, Encoding.UTF8.GetString(buffer.Span));
    }

    [Fact]
    public void References_that_unfold_without_end_are_cut()
    {
        // Each of 60 refers twice to the next: 2 to the power of 60 schemas.
        var defs = string.Join(
            ",",
            Enumerable
                .Range(0, 60)
                .Select(i =>
                    $"\"d{i}\":{{\"type\":\"object\",\"properties\":{{\"a\":{{\"$ref\":\"#/$defs/d{i + 1}\"}},\"b\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}}}}}"
                )
        );
        var made = Write("{\"$ref\":\"#/$defs/d0\",\"$defs\":{" + defs + ",\"d60\":{\"type\":\"string\"}}}");

        Assert.InRange(made.Length, 1_000, 1_000_000);
        Assert.Null(GeminiRules.SchemaFault(GeminiBench.Parse(made), "$"));
    }

    [Fact]
    public void Depth_is_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"type":"array","items":""", 120)) + "{}" + new string('}', 120);

        var made = Write(deep);

        Assert.Equal(25, made.Split("ARRAY").Length - 1);
        Assert.Null(GeminiRules.SchemaFault(GeminiBench.Parse(made), "$"));
    }

    [Fact]
    public void Whatever_is_made_of_keywords_becomes_one_that_gemini_takes()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 3_000; i++)
        {
            var schema = Random(random, depth: 0);
            var json =
                $$$"""{"$defs":{"a":{{{Random(random, 1)}}},"b":{{{Random(random, 1)}}}},"properties":{"x":{{{schema}}}}}""";
            var made = Write(json);

            Assert.True(GeminiRules.SchemaFault(GeminiBench.Parse(made), "$") is null, $"{json}\n{made}");
            Assert.Equal(made, Write(json));
        }
    }

    private static string Random(Random random, int depth)
    {
        string[] words = ["object", "string", "array", "number", "integer", "boolean", "null", "any"];
        var members = new List<string>();
        void Maybe(int oneIn, Func<string> member)
        {
            if (random.Next(oneIn) == 0)
            {
                members.Add(member());
            }
        }

        string Inner() => depth > 3 ? "{}" : Random(random, depth + 1);
        string Word() => $"\"{words[random.Next(words.Length)]}\"";
        Maybe(2, () => $"\"type\":{Word()}");
        Maybe(6, () => $"\"type\":[{Word()},{Word()},{Word()}]");
        Maybe(3, () => $"\"properties\":{{\"a\":{Inner()},\"b\":{Inner()}}}");
        Maybe(4, () => "\"required\":[\"a\",\"c\",\"a\"]");
        Maybe(4, () => $"\"items\":{Inner()}");
        Maybe(5, () => $"\"anyOf\":[{Inner()},{Inner()}]");
        Maybe(6, () => $"\"oneOf\":[{Inner()},{{\"type\":\"null\"}},{Inner()}]");
        Maybe(6, () => $"\"allOf\":[{Inner()},{Inner()}]");
        Maybe(5, () => $"\"$ref\":\"{(random.Next(3) switch { 0 => "#/$defs/a", 1 => "#/$defs/b", _ => "#" })}\"");
        Maybe(6, () => "\"enum\":[\"x\",1,null,\"\",true]");
        Maybe(8, () => "\"const\":\"y\"");
        Maybe(8, () => "\"format\":\"uri\",\"pattern\":\"(?=x)\",\"minLength\":-1");
        Maybe(8, () => "\"additionalProperties\":{\"type\":\"string\"},\"description\":\"d\"");
        Maybe(8, () => "\"minItems\":1.5,\"maxItems\":\"3\",\"minimum\":1e400,\"nullable\":true");
        return "{" + string.Join(",", members) + "}";
    }

    private static string Write(string json)
    {
        using var buffer = new PooledBuffer(0);
        GeminiSchema.Write(JsonValue.Parse(Encoding.UTF8.GetBytes(json)), new JsonOut(buffer));
        return Encoding.UTF8.GetString(buffer.Span);
    }
}

using System.Text;
using Weir.Foundation;
using Weir.Gateway.Transforms;
using static Weir.Gateway.Tests.Transforms.Bodies;

namespace Weir.Gateway.Tests.Transforms;

/// <summary>What steps at a place in the body do, to the byte.</summary>
public sealed class FieldTests
{
    /// <summary>RFC 6901, 5.</summary>
    private const string Rfc =
        """{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}""";

    private static string Edited(string body, params TransformConfig[] transforms) =>
        Change(body, Dialect.OpenAIChat, transforms).Body;

    [Theory]
    [InlineData("/foo", """["bar","baz"]""")]
    [InlineData("/foo/0", "\"bar\"")]
    [InlineData("/", "0")]
    [InlineData("/a~1b", "1")]
    [InlineData("/c%d", "2")]
    [InlineData("/e^f", "3")]
    [InlineData("/g|h", "4")]
    [InlineData("/i\\j", "5")]
    [InlineData("/k\"l", "6")]
    [InlineData("/ ", "7")]
    [InlineData("/m~0n", "8")]
    public void A_pointer_means_what_the_standard_says(string pointer, string value) =>
        Assert.Equal(Rfc.Replace(value, "\"!\"", StringComparison.Ordinal), Edited(Rfc, Set(pointer, "\"!\"")));

    [Theory]
    [InlineData("a")]
    [InlineData("/~2")]
    [InlineData("/a~")]
    [InlineData("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17")]
    public void What_is_no_pointer_is_none(string text) => Assert.Null(JsonPointer.Parse(text));

    [Fact]
    public void A_tilde_and_a_one_are_no_slash()
    {
        Assert.Equal("""{"~1":0}""", Edited("""{"~1":1}""", Set("/~01", "0")));
        Assert.Equal("""{"/":1,"~1":0}""", Edited("""{"/":1}""", Set("/~01", "0")));
    }

    [Theory]
    [InlineData("{}", """{"t":1}""")]
    [InlineData("{ }", """{"t":1 }""")]
    [InlineData("""{"a":1}""", """{"a":1,"t":1}""")]
    [InlineData(" { \"a\" : [ ] \n} ", " { \"a\" : [ ],\"t\":1 \n} ")]
    [InlineData("""{"t":"x","a":1}""", """{"t":1,"a":1}""")]
    [InlineData("""{"t":null}""", """{"t":1}""")]
    [InlineData("""{"t" : {"deep":[1,2]} , "a":1}""", """{"t" : 1 , "a":1}""")]
    public void Set_gives_a_member_a_value(string body, string expected) =>
        Assert.Equal(expected, Edited(body, Set("/t", "1")));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1,"t":1}""", true)]
    [InlineData("""{"t":2}""", """{"t":2}""", false)]
    [InlineData("""{"t":null}""", """{"t":null}""", false)]
    public void A_default_is_given_where_nothing_stands(string body, string expected, bool isNamed)
    {
        var (sent, names) = Change(body, Dialect.OpenAIChat, Default("/t", "1"));
        Assert.Equal(expected, sent);
        Assert.Equal(isNamed ? ["default /t"] : [], names);
    }

    [Theory]
    [InlineData("""{"x":1}""", "{}")]
    [InlineData("""{ "x" : 1 }""", "{  }")]
    [InlineData("""{"x":1,"b":2}""", """{"b":2}""")]
    [InlineData("""{"a":1,"x":1}""", """{"a":1}""")]
    [InlineData("""{ "a":1 , "x":1 , "b":2 }""", """{ "a":1 , "b":2 }""")]
    [InlineData("""{"x":1,"x":2,"b":2,"x":3}""", """{"b":2}""")]
    [InlineData("""{"a":1}""", """{"a":1}""")]
    public void Remove_takes_every_member_of_the_name_and_its_comma(string body, string expected) =>
        Assert.Equal(expected, Edited(body, Remove("/x")));

    [Fact]
    public void Steps_on_neighbours_share_commas()
    {
        const string body = """{"a":1, "b":2, "c":3, "d":4}""";
        Assert.Equal("""{"d":4}""", Edited(body, Remove("/b"), Remove("/a"), Remove("/c")));
        Assert.Equal("""{"a":1}""", Edited(body, Remove("/d"), Remove("/b"), Remove("/c")));
        Assert.Equal("""{"a":1,"e":5}""", Edited(body, Remove("/d"), Set("/e", "5"), Remove("/b"), Remove("/c")));
        Assert.Equal(
            """{"e":5,"f":6}""",
            Edited(body, Remove("/d"), Set("/e", "5"), Remove("/b"), Remove("/c"), Remove("/a"), Set("/f", "6"))
        );
        Assert.Equal("{}", Edited(body, Remove("/d"), Remove("/b"), Remove("/c"), Remove("/a")));
    }

    [Fact]
    public void Each_step_finds_what_the_one_before_left()
    {
        Assert.Equal(
            """{"max_completion_tokens":100}""",
            Edited(
                """{"max_tokens":9000}""",
                Rename("/max_tokens", "max_completion_tokens"),
                Clamp("/max_completion_tokens", null, 100)
            )
        );
        Assert.Equal("""{"a":{"b":2}}""", Edited("{}", Set("/a", """{"b":1}"""), Set("/a/b", "2")));
        Assert.Equal("""{"a":{"c":1}}""", Edited("{}", Set("/a", """{"b":1}"""), Rename("/a/b", "c")));
        Assert.Equal("{}", Edited("{}", Set("/a", "1"), Remove("/a")));
        Assert.Equal("""{"a":[2,3]}""", Edited("""{"a":[1,2]}""", Set("/a/-", "3"), Remove("/a/0")));
        Assert.Equal("""{"a":[9]}""", Edited("""{"a":[1,2]}""", Remove("/a/0"), Set("/a/0", "9")));
    }

    [Fact]
    public void Objects_that_are_missing_are_made_and_nothing_is_put_through_a_text()
    {
        const string body = """{"generationConfig":{"topK":1}}""";
        Assert.Equal(
            """{"generationConfig":{"topK":1,"temperature":0.5}}""",
            Edited(body, Set("/generationConfig/temperature", "0.5"))
        );
        Assert.Equal("""{"a":{"b":{"c":1}}}""", Edited("{}", Set("/a/b/c", "1")));
        foreach (var scalar in new[] { "\"x\"", "1", "true", "null" })
        {
            var scalars = $$"""{"a":{{scalar}}}""";
            var (sent, names) = Change(
                scalars,
                Dialect.OpenAIChat,
                Set("/a/b", "1"),
                Default("/a/b/c", "1"),
                Remove("/a/b"),
                Clamp("/a/b", 1, 2),
                Rename("/a/b", "c")
            );
            Assert.Equal(scalars, sent);
            Assert.Empty(names);
        }
    }

    [Theory]
    [InlineData("/a/0", """{"a":[9,2]}""")]
    [InlineData("/a/1", """{"a":[1,9]}""")]
    [InlineData("/a/-", """{"a":[1,2,9]}""")]
    [InlineData("/a/2", """{"a":[1,2]}""")]
    [InlineData("/a/01", """{"a":[1,2]}""")]
    [InlineData("/a/x", """{"a":[1,2]}""")]
    [InlineData("/a/4294967296", """{"a":[1,2]}""")]
    public void Elements_are_meant_by_their_index(string pointer, string expected) =>
        Assert.Equal(expected, Edited("""{"a":[1,2]}""", Set(pointer, "9")));

    [Fact]
    public void An_element_keeps_its_neighbours()
    {
        Assert.Equal("""{"a":[]}""", Edited("""{"a":[1]}""", Remove("/a/0")));
        Assert.Equal("""{"a":[ 2 ]}""", Edited("""{"a":[ 1, 2 ]}""", Remove("/a/0")));
        Assert.Equal("""{"a":[1]}""", Edited("""{"a":[]}""", Set("/a/-", "1")));
        Assert.Equal("""{"a":[{"b":2}]}""", Edited("""{"a":[{"b":1}]}""", Set("/a/0/b", "2")));
        Assert.Equal("""{"a":{"-":1}}""", Edited("""{"a":{}}""", Set("/a/-", "1")));
        Assert.Equal("""{"a":{"0":1}}""", Edited("""{"a":{"0":0}}""", Set("/a/0", "1")));
    }

    [Fact]
    public void A_name_is_found_whatever_its_spelling()
    {
        Assert.Equal("""{"\u0074emperature":1}""", Edited("""{"\u0074emperature":2}""", Set("/temperature", "1")));
        Assert.Equal("{}", Edited("""{"t\u0065mp":2}""", Remove("/temp")));
        Assert.Equal("""{"é\"\n":1}""", Edited("""{"\u00e9\"\n":2}""", Rename("/é\"\n", "é\"\n"), Set("/é\"\n", "1")));
        // Half of a pair is no name of anybody's.
        Assert.Equal("""{"\ud800":1}""", Edited("""{"\ud800":1}""", Remove("/\ufffd")));
    }

    [Fact]
    public void A_name_that_stands_twice_is_changed_twice()
    {
        Assert.Equal("""{"a":1,"a":1}""", Edited("""{"a":5,"a":6}""", Set("/a", "1")));
        Assert.Equal("""{"a":3,"a":3}""", Edited("""{"a":5,"a":6}""", Clamp("/a", null, 3)));
        Assert.Equal("""{"b":5,"b":6}""", Edited("""{"a":5,"a":6,"b":7}""", Rename("/a", "b")));
        Assert.Equal("""{"o":{"a":1},"o":{"b":2,"a":1}}""", Edited("""{"o":{},"o":{"b":2}}""", Set("/o/a", "1")));
    }

    [Theory]
    [InlineData("5", "5")]
    [InlineData("0.5", "1")]
    [InlineData("-1", "1")]
    [InlineData("11", "10")]
    [InlineData("10.0", "10.0")]
    [InlineData("1e1", "1e1")]
    [InlineData("1.1E1", "10")]
    [InlineData("1e999", "10")]
    [InlineData("-1e999", "1")]
    [InlineData("1e-999", "1")]
    [InlineData("99999999999999999999999999999999999", "10")]
    [InlineData("\"99\"", "\"99\"")]
    [InlineData("null", "null")]
    [InlineData("[99]", "[99]")]
    public void Clamp_brings_numbers_inside(string value, string expected) =>
        Assert.Equal($$"""{"n":{{expected}}}""", Edited($$"""{"n":{{value}}}""", Clamp("/n", 1, 10)));

    [Fact]
    public void A_clamp_has_one_bound_or_two()
    {
        Assert.Equal("""{"n":-7}""", Edited("""{"n":-7}""", Clamp("/n", null, 10)));
        Assert.Equal("""{"n":-2.5}""", Edited("""{"n":-7}""", Clamp("/n", -2.5m, null)));
        Assert.Equal("""{"n":-1e999}""", Edited("""{"n":-1e999}""", Clamp("/n", null, 10)));
    }

    [Fact]
    public void What_a_rename_finds_in_its_place_goes()
    {
        Assert.Equal("""{"y":1}""", Edited("""{"x":1,"y":2}""", Rename("/x", "y")));
        Assert.Equal("""{"y":2}""", Edited("""{"y":2}""", Rename("/x", "y")));
        Assert.Equal("""{"o":{"y":1}}""", Edited("""{"o":{"x":1}}""", Rename("/o/x", "y")));
        Assert.Equal("""{"a":[1,2]}""", Edited("""{"a":[1,2]}""", Rename("/a/0", "1")));
    }

    [Fact]
    public void A_body_without_what_steps_look_for_is_left_as_it_is()
    {
        const string body = """{"model":"m","messages":[{"role":"user","content":"hi"}]}""";
        var json = Encoding.UTF8.GetBytes(body);
        var changes = TransformPlan
            .Of([Remove("/x"), Clamp("/max_tokens", null, 1), Rename("/y", "z")])!
            .Change(json, new TransformScope(Dialect.OpenAIChat, "m", IsCount: false));
        Assert.Empty(changes.Edits);
        Assert.Empty(changes.Names);
    }

    [Fact]
    public void What_cannot_be_read_where_a_step_looks_is_told()
    {
        var scope = new TransformScope(Dialect.OpenAIChat, "m", IsCount: false);
        var deep = $"{{\"a\":{{\"b\":{new string('[', 300)}{new string(']', 300)}}}}}";
        var wide = $$"""{"a":[{{string.Join(',', Enumerable.Repeat("1", OpenedBody.MostItems + 1))}}]}""";
        var many = $"{{\"a\":{{{string.Join(',', Enumerable.Repeat("\"n\":9", OpenedBody.MostItems + 1))}}}}}";
        foreach (var body in new[] { """{"a":{"b":1,}}""", """{"a":{"b" 1}}""", """{"a":[1 2]}""", deep, wide, many })
        {
            var json = Encoding.UTF8.GetBytes(body);
            var changes = TransformPlan.Of([Clamp("/a/n", 0, 1), Clamp("/a/0", 0, 1)])!.Change(json, scope);
            Assert.True(changes.IsUnreadable, body[..Math.Min(body.Length, 40)]);
            Assert.Empty(changes.Edits);
            // Nobody who looks elsewhere minds, but of what nests too deep.
            Assert.Equal(body == deep, TransformPlan.Of([Set("/z", "1")])!.Change(json, scope).IsUnreadable);
        }
    }

    [Fact]
    public void A_step_is_for_its_dialect_and_its_models()
    {
        var chat = Set("/a", "1") with { Dialect = Dialect.OpenAIChat, Model = "gpt-*" };
        var here = new TransformScope(Dialect.OpenAIChat, "gpt-5", IsCount: false);
        Assert.Equal("""{"a":1}""", Change("{}", here, chat).Body);
        Assert.Equal("{}", Change("{}", here with { Model = "o3" }, chat).Body);
        Assert.Equal("{}", Change("{}", here with { Model = null }, chat).Body);
        Assert.Equal("{}", Change("{}", here with { Dialect = Dialect.Gemini }, chat).Body);
    }

    [Fact]
    public void Geminis_names_have_two_spellings()
    {
        const string body = """{"generation_config":{"max_output_tokens":9000}}""";
        const string bounded = """{"generation_config":{"max_output_tokens":5}}""";
        Assert.Equal(bounded, Change(body, Dialect.Gemini, Clamp("/generationConfig/maxOutputTokens", null, 5)).Body);
        Assert.Equal(bounded, Change(body, Dialect.Gemini, Set("/generation_config/maxOutputTokens", "5")).Body);
        Assert.Equal(
            """{"generationConfig":{"maxOutputTokens":5}}""",
            Change(
                """{"generationConfig":{"maxOutputTokens":9}}""",
                Dialect.Gemini,
                Clamp("/generation_config/max_output_tokens", null, 5)
            ).Body
        );
        Assert.Equal("""{"topK":1}""", Change("""{"top_k":1}""", Dialect.Gemini, Rename("/top_k", "topK")).Body);
        Assert.Equal(body, Edited(body, Clamp("/generationConfig/maxOutputTokens", null, 5)));
    }

    [Fact]
    public void Embeddings_are_changed_by_what_is_meant_for_them_alone()
    {
        var scope = new TransformScope(Dialect.OpenAIEmbeddings, "m", IsCount: false);
        Assert.False(TransformPlan.Of([Set("/a", "1"), SystemText("x")])!.ReadsBody(scope));
        var meant = Set("/dimensions", "256") with { Dialect = Dialect.OpenAIEmbeddings };
        Assert.Equal("""{"dimensions":256}""", Change("{}", scope, meant).Body);
    }

    [Fact]
    public void A_count_gets_what_a_count_takes()
    {
        var all = new[]
        {
            Set("/max_tokens", "5"),
            Set("/tool_choice", "{}"),
            Rename("/tools", "functions"),
            SystemText("s"),
        };
        var anthropic = new TransformScope(Dialect.AnthropicMessages, "m", IsCount: true);
        Assert.Equal("""{"tools":1,"tool_choice":{},"system":"s"}""", Change("""{"tools":1}""", anthropic, all).Body);
        Assert.Equal(
            """{"tools":1,"tool_choice":{},"instructions":"s"}""",
            Change("""{"tools":1}""", anthropic with { Dialect = Dialect.OpenAIResponses }, all).Body
        );

        var gemini = anthropic with { Dialect = Dialect.Gemini };
        Assert.Equal("""{"contents":[]}""", Change("""{"contents":[]}""", gemini, all).Body);
        Assert.Equal(
            """{"generateContentRequest":{"a":1,"systemInstruction":{"parts":[{"text":"s"}]}}}""",
            Change("""{"generateContentRequest":{"a":1}}""", gemini, SystemText("s")).Body
        );
    }
}

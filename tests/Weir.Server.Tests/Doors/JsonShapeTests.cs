using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FsCheck;
using FsCheck.Fluent;
using Weir.Server.Doors;
using Weir.Testing;

namespace Weir.Server.Tests.Doors;

public sealed class JsonShapeTests
{
    private static readonly JsonTypeInfo Type = new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter() },
    }.GetTypeInfo(typeof(Order));

    public static TheoryData<string, string[]> Cases { get; } =
        new()
        {
            { """{"name":"a"}""", [] },
            { """{"Name":"a","lines":[{"count":1}],"tags":{"a":"b"},"until":"2026-07-02T10:00:00Z"}""", [] },
            { """{"name":"a","count":null,"lines":null}""", [] },
            { "{}", ["/name: is missing"] },
            { "[]", [": must be an object"] },
            { "3", [": must be an object"] },
            {
                """{"name":3,"count":"x","lines":[1,{"count":1.5,"x/y~z":1},null],"tags":{"a":1,"b":null},"nmae":1,"until":"x","pace":"brisk"}""",
                [
                    "/count: must be a whole number",
                    "/lines/0: must be an object",
                    "/lines/1/count: must be a whole number",
                    "/lines/1/x~1y~0z: there is no such member (known: count)",
                    "/lines/2: must not be null",
                    "/name: must be a text",
                    "/nmae: there is no such member (did you mean \"name\"?)",
                    "/pace: must be one of Slow, Fast",
                    "/tags/a: must be a text",
                    "/tags/b: must not be null",
                    "/until: must be a time, as \"2026-07-02T10:00:00Z\"",
                ]
            },
            { """{"name":null}""", ["/name: must not be null"] },
            { """{"name":"a","name":"b"}""", ["/name: stands here a second time"] },
            { """{"name":"a","NAME":"b"}""", ["/NAME: stands here a second time"] },
            { """{"name":"a","tags":{"x":"1","x":"2"}}""", ["/tags/x: stands here a second time"] },
            { """{"name":"a","count":99999999999999999999}""", ["/count: must be a whole number"] },
            { """{"name":"\ud800"}""", ["/name: must be a text"] },
            { """{"name":"a","\ud800":1}""", [": has a member whose name holds half a character"] },
            { """{"name":"a",}""", [": is not JSON: line 1, byte 13"] },
            { """{"name":"a"} x""", [": is not JSON: line 1, byte 14"] },
            { "", [": is not JSON: line 1, byte 1"] },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_fault_is_named_at_once(string json, string[] faults) => Assert.Equal(faults, Faults(json));

    [Fact]
    public void Depth_is_bounded()
    {
        var deep = "{\"name\":\"a\",\"any\":" + new string('[', 31) + new string(']', 31) + "}";
        var deeper = "{\"name\":\"a\",\"any\":" + new string('[', 32) + new string(']', 32) + "}";
        var bomb = new string('[', 1_000_000);

        Assert.Empty(Faults(deep));
        Assert.Equal([": is nested deeper than 32 levels"], Faults(deeper));
        Assert.Equal([": is nested deeper than 32 levels"], Faults(bomb));
    }

    [Fact]
    public void What_is_not_utf8_is_told()
    {
        var faults = JsonShape.Faults(Encoding.Latin1.GetBytes("{\"name\":\"\xe4\"}"), Type);

        Assert.Equal("is not UTF-8", Assert.Single(faults).Value);
    }

    [Fact]
    public void The_number_of_faults_is_bounded()
    {
        var many = "{" + string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"m{i}\":1")) + "}";

        Assert.Equal(64, Faults(many).Length);
    }

    [Fact]
    public void What_has_no_fault_becomes_the_type_and_nothing_ever_throws() =>
        Prop.ForAll(
                RandomJson.Of("name", "count", "lines", "tags", "until", "pace", "any").ToArbitrary(),
                json =>
                {
                    if (Faults(json).Length == 0)
                    {
                        Assert.NotNull(((Order?)JsonSerializer.Deserialize(json, Type))!.Name);
                    }
                }
            )
            .QuickCheckThrowOnFailure();

    private static string[] Faults(string json) =>
        [.. JsonShape.Faults(Encoding.UTF8.GetBytes(json), Type).Select(fault => $"{fault.Key}: {fault.Value}")];

    private sealed record Order
    {
        public required string Name { get; init; }
        public int? Count { get; init; }
        public IReadOnlyList<Line>? Lines { get; init; }
        public IReadOnlyDictionary<string, string>? Tags { get; init; }
        public DateTimeOffset? Until { get; init; }
        public Pace Pace { get; init; }
        public JsonElement? Any { get; init; }
    }

    private sealed record Line(int Count = 0);

    private enum Pace
    {
        Slow,
        Fast,
    }
}

using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Translation;

/// <summary>Whatever an upstream streams, however it is cut, the caller gets a stream that is legal in its own dialect.</summary>
public sealed class AnyStreamTests
{
    private static readonly VendorCompletion Busy = new()
    {
        Id = "id_1",
        Model = "the-model",
        Blocks =
        [
            new VendorThinking("Look at\nthe \"water\" first."),
            new VendorText("Zwei Blicke — \\ 水."),
            new VendorToolCall("call_1", "look", """{"place": "weir", "deep": [1, {"x": "}\""}]}"""),
            new VendorToolCall("call_2", "list", """{"all": true}"""),
        ],
        Usage = new TokenUsage
        {
            Input = 20,
            CacheRead = 100,
            Output = 40,
            Reasoning = 9,
        },
    };

    [Theory]
    [MemberData(nameof(AnyDialect.Pairs), MemberType = typeof(AnyDialect))]
    public void Says_what_the_upstream_said(Dialect upstream, Dialect caller)
    {
        var told = AnyDialect.Listen(
            caller,
            AnyDialect.Translate(upstream, caller, AnyDialect.Stream(upstream, Busy), [int.MaxValue])
        );

        Assert.Equal("Zwei Blicke — \\ 水.", told.Text);
        Assert.Equal("""look({"place":"weir","deep":[1,{"x":"}\u0022"}]})|list({"all":true})""", told.Calls);
        Assert.Equal("tools", told.End);
        // The stand-in for Responses shows no summary of its reasoning.
        Assert.Contains(told.Thinking, new[] { "Look at\nthe \"water\" first.", "" });
    }

    [Theory]
    [MemberData(nameof(AnyDialect.Pairs), MemberType = typeof(AnyDialect))]
    public void Is_the_same_in_any_pieces(Dialect upstream, Dialect caller)
    {
        var bytes = AnyDialect.Stream(upstream, Busy);
        var whole = AnyDialect.Translate(upstream, caller, bytes, [int.MaxValue]);
        Assert.Equal(whole, AnyDialect.Translate(upstream, caller, bytes, [1]));

        var pieces = Gen.Choose(1, 300).NonEmptyListOf().Select(l => l.ToArray()).ToArbitrary();
        Prop.ForAll(pieces, p => AnyDialect.Translate(upstream, caller, bytes, p) == whole).QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(AnyDialect.Pairs), MemberType = typeof(AnyDialect))]
    public void Cut_at_any_byte_it_is_legal_and_owns_up_to_it(Dialect upstream, Dialect caller)
    {
        var bytes = AnyDialect.Stream(upstream, Busy);
        var whole = AnyDialect.Listen(caller, AnyDialect.Translate(upstream, caller, bytes, [int.MaxValue]));
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            foreach (var isWhole in new[] { false, true })
            {
                var told = AnyDialect.Listen(
                    caller,
                    AnyDialect.Translate(upstream, caller, bytes.AsSpan(0, cut), [int.MaxValue], isWhole)
                );
                if (told.End != "failed")
                {
                    Assert.Equal(whole, told);
                }

                Assert.StartsWith(told.Text, whole.Text, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(AnyDialect.Pairs), MemberType = typeof(AnyDialect))]
    public void Any_answer_arrives_as_it_was_said(Dialect upstream, Dialect caller)
    {
        // Names and ids of half a surrogate pair are no text anywhere, so they are left out of the sample.
        var text = ArbMap.Default.GeneratorFor<NonEmptyString>().Select(s => Whole(s.Get));
        var block = Gen.OneOf(
            text.Select(t => (VendorBlock)new VendorText(t)),
            text.Select(t =>
                (VendorBlock)
                    new VendorToolCall("", "tool", $$"""{"a":{{System.Text.Json.JsonSerializer.Serialize(t)}}}""")
            )
        );
        var blocks = block.NonEmptyListOf().Select(l => l.Take(6).Select(WithId).ToArray()).ToArbitrary();
        Prop.ForAll(
                blocks,
                b =>
                {
                    var bytes = AnyDialect.Stream(upstream, Busy with { Blocks = [.. b] });
                    var told = AnyDialect.Listen(caller, AnyDialect.Translate(upstream, caller, bytes, [97]));
                    Assert.Equal(string.Concat(b.OfType<VendorText>().Select(t => t.Text)), told.Text);
                    Assert.Equal(
                        b.OfType<VendorToolCall>()
                            .Select(c => $"tool({Wire.OpenAIResponses.Translations.Plain(c.Arguments)})"),
                        told.Calls.Length == 0
                            ? []
                            : told.Calls.Split("|tool(").Select((c, i) => i == 0 ? c : "tool(" + c)
                    );
                }
            )
            .QuickCheckThrowOnFailure();

        static VendorBlock WithId(VendorBlock block, int i) =>
            block is VendorToolCall call ? call with { Id = $"call_{i}" } : block;
    }

    /// <summary>The text without lone surrogates, and without the separator that the test splits by.</summary>
    private static string Whole(string text) =>
        new([
            .. System
                .Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text.Replace('|', '_')))
                .Where(c => !char.IsSurrogate(c) && c != '\0'),
            'x',
        ]);
}

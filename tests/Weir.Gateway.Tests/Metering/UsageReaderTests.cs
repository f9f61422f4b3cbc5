using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation;
using Weir.Gateway.Metering;

namespace Weir.Gateway.Tests.Metering;

/// <summary>Running totals are set, never added; classes are disjoint and never more than what the provider calls the whole.</summary>
public sealed class UsageReaderTests
{
    private static readonly Arbitrary<long?> Count = Gen.OneOf(
            Gen.Constant((long?)null),
            Gen.Choose(0, 100_000).Select(n => (long?)n)
        )
        .ToArbitrary();

    [Fact]
    public void Anthropic_each_figure_is_the_last_one_given()
    {
        var deltas = Gen.ListOf(
                from output in Count.Generator
                from input in Count.Generator
                from read in Count.Generator
                select (Output: output, Input: input, Read: read)
            )
            .ToArbitrary();

        Prop.ForAll(
                deltas,
                list =>
                {
                    var meter = ResponseMeters.ForStream(Dialect.AnthropicMessages);
                    Feed(
                        meter,
                        """{"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":3,"output_tokens":1}}}"""
                    );
                    foreach (var (output, input, read) in list)
                    {
                        Feed(
                            meter,
                            $$$"""{"type":"message_delta","delta":{"stop_reason":null},"usage":{{{Object(("output_tokens", output), ("input_tokens", input), ("cache_read_input_tokens", read))}}}}"""
                        );
                    }

                    meter.Complete();
                    var usage = meter.Reading.Usage;
                    return usage.Output == (list.Select(d => d.Output).LastOrDefault(o => o is not null) ?? 1)
                        && usage.Input == (list.Select(d => d.Input).LastOrDefault(o => o is not null) ?? 3)
                        && usage.CacheRead == list.Select(d => d.Read).LastOrDefault(o => o is not null);
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Anthropic_cache_writes_by_lifetime_add_up_to_the_last_total()
    {
        var figures =
            from total in Gen.Choose(0, 5000)
            from five in Count.Generator
            from hour in Count.Generator
            select (total, five, hour);

        Prop.ForAll(
                figures.ToArbitrary(),
                f =>
                {
                    var meter = ResponseMeters.ForStream(Dialect.AnthropicMessages);
                    Feed(
                        meter,
                        $$$$"""{"type":"message_start","message":{"usage":{"cache_creation_input_tokens":1,"cache_creation":{{{{Object(("ephemeral_5m_input_tokens", f.five), ("ephemeral_1h_input_tokens", f.hour))}}}}}}}"""
                    );
                    Feed(
                        meter,
                        $$$"""{"type":"message_delta","usage":{"cache_creation_input_tokens":{{{f.total}}},"output_tokens":1}}"""
                    );
                    meter.Complete();
                    var usage = meter.Reading.Usage;
                    return usage.CacheWrite5m + (usage.CacheWrite1h ?? 0) == f.total
                        && (usage.CacheWrite1h ?? 0) <= (f.hour ?? 0);
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Chat_classes_add_up_to_the_prompt()
    {
        var figures =
            from prompt in Count.Generator
            from cached in Count.Generator
            from written in Count.Generator
            from output in Count.Generator
            from reasoning in Count.Generator
            select (prompt, cached, written, output, reasoning);

        Prop.ForAll(
                figures.ToArbitrary(),
                f =>
                {
                    var meter = ResponseMeters.ForDocument(Dialect.OpenAIChat);
                    var details = Object(("cached_tokens", f.cached), ("cache_write_tokens", f.written));
                    var made = Object(("reasoning_tokens", f.reasoning));
                    var top = Object(("prompt_tokens", f.prompt), ("completion_tokens", f.output))[1..^1];
                    var comma = top.Length == 0 ? "" : ",";
                    meter.Feed(
                        Encoding.UTF8.GetBytes(
                            $$$"""{"usage":{{{{top}}}{{{comma}}}"prompt_tokens_details":{{{details}}},"completion_tokens_details":{{{made}}}} }"""
                        )
                    );
                    meter.Complete();
                    var usage = meter.Reading.Usage;
                    return (f.prompt is null || usage.Prompt == f.prompt)
                        && (f.prompt is not null || (usage.Input is null && usage.CacheRead == f.cached))
                        && usage.Output == f.output
                        && (usage.Reasoning ?? 0) <= (f.output ?? 0);
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Reading_is_the_same_for_members_in_any_order()
    {
        string[] members =
        [
            "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":4}",
            "\"choices\":[]",
            "\"id\":\"c\"",
            "\"model\":\"m\"",
            "\"service_tier\":\"flex\"",
        ];

        Prop.ForAll(
                Gen.Shuffle(members).ToArbitrary(),
                order =>
                {
                    var meter = ResponseMeters.ForStream(Dialect.OpenAIChat);
                    Feed(meter, "{" + string.Join(" , ", order) + "}");
                    var reading = meter.Reading;
                    return reading
                        is {
                            IsFinal: true,
                            Model: "m",
                            MessageId: "c",
                            PriceMode: "flex",
                            Usage: { Input: 10, Output: 4 }
                        };
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_figure_that_cannot_be_does_not_replace_one_that_can()
    {
        foreach (var lie in new[] { "-1", "1.5", "1e9", "\"7\"", "99999999999", "null", "[1]", "{}", "true" })
        {
            var meter = ResponseMeters.ForStream(Dialect.AnthropicMessages);
            Feed(meter, """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}""");
            Feed(meter, $$$"""{"type":"message_delta","usage":{"output_tokens":{{{lie}}}}}""");

            Assert.Equal(7, meter.Reading.Usage.Output);
        }
    }

    private static void Feed(ResponseMeter meter, string json) =>
        meter.Feed(Encoding.UTF8.GetBytes($"data: {json}\n\n"));

    private static string Object(params (string Name, long? Value)[] members) =>
        "{"
        + string.Join(
            ',',
            members
                .Where(m => m.Value is not null)
                .Select(m => string.Create(CultureInfo.InvariantCulture, $"\"{m.Name}\":{m.Value}"))
        )
        + "}";
}

using System.Text;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Wire;

namespace Weir.Gateway.Tests.Metering;

/// <summary>What an upstream may send to break a meter.</summary>
public sealed class HostileAnswerTests
{
    private static readonly Dialect[] Dialects = Enum.GetValues<Dialect>();

    [Fact]
    public void Mutated_answers_never_throw_and_never_report_the_impossible()
    {
        var random = new Random(20260702);
        for (var round = 0; round < 4000; round++)
        {
            var exchange = RecordedExchange.All[random.Next(RecordedExchange.All.Count)];
            var bytes = Mutate(exchange.Bytes, random);
            foreach (var dialect in new[] { exchange.Dialect, Dialects[random.Next(Dialects.Length)] })
            {
                var meter = ResponseMeters.For(dialect, exchange.ContentType);
                for (var at = 0; at < bytes.Length; )
                {
                    var length = Math.Min(random.Next(1, 300), bytes.Length - at);
                    meter.Feed(bytes.AsSpan(at, length));
                    at += length;
                }

                meter.Complete();
                AssertPossible(meter.Reading);
            }
        }
    }

    [Fact]
    public void Random_bytes_are_passed_over()
    {
        var random = new Random(7);
        foreach (var dialect in Dialects)
        {
            foreach (var type in new[] { "text/event-stream", "application/json", null })
            {
                var meter = ResponseMeters.For(dialect, type);
                var bytes = new byte[5000];
                random.NextBytes(bytes);
                meter.Feed(bytes);
                meter.Complete();

                Assert.True(meter.Reading.Usage.IsUnknown);
                Assert.False(meter.Reading.IsFinal);
            }
        }
    }

    [Fact]
    public void An_event_above_the_bound_is_given_up_and_the_next_one_read()
    {
        var meter = ResponseMeters.ForStream(Dialect.AnthropicMessages);
        meter.Feed("data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":9},\"x\":\""u8);
        var piece = new byte[1 << 20];
        piece.AsSpan().Fill((byte)'x');
        for (var i = 0; i < 17; i++)
        {
            meter.Feed(piece);
        }

        meter.Feed(
            "\"}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":5}}\n\n"u8
        );
        meter.Complete();

        Assert.Equal(5, meter.Reading.Usage.Output);
    }

    [Fact]
    public void A_document_above_the_bound_is_not_reported()
    {
        var meter = ResponseMeters.ForDocument(Dialect.OpenAIEmbeddings);
        meter.Feed("{\"usage\":{\"prompt_tokens\":5},\"data\":[\""u8);
        var piece = new byte[1 << 20];
        piece.AsSpan().Fill((byte)'A');
        for (var i = 0; i < 17; i++)
        {
            meter.Feed(piece);
        }

        meter.Feed("\"]}"u8);
        meter.Complete();

        Assert.True(meter.Reading.Usage.IsUnknown);
        Assert.False(meter.Reading.SawEnd);
    }

    [Fact]
    public void Nesting_a_million_deep_costs_nothing_but_its_event()
    {
        var meter = ResponseMeters.ForStream(Dialect.OpenAIChat);
        var deep = "data: {\"choices\":" + new string('[', 1_000_000) + "\n\n";
        meter.Feed(Encoding.UTF8.GetBytes(deep));
        meter.Feed("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n"u8);
        meter.Complete();

        Assert.Equal(2, meter.Reading.Usage.Output);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_piece_of_content()
    {
        var streams = new Dictionary<Dialect, byte[]>
        {
            [Dialect.AnthropicMessages] =
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello \\n\"}}\n\n"u8.ToArray(),
            [Dialect.OpenAIChat] =
                "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-5\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},\"finish_reason\":null}],\"usage\":null}\n\n"u8.ToArray(),
            [Dialect.OpenAIResponses] =
                "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"item_id\":\"m\",\"delta\":\"Hello\",\"sequence_number\":5}\n\n"u8.ToArray(),
            [Dialect.Gemini] =
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hello\"}]}}],\"usageMetadata\":{\"promptTokenCount\":5},\"modelVersion\":\"g\",\"responseId\":\"r\"}\r\n\r\n"u8.ToArray(),
        };
        foreach (var (dialect, bytes) in streams)
        {
            var meter = ResponseMeters.ForStream(dialect);
            for (var i = 0; i < 200; i++)
            {
                meter.Feed(bytes);
                meter.Feed(bytes.AsSpan(0, 30));
                meter.Feed(bytes.AsSpan(30));
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                meter.Feed(bytes);
                meter.Feed(bytes.AsSpan(0, 30));
                meter.Feed(bytes.AsSpan(30));
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(meter.Reading.ContentCharacters > 0);
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var edits = random.Next(1, 6); edits > 0 && bytes.Count > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                case 3:
                    bytes[at] = (byte)"{}[]\",:\\0-9.eE\n\r"[random.Next(16)];
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    private static void AssertPossible(MeterReading reading)
    {
        var usage = reading.Usage;
        foreach (
            var count in new[]
            {
                usage.Input,
                usage.CacheRead,
                usage.CacheWrite5m,
                usage.CacheWrite1h,
                usage.Output,
                usage.Reasoning,
            }
        )
        {
            Assert.True(count is null or (>= 0 and <= 10 * JsonCursor.MaxCount), $"{usage}");
        }

        Assert.True((usage.Reasoning ?? 0) <= (usage.Output ?? 0), $"{usage}");
        Assert.True(reading.Model is null or { Length: > 0 }, "an empty model");
        Assert.True(reading.ErrorType is null or { Length: > 0 }, "an empty error");
    }
}

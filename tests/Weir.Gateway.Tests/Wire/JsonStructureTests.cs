using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Weir.Wire;

namespace Weir.Gateway.Tests.Wire;

public sealed class JsonStructureTests
{
    [Fact]
    public void Ends_where_the_frameworks_reader_ends_for_any_valid_json() =>
        Prop.ForAll(
                Gen.Choose(0, int.MaxValue).ToArbitrary(),
                seed =>
                {
                    var random = new Random(seed);
                    var json = new RandomJson(random);
                    var value = Encoding.UTF8.GetBytes("[" + json.Value(6) + "]");
                    var padding = random.Next(0, 70);
                    byte[] text = [.. new byte[padding], .. value, .. "]}\"x"u8];
                    var reader = new Utf8JsonReader(value);
                    reader.Read();
                    reader.Skip();

                    return JsonStructure.SkipContainer(text, padding, 256) == padding + reader.BytesConsumed;
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Agrees_with_a_plain_scan_on_any_bytes_at_all()
    {
        var alphabet = "{}[]\"\\ax"u8.ToArray();
        Prop.ForAll(
                Gen.Choose(0, int.MaxValue).ToArbitrary(),
                seed =>
                {
                    var random = new Random(seed);
                    var text = new byte[random.Next(1, 400)];
                    for (var i = 0; i < text.Length; i++)
                    {
                        text[i] = alphabet[random.Next(alphabet.Length)];
                    }

                    text[0] = (byte)'{';
                    var limit = random.Next(1, 30);
                    return JsonStructure.SkipContainer(text, 0, limit) == PlainScan(text, limit);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Theory]
    [InlineData("\"\"", 2)]
    [InlineData("\"ab\"c\"", 4)]
    [InlineData("\"a\\\"b\"", 6)]
    [InlineData("\"a\\\\\"b\"", 5)]
    [InlineData("\"a\\\\\\\"b\"", 8)]
    [InlineData("\"a", JsonStructure.Unclosed)]
    [InlineData("\"a\\\"", JsonStructure.Unclosed)]
    [InlineData("\"", JsonStructure.Unclosed)]
    public void A_strings_end_is_its_first_quote_that_no_backslash_escapes(string text, int expected) =>
        Assert.Equal(expected, JsonStructure.SkipString(Encoding.UTF8.GetBytes(text), 0));

    [Theory]
    [InlineData("[1,2", JsonStructure.Unclosed)]
    [InlineData("[1,2}", JsonStructure.Unclosed)]
    [InlineData("{\"a\":\"}\"", JsonStructure.Unclosed)]
    [InlineData("[[[]]]", JsonStructure.TooDeep)]
    [InlineData("[[]]", 4)]
    public void Says_why_there_is_no_end(string text, int expected) =>
        Assert.Equal(expected, JsonStructure.SkipContainer(Encoding.UTF8.GetBytes(text), 0, 2));

    private static int PlainScan(byte[] text, int limit)
    {
        var depth = 0;
        var inString = false;
        for (var i = 0; i < text.Length; i++)
        {
            // A backslash escapes a quote wherever it stands: outside strings it is malformed anyway.
            if (text[i] == (byte)'\\' && i + 1 < text.Length && text[i + 1] is (byte)'"' or (byte)'\\')
            {
                i++;
            }
            else if (text[i] == (byte)'"')
            {
                inString = !inString;
            }
            else if (!inString && text[i] is (byte)'{' or (byte)'[')
            {
                if (++depth > limit)
                {
                    return JsonStructure.TooDeep;
                }
            }
            else if (!inString && text[i] is (byte)'}' or (byte)']' && --depth == 0)
            {
                return text[i] == (byte)'}' ? i + 1 : JsonStructure.Unclosed;
            }
        }

        return JsonStructure.Unclosed;
    }
}

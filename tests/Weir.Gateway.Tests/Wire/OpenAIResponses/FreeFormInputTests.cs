using System.Text;
using System.Text.Json;
using Weir.Gateway.Wire.OpenAIResponses;

namespace Weir.Gateway.Tests.Wire.OpenAIResponses;

public sealed class FreeFormInputTests
{
    /// <summary>Feeds the arguments in pieces, each escaped as a JSON string's inside, and returns the text.</summary>
    private static string Unwrap(params string[] arguments)
    {
        using var told = new MemoryStream();
        var input = default(FreeFormInput);
        foreach (var piece in arguments)
        {
            told.Write(input.Take(Encoding.ASCII.GetBytes(Escape(piece))));
        }

        told.Write(input.End());
        Assert.Equal(Encoding.UTF8.GetString(told.ToArray()), Encoding.UTF8.GetString(input.Text));
        input.Dispose();
        return JsonSerializer.Deserialize<string>($"\"{Encoding.UTF8.GetString(told.ToArray())}\"")!;
    }

    /// <summary>By hand, for a serializer takes no half of a surrogate pair, and providers send them.</summary>
    private static string Escape(string text) =>
        string.Concat(
            text.Select(c => c is >= ' ' and < (char)0x7f and not ('"' or '\\') ? $"{c}" : $"\\u{(int)c:x4}")
        );

    [Theory]
    [InlineData("""{"input":"plain"}""", "plain")]
    [InlineData("""{"input":""}""", "")]
    [InlineData(""" { "input" : "a\nb\t\"c\" \\ \/ \u00e4 \ud83c\udf0a" } """, "a\nb\t\"c\" \\ / ä 🌊")]
    [InlineData("""{"input":"ä 🌊"}""", "ä 🌊")]
    [InlineData("""{"input":"x","more":1}""", "x")]
    [InlineData("""{"why":"w","input":"x"}""", "x")]
    [InlineData("""{"patch":"x"}""", """{"patch":"x"}""")]
    [InlineData("""{"input":5}""", """{"input":5}""")]
    [InlineData("*** Begin Patch\n+a", "*** Begin Patch\n+a")]
    [InlineData("", "")]
    [InlineData("{", "{")]
    public void The_text_is_taken_out_however_the_pieces_are_cut(string arguments, string text)
    {
        Assert.Equal(text, Unwrap(arguments));
        Assert.Equal(text, Unwrap([.. arguments.Select(c => c.ToString())]));
        for (var cut = 0; cut <= arguments.Length; cut++)
        {
            Assert.Equal(text, Unwrap(arguments[..cut], arguments[cut..]));
        }
    }

    [Theory]
    [InlineData("""{"input":"a\x b\u12 c""")]
    [InlineData("{\"input\":\"a\u0001\nb\"}")]
    [InlineData("""{"input":"cut \u00""")]
    [InlineData("""{"input":"cut \""")]
    public void What_is_no_JSON_is_told_as_far_as_it_goes_and_breaks_nothing(string arguments) =>
        Assert.NotEmpty(Unwrap(arguments));
}

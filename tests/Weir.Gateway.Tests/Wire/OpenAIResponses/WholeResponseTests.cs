using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Wire.OpenAIResponses;

/// <summary>
/// A response says what the request left out as well, as OpenAI's does: the schema of Open Responses
/// (https://www.openresponses.org/specification) has these members in every response.
/// </summary>
public sealed class WholeResponseTests
{
    [Fact]
    public void Says_when_it_was_done_and_what_the_request_left_out()
    {
        var response = Answer(
            """
            {"model":"m","input":"x","reasoning":{"effort":"low"},"text":{"verbosity":"low"},
             "tools":[{"type":"function","name":"look","parameters":null},{"type":"custom","name":"free"}]}
            """
        );

        Assert.Equal(new FakeClock().GetUtcNow().ToUnixTimeSeconds(), response.GetProperty("completed_at").GetInt64());
        Assert.Equal(0, response.GetProperty("presence_penalty").GetDouble());
        Assert.Equal(0, response.GetProperty("frequency_penalty").GetDouble());
        Assert.Equal("""{"effort":"low","summary":null}""", response.GetProperty("reasoning").Plain());
        Assert.Equal("""{"format":{"type":"text"},"verbosity":"low"}""", response.GetProperty("text").Plain());
        Assert.Equal(
            """[{"type":"function","name":"look","description":null,"parameters":null,"strict":false},{"type":"custom","name":"free"}]""",
            response.GetProperty("tools").Plain()
        );
    }

    private static JsonElement Answer(string request) =>
        ResponseStream
            .Check(
                Translations.Answer(
                    Translations.Read(Dialect.OpenAIResponses, request),
                    Dialect.AnthropicMessages,
                    Translations.AnthropicStream(new VendorText("Hello."))
                )
            )
            .Final;
}

namespace Weir.Capture.Tests.Agents.ClaudeCode;

public class LimitTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 13, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(
        "You've hit your session limit · resets 3pm (Europe/Berlin)",
        ",\"error\":\"rate_limit\",\"apiErrorStatus\":429"
    )]
    [InlineData("5-hour limit reached ∙ resets 2am", "")]
    [InlineData("Credit balance is too low", ",\"error\":\"billing_error\",\"apiErrorStatus\":400")]
    [InlineData("API Error: Request rejected (429) · no more", ",\"apiErrorStatus\":429")]
    [InlineData("a text that no version has had", ",\"error\":\"rate_limit\"")]
    public void A_message_of_a_limit_is_a_word_on_it(string text, string more)
    {
        var caught = Transcripts.Read(Failure(text, ",\"isApiErrorMessage\":true" + more));

        Assert.Equal(
            new Weir.Capture.Agents.LimitWord(
                Noon,
                "claude-code",
                "s1",
                Weir.Capture.Agents.LimitWordKind.Message,
                text
            ),
            Assert.Single(caught.Limits)
        );
        Assert.Equal(SessionEventKind.Error, Assert.Single(caught.Events).Kind);
        Assert.Empty(caught.Sightings);
    }

    [Fact]
    public void The_oldest_message_carries_the_moment_of_the_reset()
    {
        var caught = Transcripts.Read(
            Failure("Claude AI usage limit reached|1747144800", ",\"isApiErrorMessage\":true")
        );

        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1747144800), Assert.Single(caught.Limits).ResetsAt);
    }

    [Theory]
    [InlineData("API Error: 529 Overloaded. This is a server-side issue", "server_error", 529, "server_error")]
    [InlineData("Invalid API key", "authentication_failed", 401, "authentication_failed")]
    [InlineData("Something", "Not a word!", 500, "http_500")]
    public void Another_error_is_no_limit(string text, string error, int status, string name)
    {
        var caught = Transcripts.Read(
            Failure(text, $",\"isApiErrorMessage\":true,\"error\":\"{error}\",\"apiErrorStatus\":{status}")
        );

        Assert.Empty(caught.Limits);
        var told = Assert.Single(caught.Events);
        Assert.Equal((SessionEventKind.Error, name, false), (told.Kind, told.Name, told.Succeeded));
    }

    [Fact]
    public void A_long_message_is_cut_and_never_inside_a_character()
    {
        var text = "You've hit your " + new string('x', 483) + "🙂 and more";

        var said = Assert.Single(Transcripts.Read(Failure(text, ",\"isApiErrorMessage\":true")).Limits).Text;

        Assert.Equal(text[..499], said);
    }

    [Fact]
    public void What_a_model_or_a_person_says_of_limits_is_none()
    {
        const string Text = """[{"type":"text","text":"You've hit your session limit · resets 3pm"}]""";

        Assert.Empty(Transcripts.Read(Transcripts.Answer(content: Text), Transcripts.User(Text)).Limits);
    }

    [Fact]
    public void The_program_without_an_error_is_believed_in_words_that_it_has_used()
    {
        Assert.Single(Transcripts.Read(Failure("5-hour limit reached ∙ resets 2am", "")).Limits);
        Assert.Empty(Transcripts.Read(Failure("No response requested.", "")).Limits);
    }

    private static string Failure(string text, string more) =>
        Transcripts.Answer(
            model: "<synthetic>",
            content: $$"""[{"type":"text","text":"{{text}}"}]""",
            usage: """{"input_tokens":0,"output_tokens":0}""",
            more: more
        );
}

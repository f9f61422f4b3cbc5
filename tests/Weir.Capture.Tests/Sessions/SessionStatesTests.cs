using Weir.Capture.Sessions;

namespace Weir.Capture.Tests.Sessions;

/// <summary>What a session does now.</summary>
public sealed class SessionStatesTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 13, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", 1, SessionState.Active)]
    [InlineData("", 6, SessionState.Idle)]
    // A log alone does not tell that a prompt is still being answered.
    [InlineData("prompt@30", 30, SessionState.Idle)]
    [InlineData("life:start@60 prompt@30", 20, SessionState.Active)]
    [InlineData("life:start@60 prompt@30 turn@20", 20, SessionState.Idle)]
    [InlineData("life:start@60 prompt@30 turn@20 prompt@10", 10, SessionState.Active)]
    [InlineData("life:start@60 prompt@30 life:end@20", 20, SessionState.Ended)]
    [InlineData("life:start@60 life:end@20 life:resume@15", 15, SessionState.Idle)]
    [InlineData("life:end@20 prompt@10", 10, SessionState.Active)]
    [InlineData("life:end@2", 2, SessionState.Ended)]
    [InlineData("prompt@30 permission@20", 20, SessionState.Waiting)]
    [InlineData("prompt@30 permission@2", 2, SessionState.Waiting)]
    [InlineData("permission@20 prompt@10", 10, SessionState.Idle)]
    [InlineData("prompt@30 permission@20 turn@10", 10, SessionState.Idle)]
    [InlineData("prompt@800 permission@790", 790, SessionState.Idle)]
    public void It_is_judged_by_what_was_last_heard(string story, int lastHeard, SessionState expected) =>
        Assert.Equal(
            expected,
            SessionStates.Of(
                Now.AddMinutes(-lastHeard),
                [.. story.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Event)],
                Now
            )
        );

    [Fact]
    public void A_question_is_answered_once_its_tool_has_ended()
    {
        var asked = Event("permission@20", 0) with { Parent = "t1" };
        var tool = Event("tool@21", 1) with { Id = "t1" };

        Assert.Equal(SessionState.Waiting, SessionStates.Of(Now.AddMinutes(-20), [asked, tool], Now));
        Assert.Equal(
            SessionState.Idle,
            SessionStates.Of(Now.AddMinutes(-20), [asked, tool with { EndedAt = Now.AddMinutes(-19) }], Now)
        );
        Assert.Equal(
            SessionState.Idle,
            SessionStates.Of(Now.AddMinutes(-20), [asked with { Succeeded = false }, tool], Now)
        );
    }

    private static SessionEvent Event(string text, int number)
    {
        var (what, minutes) = text.Split('@') is [var a, var b] ? (a, int.Parse(b)) : ("", 0);
        return new SessionEvent
        {
            Kind = what.Split(':')[0] switch
            {
                "life" => SessionEventKind.Life,
                "prompt" => SessionEventKind.Prompt,
                "turn" => SessionEventKind.Turn,
                "tool" => SessionEventKind.Tool,
                _ => SessionEventKind.Permission,
            },
            Session = "s",
            Id = "e" + number,
            Name = what.Split(':') is [_, var word] ? word : null,
            StartedAt = Now.AddMinutes(-minutes),
        };
    }
}

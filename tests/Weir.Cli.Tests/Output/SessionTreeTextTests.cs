using Weir.Cli.Output;
using Weir.Client;

namespace Weir.Cli.Tests.Output;

/// <summary>What the command line says of one request of a session.</summary>
public sealed class SessionTreeTextTests
{
    [Theory]
    [InlineData(null, "", "└─ gpt-5")]
    [InlineData("openai_chat", "", "└─ gpt-5  [translated to openai_chat]")]
    [InlineData(
        "openai_chat",
        "cache_control top_k",
        "└─ gpt-5  [translated to openai_chat, without cache_control, top_k]"
    )]
    public void A_request_shows_what_it_was_translated_into_and_what_was_dropped(
        string? dialect,
        string dropped,
        string expected
    )
    {
        var request = new SessionTreeRequest
        {
            RequestedModel = "claude-sonnet-5",
            Provider = "openai",
            Status = "ok",
            ErrorType = null,
            HandoffReason = null,
            UpstreamDialect = dialect,
            Dropped = dropped.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Billing = "metered",
            MessageId = null,
            SeenBy = ["gateway"],
        };
        var tree = Node("session", null) with { Children = [Node("request", "gpt-5") with { Request = request }] };

        Assert.Equal(expected, Assert.Single(SessionTreeText.Lines(tree)));
    }

    private static SessionTreeNode Node(string kind, string? name) =>
        new()
        {
            Kind = kind,
            Id = kind,
            Name = name,
            Agent = null,
            StartedAt = null,
            EndedAt = null,
            DurationMs = null,
            Succeeded = true,
            Usage = null,
            Children = [],
        };
}

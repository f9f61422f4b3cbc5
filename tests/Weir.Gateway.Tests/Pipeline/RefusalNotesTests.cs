using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class RefusalNotesTests
{
    [Fact]
    public void What_cannot_be_taken_in_ends_neither_the_process_nor_what_comes_after()
    {
        var clock = new FakeClock();
        var taken = new List<string>();
        using var notes = new RefusalNotes(
            (_, refusal) =>
            {
                if (refusal.Text == "bad")
                {
                    throw new FormatException("bad");
                }

                taken.Add(refusal.Text);
            },
            clock,
            NullLogger.Instance
        );
        using var request = new HttpRequestMessage();
        using var answer = new HttpResponseMessage(HttpStatusCode.TooManyRequests);

        notes.Add(WorkspaceId.Default, "claude-code", request, answer, "bad"u8);
        clock.Advance(TimeSpan.FromSeconds(1));
        notes.Add(WorkspaceId.Default, "claude-code", request, answer, "good"u8);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["good"], taken);
    }
}

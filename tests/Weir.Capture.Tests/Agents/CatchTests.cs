using Weir.Capture.Agents;

namespace Weir.Capture.Tests.Agents;

public class CatchTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 13, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Facts_of_a_session_widen_and_the_later_word_stands()
    {
        var caught = new Catch();
        caught.Session(Facts(Noon) with { Branch = "main", Version = "2.1.0" });
        caught.Session(Facts(Noon.AddMinutes(-5)) with { Branch = "fix" });

        var known = Assert.Single(caught.Sessions).Value;

        Assert.Equal((Noon.AddMinutes(-5), Noon), (known.FirstAt, known.LastAt));
        Assert.Equal(("fix", "2.1.0"), (known.Branch, known.Version));
    }

    [Fact]
    public void What_is_passed_over_is_counted_by_kind()
    {
        var caught = new Catch();
        caught.Skip("not json");
        caught.Skip("not json");
        caught.Skip("too deep");

        Assert.Equal((2, 1), (caught.Skipped["not json"], caught.Skipped["too deep"]));
        caught.Clear();
        Assert.Empty(caught.Skipped);
    }

    private static SessionFacts Facts(DateTimeOffset at) =>
        new()
        {
            Session = "s",
            Client = "claude-code",
            FirstAt = at,
            LastAt = at,
        };
}

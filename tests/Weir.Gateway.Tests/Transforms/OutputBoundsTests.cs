using Weir.Foundation;
using Weir.Gateway.Transforms;

namespace Weir.Gateway.Tests.Transforms;

/// <summary>What is set aside for a request covers what transforms make of it.</summary>
public sealed class OutputBoundsTests
{
    private static TransformConfig Step(TransformAction action, string subject, string? value = null) =>
        new()
        {
            Action = action,
            Subject = subject,
            Value = value,
        };

    [Fact]
    public void A_value_that_is_given_widens_and_never_narrows()
    {
        foreach (var action in new[] { TransformAction.Set, TransformAction.Default })
        {
            var bounds = new OutputBounds([Step(action, "/max_tokens", "4096")]);
            Assert.Equal((4096, 4096, 9000), (bounds.Output(null), bounds.Output(10), bounds.Output(9000)));
            Assert.Equal(1, bounds.Answers(0));
        }
    }

    [Fact]
    public void One_that_does_not_always_hold_bounds_nothing_by_itself()
    {
        var bounds = new OutputBounds([
            Step(TransformAction.Set, "/max_tokens", "5") with
            {
                Dialect = Dialect.Gemini,
            },
        ]);

        Assert.Equal((null, 10L), (bounds.Output(null), bounds.Output(10)));
    }

    [Fact]
    public void What_is_taken_away_or_renamed_leaves_the_models_own()
    {
        Assert.Null(new OutputBounds([Step(TransformAction.Remove, "/max_tokens")]).Output(10));
        Assert.Null(new OutputBounds([Step(TransformAction.Rename, "/length", "max_tokens")]).Output(10));
        Assert.Null(new OutputBounds([Step(TransformAction.Set, "/generationConfig", "{}")]).Output(10));
        Assert.Equal(128, new OutputBounds([Step(TransformAction.Rename, "/many", "n")]).Answers(1));
    }

    [Fact]
    public void A_clamp_lifts_what_is_too_low()
    {
        var bounds = new OutputBounds([Step(TransformAction.Clamp, "/max_tokens") with { Min = 100, Max = 1000 }]);

        Assert.Equal(
            (null, 100L, 500L, 5000L),
            (bounds.Output(null), bounds.Output(1), bounds.Output(500), bounds.Output(5000))
        );
    }

    [Fact]
    public void Answers_and_words_that_are_added_count()
    {
        var bounds = new OutputBounds([
            Step(TransformAction.Set, "/n", "7"),
            Step(TransformAction.System, "Grüße"),
            Step(TransformAction.SetHeader, "x-long", "not a word of the prompt"),
        ]);

        Assert.Equal((7, 9), (bounds.Answers(2), bounds.Answers(9)));
        Assert.Equal(1 + 7, bounds.AddedBytes);
    }
}

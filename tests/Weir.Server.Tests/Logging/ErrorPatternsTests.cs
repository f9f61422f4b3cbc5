using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Server.Logging;
using Weir.Testing;

namespace Weir.Server.Tests.Logging;

public sealed class ErrorPatternsTests : IDisposable
{
    private readonly FakeClock clock = new();
    private readonly ErrorPatterns patterns;
    private readonly ILoggerFactory factory;
    private readonly ILogger log;

    public ErrorPatternsTests()
    {
        patterns = new ErrorPatterns(clock);
        factory = LoggerFactory.Create(builder =>
            builder.AddProvider(new ErrorPatternProvider(patterns)).SetMinimumLevel(LogLevel.Trace)
        );
        log = factory.CreateLogger("Weir.Some.Thing");
    }

    public void Dispose() => factory.Dispose();

    [Fact]
    public void The_same_words_are_one_pattern_whatever_their_values()
    {
        log.LogWarning("{Key} failed", "sk-secret-1");
        clock.Advance(TimeSpan.FromMinutes(3));
        log.LogWarning("{Key} failed", "sk-secret-2");

        var pattern = Assert.Single(patterns.Read());

        Assert.Equal(
            new ErrorPattern(
                false,
                "Thing",
                "{Key} failed",
                null,
                2,
                clock.GetUtcNow().AddMinutes(-3),
                clock.GetUtcNow()
            ),
            pattern
        );
        Assert.DoesNotContain("secret", pattern.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Level_category_and_what_was_thrown_tell_patterns_apart()
    {
        log.LogWarning("it failed");
        log.LogError("it failed");
        log.LogCritical("it failed");
        log.LogError(new IOException("of a secret"), "it failed");
        factory.CreateLogger("Weir.Other").LogError("it failed");
        log.LogInformation("it went well");

        var told = patterns.Read();

        Assert.Equal(4, told.Length);
        Assert.Equal(5, told.Sum(pattern => pattern.Count));
        Assert.Contains(told, pattern => pattern is { IsError: true, Exception: "System.IO.IOException" });
        Assert.Contains(told, pattern => pattern is { IsError: true, Count: 2, Exception: null, Category: "Thing" });
    }

    [Fact]
    public void A_message_without_a_template_is_counted_and_not_told()
    {
        log.Log(LogLevel.Error, default, "the secret is out", null, (text, _) => text);

        Assert.Null(Assert.Single(patterns.Read()).Template);
    }

    [Fact]
    public void An_answer_that_the_gateway_cut_is_none()
    {
        factory.CreateLogger("Microsoft.AspNetCore.Server.Kestrel").LogError(new BadHttpRequestException("cut"), "bug");

        Assert.Empty(patterns.Read());
    }

    [Fact]
    public void There_are_never_more_than_two_hundred_and_the_longest_unseen_goes()
    {
        for (var i = 0; i <= ErrorPatterns.Most; i++)
        {
            patterns.Note(LogLevel.Error, "Thing", $"template {i}", null);
            clock.Advance(TimeSpan.FromSeconds(1));
            patterns.Note(LogLevel.Error, "Thing", "template 0", null);
        }

        var told = patterns.Read();

        Assert.Equal(ErrorPatterns.Most, told.Length);
        Assert.Equal(1, patterns.Forgotten);
        Assert.Equal("template 0", told[0].Template);
        Assert.DoesNotContain(told, pattern => pattern.Template == "template 1");
    }
}

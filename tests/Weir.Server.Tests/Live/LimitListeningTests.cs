using Weir.Foundation;
using Weir.Server.Limits;
using Weir.Server.Live;
using Weir.Testing;

namespace Weir.Server.Tests.Live;

/// <summary>When a listener is told of limits, and how seldom.</summary>
public sealed class LimitListeningTests
{
    private readonly FakeClock clock = new();
    private readonly WorkspaceLimitNews news = new();
    private readonly LiveOptions options = new();

    [Fact]
    public void What_was_said_before_is_not_told()
    {
        news.Told(teaches: false);
        news.Used();

        Assert.Null(Listen().Due());
        Assert.Null(Listen().Take());
    }

    [Fact]
    public void What_is_said_is_told_at_once_and_then_once_a_pace_however_much_is_said()
    {
        var listening = Listen();
        var told = 0;
        news.Told(teaches: false);
        Assert.Equal("told", listening.Take());

        for (var i = 0; i < 1000; i++)
        {
            news.Told(teaches: false);
            clock.Advance(options.LimitsPace / 100);
            told += listening.Take() is null ? 0 : 1;
        }

        Assert.Equal(10, told);
    }

    [Fact]
    public void What_was_said_within_a_pace_is_not_lost()
    {
        var listening = Listen();
        news.Told(teaches: false);
        listening.Take();
        news.Told(teaches: false);

        Assert.Null(listening.Take());
        Assert.Equal(options.LimitsPace, listening.Due());
        clock.Advance(options.LimitsPace);
        Assert.Equal("told", listening.Take());
        Assert.Null(listening.Due());
    }

    [Fact]
    public void Use_is_told_when_estimates_of_before_are_kept_no_more_and_what_came_meanwhile_after_another_time()
    {
        var listening = Listen();
        news.Used();
        Assert.Equal(options.EstimatesPace, listening.Due());
        clock.Advance(options.EstimatesPace - TimeSpan.FromMilliseconds(1));
        news.Used();
        Assert.Null(listening.Take());

        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("estimate", listening.Take());
        Assert.Equal(options.EstimatesPace, listening.Due());
        clock.Advance(options.EstimatesPace);
        Assert.Equal("estimate", listening.Take());
        Assert.Null(listening.Due());
    }

    [Fact]
    public void A_word_does_not_make_use_forgotten()
    {
        var listening = Listen();
        news.Used();
        Assert.NotNull(listening.Due());
        news.Told(teaches: false);

        Assert.Equal("told", listening.Take());
        clock.Advance(options.EstimatesPace);
        Assert.Equal("estimate", listening.Take());
    }

    [Fact]
    public async Task News_ends_the_waiting_of_its_own_workspace_alone()
    {
        var all = new LimitNews();
        var (own, other) = (all.Of(WorkspaceId.Default), all.Of(LiveLedger.Other));
        var (waits, otherWaits) = (
            own.WaitAsync(own.Number, TestContext.Current.CancellationToken),
            other.WaitAsync(other.Number, TestContext.Current.CancellationToken)
        );

        all.Stored([WorkspaceId.Default]);

        await waits;
        Assert.False(otherWaits.IsCompleted);
        Assert.True(own.WaitAsync(0, TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        Assert.Equal((1, 1, 0), (own.ToldNumber, own.TaughtNumber, own.UsedNumber));
        Assert.Equal(0, other.Number);
    }

    [Fact]
    public async Task Requests_of_programs_move_the_estimates_of_their_workspace()
    {
        await using var live = new LiveLedger();
        using var place = live.Feed.TryListen(WorkspaceId.Default);
        await live.AddAsync(2);
        await live.AddAsync(2, LiveLedger.Other, client: "claude-code");
        var news = live.Limits.Of(LiveLedger.Other);

        await news.WaitAsync(0, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.True(news.UsedNumber > 0);
        Assert.Equal(0, news.ToldNumber);
        Assert.Equal(0, live.Limits.Of(WorkspaceId.Default).Number);
    }

    private LimitListening Listen() => new(news, options, clock);
}

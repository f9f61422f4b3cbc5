using System.Net;
using System.Threading.Channels;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>Where a state is shown.</summary>
internal interface ITopOutput
{
    /// <summary>The least time between two showings.</summary>
    public TimeSpan Pace { get; }

    /// <summary>Whether it is shown whenever there may be something new; else at every pace, come what may.</summary>
    public bool IsScreen { get; }

    /// <summary>Shows it; false when nobody looks any more.</summary>
    public bool Show(TopState state);
}

/// <summary>
/// The one loop: takes what happens, lets the model draw the consequences, reads again what is no longer true, and shows. The
/// lists are read on news alone, at most once a pace and never for more than a fifth of the time; everything once a minute.
/// </summary>
/// <param name="source">Where the figures come from.</param>
/// <param name="output">Where they go.</param>
/// <param name="interval">How often a data folder is read that no server holds.</param>
/// <param name="clock">The time.</param>
internal sealed class TopLoop(TopSource source, ITopOutput output, TimeSpan interval, TimeProvider clock) : IDisposable
{
    // What somebody does is answered sooner than what happens.
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AllEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    private readonly Channel<TopMessage> messages = Channel.CreateUnbounded<TopMessage>();
    private readonly CancellationTokenSource over = new();
    private TopState state = TopState.Begin(source.Name, clock.GetUtcNow()) with { IsFolder = source.IsFolder };
    private Task<TopMessage>? reading;
    private Task<TopMessage>? readingSession;
    private Task? listening;
    private long readingSince;
    private DateTimeOffset nextRead;
    private DateTimeOffset nextAll;
    private DateTimeOffset nextSession;
    private int failures;

    /// <summary>Tells it that something happened. Thread-safe.</summary>
    public void Post(TopMessage message) => messages.Writer.TryWrite(message);

    /// <summary>Runs until it is asked to end, or nobody looks any more.</summary>
    /// <param name="first">What was read at the beginning.</param>
    /// <param name="stop">Asks it to end.</param>
    /// <exception cref="WeirApiException">The key is no longer good.</exception>
    public async Task RunAsync(AllRead first, CancellationToken stop)
    {
        using var stopped = stop.Register(static loop => ((TopLoop)loop!).End(), this);
        nextAll = clock.GetUtcNow() + AllEvery;
        Take(first);
        try
        {
            var began = clock.GetTimestamp();
            var shownAt = (long?)null;
            var isUrgent = false;
            while (!state.IsOver && !stop.IsCancellationRequested)
            {
                await AttendAsync();
                var pace = isUrgent ? AtOnce : output.Pace;
                var left = shownAt is { } at ? pace - clock.GetElapsedTime(at) : TimeSpan.Zero;
                if (shownAt is null && !IsSettled(began))
                {
                    left = AtOnce;
                }
                else if (left <= TimeSpan.Zero)
                {
                    if (!output.Show(state))
                    {
                        return;
                    }

                    (shownAt, isUrgent, left) = (clock.GetTimestamp(), false, output.IsScreen ? Tick : output.Pace);
                }

                await WaitAsync(Least(left, Tick));
                while (messages.Reader.TryRead(out var message))
                {
                    isUrgent |= output.IsScreen && message is Pressed or Resized;
                    Take(message);
                }

                Take(new Ticked(clock.GetUtcNow()));
            }
        }
        finally
        {
            await over.CancelAsync();
            await Quietly(reading);
            await Quietly(readingSession);
            await Quietly(listening);
        }
    }

    /// <inheritdoc />
    public void Dispose() => over.Dispose();

    private void End() => Post(new Pressed(new ConsoleKeyInfo('\u0003', ConsoleKey.C, false, false, control: true)));

    // Lines begin when it is known how it stands with the server, and do not wait for long.
    private bool IsSettled(long began) =>
        output.IsScreen || state.Link is not Link.Connecting || clock.GetElapsedTime(began) > Tick;

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static async Task Quietly(Task? task)
    {
        if (task is not null)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WaitAsync(TimeSpan atMost)
    {
        using var enough = new CancellationTokenSource(
            atMost > TimeSpan.Zero ? atMost : TimeSpan.FromMilliseconds(1),
            clock
        );
        try
        {
            await messages.Reader.WaitToReadAsync(enough.Token);
            if (output.IsScreen)
            {
                return;
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, clock, enough.Token);
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }

    private void Take(TopMessage message) => state = TopModel.Next(state, message);

    /// <summary>Takes what was read, and begins to read what is to be read.</summary>
    private async Task AttendAsync()
    {
        var now = clock.GetUtcNow();
        if (listening is { IsCompleted: true })
        {
            // A key that is no longer good ends everything here.
            await listening;
            listening = null;
            source.Drop();
            Take(new Linked(new Link.Folder(interval)));
        }

        if (reading is { IsCompleted: true })
        {
            var message = await reading;
            reading = null;
            Take(message);
            var spent = clock.GetElapsedTime(readingSince);
            failures = message is ReadFailed ? failures + 1 : 0;
            nextRead = now + Pause(spent);
            if (message is AllRead)
            {
                nextAll = now + (source.Server is null ? Longer(interval, Pause(spent)) : AllEvery);
            }
        }

        if (listening is null)
        {
            Listen();
        }

        var isAllDue = state.IsAllStale || now >= nextAll;
        if (reading is null && now >= nextRead && (isAllDue || (state.AreListsStale && source.Server is not null)))
        {
            state = state with { AreListsStale = false, IsAllStale = state.IsAllStale && !isAllDue };
            readingSince = clock.GetTimestamp();
            reading = GuardAsync(
                isAllDue
                    ? async client => await TopReader.AllAsync(client, now, over.Token)
                    : async client => await TopReader.ListsAsync(client, over.Token),
                reason => new ReadFailed(reason, isAllDue)
            );
            Wake(reading);
        }

        await AttendSessionAsync(now);
    }

    private async Task AttendSessionAsync(DateTimeOffset now)
    {
        if (readingSession is { IsCompleted: true })
        {
            Take(await readingSession);
            readingSession = null;
            nextSession = now + Tick;
        }

        if (readingSession is null && now >= nextSession && state.Open is { IsStale: true, Id: var id })
        {
            state = state with { Open = state.Open with { IsStale = false } };
            readingSession = GuardAsync(
                async client =>
                {
                    try
                    {
                        return new SessionRead(id, await client.SessionAsync(id, over.Token));
                    }
                    catch (WeirApiException none) when (none.Status == HttpStatusCode.NotFound)
                    {
                        return new SessionRead(id, null);
                    }
                },
                reason => new SessionFailed(id, reason)
            );
            Wake(readingSession);
        }
    }

    private void Listen()
    {
        if (source.Server is not { } server || state.Today is not { } today)
        {
            if (state.Link is Link.Connecting)
            {
                Take(new Linked(new Link.Folder(interval)));
            }

            return;
        }

        Take(new Linked(new Link.Connecting()));
        var feed = new TopFeed(Post, clock, Random.Shared.NextDouble);
        listening = feed.RunAsync(server, today.AsOf, source.IsFolder, over.Token);
        Wake(listening);
    }

    private async Task<TopMessage> GuardAsync(Func<WeirClient, Task<TopMessage>> read, Func<string, TopMessage> failed)
    {
        try
        {
            return await source.ReadAsync(read, over.Token);
        }
        catch (WeirApiException refusal)
            when (refusal.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
        {
            return failed(refusal.Message);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return failed(broken.Message);
        }
        catch (OperationCanceledException) when (!over.IsCancellationRequested)
        {
            return failed("the server does not answer in time");
        }
    }

    private TimeSpan Pause(TimeSpan spent)
    {
        var pause = Longer(Longer(output.Pace, Tick), Least(LongestBackOff, spent * 4));
        return failures == 0 ? pause : Longer(pause, Least(LongestBackOff, Tick * Math.Pow(2, Math.Min(failures, 10))));
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    // The loop looks at tasks when it wakes.
    private void Wake(Task task) =>
        _ = task.ContinueWith(
            _ => Post(new Ticked(clock.GetUtcNow())),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
}

using System.Collections.Concurrent;
using Weir.Testing;

namespace Weir.FunctionalTests.Crash;

/// <summary>Callers that keep asking, whole answers and streams in turn, and remember what they got to the last byte.</summary>
internal sealed class LoadMaker : IAsyncDisposable
{
    private readonly ConcurrentBag<string> answered = [];
    private readonly ConcurrentBag<(int Status, string Body)> refused = [];
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> callers;
    private volatile WeirProcess weir;
    private readonly string key;
    private readonly (string Name, string Value)[] headers;
    private int sent;

    public LoadMaker(WeirProcess weir, int width, params (string Name, string Value)[] headers)
    {
        this.headers = headers;
        this.weir = weir;
        key = weir.AdminKey;
        callers = [.. Enumerable.Range(0, width).Select(_ => Task.Run(CallAsync))];
    }

    /// <summary>The request ids of all answers that were read to their end.</summary>
    public IReadOnlyCollection<string> Answered => answered;

    /// <summary>Answers other than 200.</summary>
    public IReadOnlyCollection<(int Status, string Body)> Refused => refused;

    /// <summary>Waits until a request has been refused.</summary>
    public Task RefusalAsync() => UntilAsync(() => !refused.IsEmpty, "refused");

    /// <summary>Sends the next requests there.</summary>
    public void MoveTo(WeirProcess next) => weir = next;

    /// <summary>Waits until so many more answers have been read than are now.</summary>
    public Task MoreAsync(int count)
    {
        var goal = answered.Count + count;
        return UntilAsync(() => answered.Count >= goal, $"answered {goal} times");
    }

    private async Task UntilAsync(Func<bool> condition, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromMinutes(3))
            {
                throw new TimeoutException(
                    $"The load was not {what}, but answered {answered.Count} times:\n{weir.Log}"
                );
            }

            await Task.Delay(5);
        }
    }

    /// <summary>Lets every caller finish the request it is at, and waits for that.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(callers);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task CallAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            var stream = Interlocked.Increment(ref sent) % 2 == 0 ? "\"stream\":true," : "";
            var body =
                $$"""{"model":"claude-haiku-4-5",{{stream}}"max_tokens":64,"messages":[{"role":"user","content":"Load."}]}""";
            try
            {
                using var answer = await weir.PostAsync("/v1/messages", body, key, headers);
                var text = await answer.Content.ReadAsStringAsync();
                if (answer.IsSuccessStatusCode)
                {
                    answered.Add(answer.Headers.GetValues("x-weir-request-id").Single());
                }
                else
                {
                    refused.Add(((int)answer.StatusCode, text));
                    await Task.Delay(20);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException)
            {
                // Weir was killed under this call: its answer was not received, so nothing is claimed about it.
                await Task.Delay(20);
            }
        }
    }
}

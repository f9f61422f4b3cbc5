using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Weir.Testing;

/// <summary>
/// A provider's server over bare sockets on 127.0.0.1, so that it can do what no HTTP library would: lie, stall, drip,
/// reset. Keeps every request as it stood on the wire. Thread-safe.
/// An answer comes from the queue first (<see cref="Enqueue"/>), then from the path's script (<see cref="On"/>), then
/// from <see cref="Handle"/>; else it is a 404 that says so.
/// </summary>
public sealed class FakeUpstream : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<int, Task> connections = new();
    private readonly ConcurrentQueue<UpstreamAnswer> queue = new();
    private readonly Dictionary<string, Script> scripts = new(StringComparer.Ordinal);
    private readonly List<RecordedRequest> requests = [];
    private readonly Lock gate = new();
    private readonly Task accepting;
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<RecordedRequest, UpstreamAnswer?> handler = _ => null;
    private int accepted;

    /// <summary>Listens on a free port at once.</summary>
    public FakeUpstream()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(4096);
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        accepting = AcceptAsync();
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary><c>http://127.0.0.1:PORT</c>.</summary>
    public Uri BaseUrl => new($"http://127.0.0.1:{Port}");

    /// <summary>Connections accepted so far.</summary>
    public int Accepted => Volatile.Read(ref accepted);

    /// <summary>Every request so far, in the order in which they were read.</summary>
    public IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (gate)
            {
                return [.. requests];
            }
        }
    }

    /// <summary>The only request.</summary>
    public RecordedRequest Request => Requests.Single();

    /// <summary>Answers requests for this path (query aside, method any) in this order; the last answer stays.</summary>
    public FakeUpstream On(string path, params UpstreamAnswer[] answers)
    {
        lock (gate)
        {
            scripts[path] = new Script(answers, LastStays: true);
        }

        return this;
    }

    /// <summary>Answers the next requests for this path in this order, once each; then <see cref="Handle"/> does.</summary>
    public FakeUpstream First(string path, params UpstreamAnswer[] answers)
    {
        lock (gate)
        {
            scripts[path] = new Script(answers, LastStays: false);
        }

        return this;
    }

    /// <summary>Answers the next requests, whatever their path, once each.</summary>
    public FakeUpstream Enqueue(params UpstreamAnswer[] answers)
    {
        foreach (var answer in answers)
        {
            queue.Enqueue(answer);
        }

        return this;
    }

    /// <summary>Answers by function; null falls through to the 404.</summary>
    public FakeUpstream Handle(Func<RecordedRequest, UpstreamAnswer?> answer)
    {
        handler = answer;
        return this;
    }

    /// <summary>Waits until so many requests have been read, and returns the last of them.</summary>
    public async Task<RecordedRequest> WaitForRequestAsync(int count = 1, CancellationToken cancel = default)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (requests.Count >= count)
                {
                    return requests[count - 1];
                }

                next = arrived.Task;
            }

            await next.WaitAsync(cancel);
        }
    }

    /// <summary>Stops listening: new connections are refused, open ones go on.</summary>
    public void Refuse() => listener.Dispose();

    /// <summary>Ends the listener and every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(connections.Values);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(stop.Token);
                var number = Interlocked.Increment(ref accepted);
                var connection = new UpstreamConnection(socket, number, Answer, stop.Token) { Early = AnswerEarly };
                connections[number] = Task.Run(connection.RunAsync);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed, or told to refuse.
        }
    }

    private UpstreamAnswer? AnswerEarly(RecordedRequest request)
    {
        lock (gate)
        {
            var chosen = queue.TryPeek(out var queued) ? queued : scripts.GetValueOrDefault(request.Path)?.Peek();
            if (chosen is null or { AwaitsBody: true })
            {
                return null;
            }
        }

        return Answer(request);
    }

    private UpstreamAnswer Answer(RecordedRequest request)
    {
        lock (gate)
        {
            requests.Add(request);
            (var done, arrived) = (
                arrived,
                new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
            );
            done.SetResult();
            if (queue.TryDequeue(out var queued))
            {
                return queued;
            }

            if (scripts.TryGetValue(request.Path, out var script) && script.Next() is { } scripted)
            {
                return scripted;
            }
        }

        return handler(request)
            ?? UpstreamAnswer.Json(
                JsonSerializer.Serialize(
                    new { error = $"The fake upstream has no answer for {request.Method} {request.Target}." }
                ),
                404
            );
    }

    private sealed record Script(UpstreamAnswer[] Answers, bool LastStays)
    {
        private int next;

        public UpstreamAnswer? Peek() =>
            next < Answers.Length ? Answers[next]
            : LastStays && Answers.Length > 0 ? Answers[^1]
            : null;

        public UpstreamAnswer? Next()
        {
            var answer = Peek();
            next++;
            return answer;
        }
    }
}

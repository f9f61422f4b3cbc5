using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Notes what providers say when they refuse: of limits the body tells what no header does. On a request's way its beginning is
/// copied; it is decoded and handed on a second later. When more come than are waited for, the rest says nothing new. Thread-safe.
/// </summary>
internal sealed class RefusalNotes : IDisposable
{
    private const int MostBytes = 4096;
    private const int MostWaiting = 64;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<Note> waiting = new();
    private readonly Action<WorkspaceId, ProviderRefusal> told;
    private readonly TimeProvider clock;
    private readonly DelayedWork telling;
    private int count;

    /// <param name="told">Is given what was said.</param>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="log">Is told when what was said could not be taken in.</param>
    public RefusalNotes(Action<WorkspaceId, ProviderRefusal> told, TimeProvider clock, ILogger log)
    {
        this.told = told;
        this.clock = clock;
        telling = new DelayedWork(TellAll, Pace, clock, log);
    }

    /// <summary>Notes an answer with a status of 400 or above.</summary>
    /// <param name="workspace">Whose request it was.</param>
    /// <param name="client">Who asked: the program, or the provider's name when it is not known.</param>
    /// <param name="request">What went up.</param>
    /// <param name="answer">What came back.</param>
    /// <param name="body">Its body as it came.</param>
    public void Add(
        WorkspaceId workspace,
        string client,
        HttpRequestMessage request,
        HttpResponseMessage answer,
        ReadOnlySpan<byte> body
    )
    {
        if (Interlocked.Increment(ref count) > MostWaiting)
        {
            Interlocked.Decrement(ref count);
            return;
        }

        waiting.Enqueue(
            new Note(
                workspace,
                clock.GetUtcNow(),
                client,
                UpstreamAccount.CredentialOf(request),
                answer.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var coding)
                    ? coding.ToString()
                    : null,
                body[..Math.Min(body.Length, MostBytes)].ToArray()
            )
        );
        telling.Ask();
    }

    /// <summary>Hands on what was noted since the last time.</summary>
    public void Flush() => telling.Run();

    /// <inheritdoc />
    public void Dispose() => telling.Dispose();

    private void TellAll()
    {
        while (waiting.TryDequeue(out var note))
        {
            Interlocked.Decrement(ref count);
            var text = Decoded(note);
            if (text.Length > 0)
            {
                told(
                    note.Workspace,
                    new ProviderRefusal(note.At, note.Client, UpstreamAccount.NameOf(note.Credential), text)
                );
            }
        }
    }

    private static string Decoded(Note note)
    {
        if (!BodyDecoder.IsCoded(note.Coding))
        {
            return Encoding.UTF8.GetString(note.Body);
        }

        var (bytes, length) = (new byte[MostBytes], 0);
        using (
            var decoder = new BodyDecoder(
                note.Coding,
                piece =>
                {
                    var fitting = piece[..Math.Min(piece.Length, bytes.Length - length)];
                    fitting.CopyTo(bytes.AsSpan(length));
                    length += fitting.Length;
                }
            )
        )
        {
            decoder.Feed(note.Body);
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private sealed record Note(
        WorkspaceId Workspace,
        DateTimeOffset At,
        string Client,
        string Credential,
        string? Coding,
        byte[] Body
    )
    {
        private bool PrintMembers(StringBuilder builder)
        {
            builder.Append("Workspace = ").Append(Workspace).Append(", At = ").Append(At);
            return true;
        }
    }
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Translation;

/// <summary>
/// The order of an answer, in one place. A reader tells what it has read (words, thinking, calls, an end), in whatever
/// order its upstream sent it; a writer is told blocks that begin, continue and end one after the other. That a block is
/// written to that is not open, or opened twice, cannot be said here. Of several tool calls whose pieces come mixed the
/// first is passed on as it comes, the others when their turn has come; a call whose name or id is late begins when it is
/// known. Not thread-safe.
/// </summary>
internal sealed class AnswerAssembly(AnswerContext context, AnswerWriter writer) : IDisposable
{
    private const int MaxWaiting = 16 * 1024 * 1024;
    private const int MaxCalls = 1024;

    private readonly List<Call> calls = [];
    private BlockKind? open;
    private Call? openCall;
    private bool started;
    private bool proven;
    private int waiting;
    private StopReason reason;
    private byte[] stopSequence = [];

    /// <summary>Whether the answer has ended, in order or not; whatever comes after is passed over.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether it ended in failure.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether a reason to end has been told.</summary>
    public bool HasReason => reason != StopReason.None;

    /// <summary>What is known of the usage; set by whoever meters.</summary>
    public TokenUsage Usage { get; set; }

    /// <summary>The model as the upstream names it, escaped; the first that is told counts, and none after the first content.</summary>
    /// <param name="model">The model; empty when none is told.</param>
    /// <param name="tellsPrompt">Whether the upstream has told the prompt's tokens with it, as some do at the beginning and others at the end.</param>
    public void Begin(ReadOnlySpan<byte> model, bool tellsPrompt = false)
    {
        if (started || IsOver)
        {
            return;
        }

        started = true;
        writer.OnStart(
            model.IsEmpty ? Escape(context.Model) : model,
            tellsPrompt ? Usage with { Output = null, Reasoning = null } : default
        );
    }

    /// <summary>Words.</summary>
    public void Text(ReadOnlySpan<byte> escaped) => Words(BlockKind.Text, escaped);

    /// <summary>Words with which the model declines.</summary>
    public void Refusal(ReadOnlySpan<byte> escaped) => Words(BlockKind.Refusal, escaped);

    /// <summary>Thinking.</summary>
    public void Thinking(ReadOnlySpan<byte> escaped)
    {
        if (open == BlockKind.Thinking && proven && !escaped.IsEmpty)
        {
            CloseBlock();
        }

        Words(BlockKind.Thinking, escaped);
    }

    /// <summary>The proof of the thinking that is under way; without any, of thinking that is not shown.</summary>
    public void Proof(ProofKind kind, ReadOnlySpan<byte> escapedToken, ReadOnlySpan<byte> extra = default)
    {
        if (IsOver)
        {
            return;
        }

        if (open != BlockKind.Thinking || proven)
        {
            Open(BlockKind.Thinking, default, default);
        }

        proven = true;
        writer.OnProof(kind, escapedToken, extra);
    }

    /// <summary>A tool call under the key by which its upstream tells its calls apart; id and name may come later, and again.</summary>
    public void ToolCall(long key, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name)
    {
        if (IsOver || FindOrAdd(key) is not { } call)
        {
            return;
        }

        call.Id = call.Id.Length == 0 ? id.ToArray() : call.Id;
        call.Name =
            call.Name.Length == 0
                ? ToolNames.ForCaller(context.Conversation, context.Upstream, name).ToArray()
                : call.Name;
        Advance(mayMakeIds: false);
    }

    /// <summary>A piece of a call's input, as a text.</summary>
    public void ToolInput(long key, ReadOnlySpan<byte> escaped)
    {
        if (IsOver || FindOrAdd(key) is not { } call || escaped.IsEmpty)
        {
            return;
        }

        if (call == openCall)
        {
            writer.OnDelta(escaped);
        }
        else if (!call.WasClosed)
        {
            waiting += escaped.Length;
            if (waiting > MaxWaiting)
            {
                Fail(new AnswerFailure(502, "The provider's tool calls are larger than Weir takes.", null));
                return;
            }

            call.Waiting.Append(escaped);
            // A name that has not come by now comes with a later piece, if at all; an id may be missing for good.
            Advance(mayMakeIds: true);
        }
    }

    /// <summary>The call has come whole.</summary>
    public void ToolDone(long key)
    {
        if (IsOver || FindOrAdd(key) is not { } call)
        {
            return;
        }

        call.IsDone = true;
        Advance(mayMakeIds: true);
    }

    /// <summary>The block that is open has ended, as the upstream says.</summary>
    public void BlockDone()
    {
        if (!IsOver && openCall is null)
        {
            CloseBlock();
        }
    }

    /// <summary>Why the answer ends; its end is told by <see cref="End"/>.</summary>
    public void Stop(StopReason why, ReadOnlySpan<byte> sequence = default)
    {
        if (!IsOver && why != StopReason.None)
        {
            reason = why;
            stopSequence = sequence.ToArray();
        }
    }

    /// <summary>The answer is complete. Without a reason told it was cut off.</summary>
    public void End()
    {
        if (IsOver)
        {
            return;
        }

        if (reason == StopReason.None)
        {
            Fail(new AnswerFailure(502, $"Provider {context.Provider} broke off in the middle of its answer.", null));
            return;
        }

        Begin(default);
        foreach (var call in calls)
        {
            call.IsDone = true;
        }

        Advance(mayMakeIds: true);
        if (IsOver)
        {
            return;
        }

        CloseBlock();
        IsOver = true;
        // Gemini, and many who speak Chat, end a turn of tool calls as any other.
        writer.OnStop(
            calls.Count > 0 && reason == StopReason.EndTurn ? StopReason.ToolUse : reason,
            stopSequence,
            Usage
        );
    }

    /// <summary>The answer failed.</summary>
    public void Fail(AnswerFailure failure)
    {
        if (IsOver)
        {
            return;
        }

        IsOver = true;
        HasFailed = true;
        writer.OnFail(failure, Usage);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var call in calls)
        {
            call.Waiting.Dispose();
        }

        writer.Dispose();
    }

    private void Words(BlockKind kind, ReadOnlySpan<byte> escaped)
    {
        if (IsOver || escaped.IsEmpty)
        {
            return;
        }

        if (open != kind)
        {
            // Words after calls: whatever was called is called, for the order must hold.
            foreach (var call in calls)
            {
                call.IsDone = true;
            }

            Advance(mayMakeIds: true);
            if (IsOver)
            {
                return;
            }

            Open(kind, default, default);
        }

        writer.OnDelta(escaped);
    }

    /// <summary>Passes on the calls whose turn it is.</summary>
    private void Advance(bool mayMakeIds)
    {
        foreach (var call in calls)
        {
            if (call.WasClosed)
            {
                continue;
            }

            if (call != openCall)
            {
                if (call.Name.Length == 0)
                {
                    if (call.IsDone)
                    {
                        Fail(
                            new AnswerFailure(
                                502,
                                $"Provider {context.Provider} called a tool without naming it.",
                                null
                            )
                        );
                    }

                    return;
                }

                if (call.Id.Length == 0)
                {
                    if (!mayMakeIds)
                    {
                        return;
                    }

                    call.Id = Encoding.ASCII.GetBytes($"call_{context.Id.ToString()[4..]}_{calls.IndexOf(call)}");
                }

                Open(BlockKind.ToolCall, call.Id, call.Name);
                openCall = call;
                if (call.Waiting.Length > 0)
                {
                    writer.OnDelta(call.Waiting.Span);
                    waiting -= call.Waiting.Length;
                    call.Waiting.Dispose();
                }
            }

            if (!call.IsDone)
            {
                return;
            }

            CloseBlock();
        }
    }

    private Call? FindOrAdd(long key)
    {
        foreach (var call in calls)
        {
            if (call.Key == key)
            {
                return call;
            }
        }

        if (calls.Count == MaxCalls)
        {
            Fail(new AnswerFailure(502, "The provider calls more tools at once than Weir takes.", null));
            return null;
        }

        var added = new Call(key);
        calls.Add(added);
        return added;
    }

    private void Open(BlockKind kind, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name)
    {
        Begin(default);
        CloseBlock();
        open = kind;
        proven = false;
        writer.OnBlockStart(new BlockHead(kind, id, name));
    }

    private void CloseBlock()
    {
        if (open is null)
        {
            return;
        }

        if (openCall is not null)
        {
            openCall.WasClosed = true;
            openCall = null;
        }

        open = null;
        writer.OnBlockStop();
    }

    private static byte[] Escape(string text) =>
        JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();

    private sealed class Call(long key)
    {
        public PooledBytes Waiting;

        public long Key { get; } = key;

        public byte[] Id { get; set; } = [];

        public byte[] Name { get; set; } = [];

        public bool IsDone { get; set; }

        public bool WasClosed { get; set; }
    }
}

using System.Text;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>How far an item of an answer has come.</summary>
internal enum ItemStatus : byte
{
    /// <summary>It begins, and has no content yet.</summary>
    InProgress,

    /// <summary>It has come whole.</summary>
    Completed,

    /// <summary>The answer ended in its midst.</summary>
    Incomplete,
}

/// <summary>
/// The item of an answer's <c>output</c> that is being written: a message of one part, the model's reasoning, or a call. Used
/// for one item after the other. Not thread-safe.
/// </summary>
internal sealed class ResponsesItem(AnswerContext context) : IDisposable
{
    private PooledBytes text;
    private FreeFormInput input;
    private byte[] proof = [];
    private byte[] callId = [];
    private byte[] name = [];
    private Tool? tool;
    private ResponsesOwnTool? own;

    /// <summary>Whether one has begun that has not ended.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether the caller has been, or is to be, told of it: thinking that is neither shown nor proven stays untold.</summary>
    public bool IsTold { get; private set; }

    /// <summary>Its place in <c>output</c>, from 0.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>Its id.</summary>
    public byte[] Id { get; private set; } = [];

    /// <summary>What it is.</summary>
    public BlockKind Kind { get; private set; }

    /// <summary>Whether it is the call of a tool that takes a text.</summary>
    public bool IsFreeForm => Kind == BlockKind.ToolCall && tool is { IsFreeForm: true };

    /// <summary>Whether it is the call of a tool that OpenAI defines, whose input comes as an object, all at once.</summary>
    public bool IsOwn => own is not null;

    /// <summary>The tool's name as its caller knows it.</summary>
    public ReadOnlySpan<byte> Name => tool is { NameInside.IsEmpty: false } ? tool.NameInside.Span : name;

    /// <summary>All that it says so far: words, or a call's arguments or text; escaped.</summary>
    public ReadOnlySpan<byte> Text => IsFreeForm ? input.Text : text.Span;

    /// <summary>Begins one.</summary>
    public void Begin(in BlockHead block)
    {
        IsOpen = true;
        IsTold = false;
        Kind = block.Kind;
        callId = block.Id.ToArray();
        name = block.Name.ToArray();
        tool = Kind == BlockKind.ToolCall ? ResponsesTools.Find(context.Conversation, block.Name) : null;
        own = ResponsesOwnTool.Of(tool);
        proof = [];
        text.Clear();
        input.Dispose();
    }

    /// <summary>From now on the caller knows of it.</summary>
    public void Tell()
    {
        IsTold = true;
        Index++;
        var kind = Kind switch
        {
            BlockKind.Thinking => "rs",
            BlockKind.ToolCall when IsFreeForm => "ctc",
            BlockKind.ToolCall when own is not null => own.Prefix,
            BlockKind.ToolCall => "fc",
            _ => "msg",
        };
        // What one command came to is told by the id of its item alone.
        Id =
            own == ResponsesOwnTool.LocalShell
                ? callId
                : Encoding.ASCII.GetBytes(
                    $"{kind}_{context.AnswerId.AsSpan(context.AnswerId.IndexOf('_') + 1)}_{Index}"
                );
    }

    /// <summary>Takes more of it, and returns what that adds to <see cref="Text"/>; valid until the next call.</summary>
    public ReadOnlySpan<byte> Add(ReadOnlySpan<byte> escaped)
    {
        if (IsFreeForm)
        {
            return input.Take(escaped);
        }

        text.Append(escaped);
        return escaped;
    }

    /// <summary>Nothing more comes; returns what that adds to <see cref="Text"/>.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        IsOpen = false;
        if (IsFreeForm)
        {
            return input.End();
        }

        if (Kind != BlockKind.ToolCall || text.Length > 0)
        {
            return default;
        }

        // Callers parse the arguments, and nothing is no JSON.
        text.Append("{}"u8);
        return text.Span;
    }

    /// <summary>What thinking must come back with, sealed.</summary>
    public void Prove(byte[] sealedProof) => proof = sealedProof;

    /// <summary>Writes it as an object.</summary>
    public void Write(ItemStatus status, JsonOut to)
    {
        var said = status == ItemStatus.InProgress ? default : Text;
        to.Object();
        to.Text("id"u8, Id);
        switch (Kind)
        {
            case BlockKind.Thinking:
                to.Text("type"u8, "reasoning"u8);
                to.Array("summary"u8);
                if (!said.IsEmpty)
                {
                    WriteSummary(said, to);
                }

                to.EndArray();
                if (proof.Length > 0)
                {
                    to.Text("encrypted_content"u8, proof);
                }

                break;
            case BlockKind.ToolCall when own is not null:
                to.Text("type"u8, own.CallType.Span);
                to.Text("status"u8, Word(status));
                to.Text("call_id"u8, callId);
                if (own == ResponsesOwnTool.Search)
                {
                    to.Text("execution"u8, "client"u8);
                }

                own.WriteAction(said, to);
                break;
            case BlockKind.ToolCall:
                to.Text("type"u8, IsFreeForm ? "custom_tool_call"u8 : "function_call"u8);
                to.Text("status"u8, Word(status));
                to.Text("call_id"u8, callId);
                to.Text("name"u8, Name);
                if (tool is { Namespace.IsEmpty: false })
                {
                    to.Text("namespace"u8, tool.Namespace);
                }

                to.Text(IsFreeForm ? "input"u8 : "arguments"u8, said);
                break;
            default:
                to.Text("type"u8, "message"u8);
                to.Text("status"u8, Word(status));
                to.Text("role"u8, "assistant"u8);
                to.Array("content"u8);
                if (status != ItemStatus.InProgress)
                {
                    WritePart(said, to);
                }

                to.EndArray();
                break;
        }

        to.EndObject();
    }

    /// <summary>Writes the one part of a message as an object.</summary>
    public void WritePart(ReadOnlySpan<byte> said, JsonOut to)
    {
        to.Object();
        if (Kind == BlockKind.Refusal)
        {
            to.Text("type"u8, "refusal"u8);
            to.Text("refusal"u8, said);
        }
        else
        {
            to.Text("type"u8, "output_text"u8);
            to.Text("text"u8, said);
            to.Raw("annotations"u8, "[]"u8);
            to.Raw("logprobs"u8, "[]"u8);
        }

        to.EndObject();
    }

    /// <summary>Writes the one part of a summary as an object.</summary>
    public static void WriteSummary(ReadOnlySpan<byte> said, JsonOut to)
    {
        to.Object();
        to.Text("type"u8, "summary_text"u8);
        to.Text("text"u8, said);
        to.EndObject();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        text.Dispose();
        input.Dispose();
    }

    private static ReadOnlySpan<byte> Word(ItemStatus status) =>
        status switch
        {
            ItemStatus.InProgress => "in_progress"u8,
            ItemStatus.Incomplete => "incomplete"u8,
            _ => "completed"u8,
        };
}

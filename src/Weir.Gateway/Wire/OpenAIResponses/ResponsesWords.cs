using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>How far a response has come. Immutable.</summary>
/// <param name="Reason">Why it ended; none while it goes on, and when it failed.</param>
/// <param name="Usage">What it used; null while it goes on.</param>
/// <param name="Failure">How it failed; null when it has not.</param>
internal readonly record struct ResponseState(StopReason Reason, TokenUsage? Usage, AnswerFailure? Failure)
{
    /// <summary>It goes on.</summary>
    public static ResponseState InProgress => default;

    /// <summary>It ended in order.</summary>
    public static ResponseState Ended(StopReason reason, in TokenUsage usage) => new(reason, usage, null);

    /// <summary>It failed.</summary>
    public static ResponseState Failed(AnswerFailure failure, in TokenUsage usage) =>
        new(StopReason.None, usage, failure);
}

/// <summary>What streams and documents of Responses' have in common. Pure.</summary>
internal static class ResponsesWords
{
    /// <summary>Whether an answer that ended for this reason is complete.</summary>
    public static bool IsComplete(StopReason reason) =>
        reason is not (StopReason.MaxTokens or StopReason.ContextFull or StopReason.Refusal);

    /// <summary>
    /// Writes a response as an object. What the request said is said again, as OpenAI does; where it said nothing stands what
    /// OpenAI takes it to mean.
    /// </summary>
    /// <param name="context">What is known of the request.</param>
    /// <param name="model">The model that answers, escaped.</param>
    /// <param name="state">How far it has come.</param>
    /// <param name="output">The items so far, with the commas between them.</param>
    /// <param name="to">Where to write.</param>
    public static void WriteResponse(
        AnswerContext context,
        ReadOnlySpan<byte> model,
        in ResponseState state,
        ReadOnlySpan<byte> output,
        JsonOut to
    )
    {
        to.Object();
        to.Plain("id"u8, context.AnswerId);
        to.Text("object"u8, "response"u8);
        to.Number("created_at"u8, context.At.ToUnixTimeSeconds());
        WriteCompleted(context, state, to);
        to.Text("status"u8, StatusOf(state));
        to.Bool("background"u8, false);
        WriteError(state.Failure, to);
        WriteIncomplete(state.Reason, to);
        var request = context.Conversation.Request;
        to.Number("frequency_penalty"u8, 0);
        Repeat(request, "instructions"u8, "null"u8, to);
        Repeat(request, "max_output_tokens"u8, "null"u8, to);
        Repeat(request, "max_tool_calls"u8, "null"u8, to);
        Repeat(request, "metadata"u8, "{}"u8, to);
        to.Text("model"u8, model);
        to.Array("output"u8);
        if (!output.IsEmpty)
        {
            to.Raw(output);
        }

        to.EndArray();
        Repeat(request, "parallel_tool_calls"u8, "true"u8, to);
        to.Number("presence_penalty"u8, 0);
        to.Null("previous_response_id"u8);
        Repeat(request, "prompt_cache_key"u8, "null"u8, to);
        to.Object("reasoning"u8);
        Repeat(request.Get("reasoning"u8), "effort"u8, "null"u8, to);
        Repeat(request.Get("reasoning"u8), "summary"u8, "null"u8, to);
        to.EndObject();
        Repeat(request, "safety_identifier"u8, "null"u8, to);
        to.Text("service_tier"u8, "default"u8);
        to.Bool("store"u8, false);
        Repeat(request, "temperature"u8, "1"u8, to);
        RepeatText(request.Get("text"u8), to);
        Repeat(request, "tool_choice"u8, "\"auto\""u8, to);
        RepeatTools(request.Get("tools"u8), to);
        to.Number("top_logprobs"u8, 0);
        Repeat(request, "top_p"u8, "1"u8, to);
        to.Text("truncation"u8, "disabled"u8);
        WriteUsage(state.Usage, to);
        Repeat(request, "user"u8, "null"u8, to);
        to.EndObject();
    }

    private static ReadOnlySpan<byte> StatusOf(in ResponseState state) =>
        state.Failure is not null ? "failed"u8
        : state.Reason == StopReason.None ? "in_progress"u8
        : IsComplete(state.Reason) ? "completed"u8
        : "incomplete"u8;

    private static void WriteCompleted(AnswerContext context, in ResponseState state, JsonOut to)
    {
        if (state.Failure is null && state.Reason != StopReason.None && IsComplete(state.Reason))
        {
            to.Number("completed_at"u8, context.Clock.GetUtcNow().ToUnixTimeSeconds());
        }
        else
        {
            to.Null("completed_at"u8);
        }
    }

    /// <summary>The shape of the answer, which is always said.</summary>
    private static void RepeatText(JsonValue text, JsonOut to)
    {
        to.Object("text"u8);
        var format = text.Get("format"u8);
        to.Object("format"u8);
        RepeatMembers(format, to);
        if (format.ValueKind != JsonValueKind.Object)
        {
            to.Text("type"u8, "text"u8);
        }

        to.EndObject();
        var verbosity = text.Get("verbosity"u8);
        if (verbosity.Exists())
        {
            to.RawLine("verbosity"u8, verbosity.Raw);
        }

        to.EndObject();
    }

    private static void RepeatTools(JsonValue tools, JsonOut to)
    {
        to.Array("tools"u8);
        foreach (var tool in tools.Items())
        {
            to.Object();
            RepeatMembers(tool, to);
            if (tool.Is("type"u8, "function"u8))
            {
                Complete(tool, "description"u8, "null"u8, to);
                Complete(tool, "parameters"u8, "null"u8, to);
                // Strict where it is asked for: no other dialect is so unasked.
                Complete(tool, "strict"u8, "false"u8, to);
            }

            to.EndObject();
        }

        to.EndArray();
    }

    private static void RepeatMembers(JsonValue holder, JsonOut to)
    {
        foreach (var member in holder.Members())
        {
            if (member.Value.ValueKind != JsonValueKind.Null)
            {
                to.RawLine(member.Name, member.Value.Raw);
            }
        }
    }

    private static void Complete(JsonValue holder, ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherwise, JsonOut to)
    {
        if (!holder.Get(name).Exists())
        {
            to.Raw(name, otherwise);
        }
    }

    private static void WriteError(AnswerFailure? failure, JsonOut to)
    {
        if (failure is null)
        {
            to.Null("error"u8);
            return;
        }

        to.Object("error"u8);
        to.Plain(
            "code"u8,
            CallerErrors.CodeFor(Dialect.OpenAIResponses, failure)
                ?? failure.Status switch
                {
                    429 => "rate_limit_exceeded",
                    >= 400 and < 500 => "invalid_prompt",
                    503 or 529 => "server_is_overloaded",
                    _ => "server_error",
                }
        );
        to.Plain("message"u8, CallerErrors.MessageFor(Dialect.OpenAIResponses, failure));
        to.EndObject();
    }

    private static void WriteIncomplete(StopReason reason, JsonOut to)
    {
        if (reason == StopReason.None || IsComplete(reason))
        {
            to.Null("incomplete_details"u8);
            return;
        }

        to.Object("incomplete_details"u8);
        to.Text("reason"u8, reason == StopReason.Refusal ? "content_filter"u8 : "max_output_tokens"u8);
        to.EndObject();
    }

    /// <summary>As OpenAI counts: what the cache gave and took is part of the input, reasoning of the output.</summary>
    private static void WriteUsage(TokenUsage? known, JsonOut to)
    {
        if (known is not { } usage || (usage.Input is null && usage.Output is null))
        {
            to.Null("usage"u8);
            return;
        }

        to.Object("usage"u8);
        to.Number("input_tokens"u8, usage.Prompt);
        to.Object("input_tokens_details"u8);
        to.Number("cached_tokens"u8, usage.CacheRead ?? 0);
        to.Number("cache_write_tokens"u8, (usage.CacheWrite5m ?? 0) + (usage.CacheWrite1h ?? 0));
        to.EndObject();
        to.Number("output_tokens"u8, usage.Output ?? 0);
        to.Object("output_tokens_details"u8);
        to.Number("reasoning_tokens"u8, usage.Reasoning ?? 0);
        to.EndObject();
        to.Number("total_tokens"u8, usage.Total);
        to.EndObject();
    }

    private static void Repeat(JsonValue request, ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherwise, JsonOut to)
    {
        var value = request.Get(name);
        to.RawLine(name, value.Exists() ? RawJson.Of(value).Span : otherwise);
    }
}

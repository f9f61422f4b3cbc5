using System.Collections.Frozen;

namespace Weir.Capture.Otlp;

/// <summary>
/// The attributes that are read: no other one becomes more than bytes that are passed over, so that prompts, tool inputs and
/// answers, which some senders add, are never held.
/// </summary>
internal static class Known
{
    private static readonly List<string> Names = [];

    // Resources, and what all agents say.
    public static readonly int ServiceName = Add("service.name");
    public static readonly int ServiceVersion = Add("service.version");
    public static readonly int ServiceInstance = Add("service.instance.id");
    public static readonly int HostName = Add("host.name");
    public static readonly int SessionId = Add("session.id");
    public static readonly int ConversationId = Add("conversation.id");
    public static readonly int AppVersion = Add("app.version");
    public static readonly int TerminalType = Add("terminal.type");
    public static readonly int UserEmail = Add("user.email");
    public static readonly int AccountUuid = Add("user.account_uuid");
    public static readonly int AccountId = Add("user.account_id");
    public static readonly int UserId = Add("user.id");
    public static readonly int EventName = Add("event.name");
    public static readonly int EventTimestamp = Add("event.timestamp");
    public static readonly int EventSequence = Add("event.sequence");
    public static readonly int PromptId = Add("prompt.id");
    public static readonly int Model = Add("model");
    public static readonly int DurationMs = Add("duration_ms");
    public static readonly int Success = Add("success");
    public static readonly int ErrorType = Add("error.type");
    public static readonly int HttpStatus = Add("http.response.status_code");

    // Claude Code.
    public static readonly int InputTokens = Add("input_tokens");
    public static readonly int OutputTokens = Add("output_tokens");
    public static readonly int CacheReadTokens = Add("cache_read_tokens");
    public static readonly int CacheCreationTokens = Add("cache_creation_tokens");
    public static readonly int RequestId = Add("request_id");
    public static readonly int Speed = Add("speed");
    public static readonly int StatusCode = Add("status_code");
    public static readonly int Error = Add("error");
    public static readonly int ToolName = Add("tool_name");
    public static readonly int ToolUseId = Add("tool_use_id");
    public static readonly int Decision = Add("decision");
    public static readonly int DecisionSource = Add("source");
    public static readonly int AgentType = Add("agent_type");
    public static readonly int AgentId = Add("agent_id");
    public static readonly int ParentAgentId = Add("parent_agent_id");
    public static readonly int TotalTokens = Add("total_tokens");
    public static readonly int Trigger = Add("trigger");
    public static readonly int PreTokens = Add("pre_tokens");
    public static readonly int ServerName = Add("server_name");
    public static readonly int Status = Add("status");
    public static readonly int Type = Add("type");
    public static readonly int QuerySource = Add("query_source");
    public static readonly int AgentName = Add("agent.name");

    // Codex.
    public static readonly int EventKind = Add("event.kind");
    public static readonly int CallId = Add("call_id");
    public static readonly int Slug = Add("slug");
    public static readonly int ErrorMessage = Add("error.message");
    public static readonly int InputTokenCount = Add("input_token_count");
    public static readonly int OutputTokenCount = Add("output_token_count");
    public static readonly int CachedTokenCount = Add("cached_token_count");
    public static readonly int CacheWriteTokenCount = Add("cache_write_token_count");
    public static readonly int ReasoningTokenCount = Add("reasoning_token_count");
    public static readonly int Attempt = Add("attempt");
    public static readonly int Originator = Add("originator");

    // OpenTelemetry's conventions for generative AI, and what came before them.
    public static readonly int GenAiOperation = Add("gen_ai.operation.name");
    public static readonly int GenAiProvider = Add("gen_ai.provider.name");
    public static readonly int GenAiSystem = Add("gen_ai.system");
    public static readonly int GenAiRequestModel = Add("gen_ai.request.model");
    public static readonly int GenAiResponseModel = Add("gen_ai.response.model");
    public static readonly int GenAiResponseId = Add("gen_ai.response.id");
    public static readonly int GenAiConversation = Add("gen_ai.conversation.id");
    public static readonly int GenAiAgentId = Add("gen_ai.agent.id");
    public static readonly int GenAiTokenType = Add("gen_ai.token.type");
    public static readonly int GenAiInput = Add("gen_ai.usage.input_tokens");
    public static readonly int GenAiOutput = Add("gen_ai.usage.output_tokens");
    public static readonly int GenAiReasoning = Add("gen_ai.usage.reasoning.output_tokens");
    public static readonly int GenAiCacheRead = Add("gen_ai.usage.cache_read.input_tokens");
    public static readonly int GenAiCacheCreation = Add("gen_ai.usage.cache_creation.input_tokens");
    public static readonly int GenAiCacheWrite = Add("gen_ai.usage.cache_write.input_tokens");
    public static readonly int OldPrompt = Add("gen_ai.usage.prompt_tokens");
    public static readonly int OldCompletion = Add("gen_ai.usage.completion_tokens");
    public static readonly int OldCacheRead = Add("gen_ai.usage.cache_read_input_tokens");
    public static readonly int OldCacheCreation = Add("gen_ai.usage.cache_creation_input_tokens");
    public static readonly int OldReasoning = Add("gen_ai.usage.reasoning_tokens");

    // OpenInference and OpenLLMetry.
    public static readonly int OpenInferenceKind = Add("openinference.span.kind");
    public static readonly int LlmModel = Add("llm.model_name");
    public static readonly int LlmProvider = Add("llm.provider");
    public static readonly int LlmSystem = Add("llm.system");
    public static readonly int LlmPrompt = Add("llm.token_count.prompt");
    public static readonly int LlmCompletion = Add("llm.token_count.completion");
    public static readonly int LlmCacheRead = Add("llm.token_count.prompt_details.cache_read");
    public static readonly int LlmCacheWrite = Add("llm.token_count.prompt_details.cache_write");
    public static readonly int LlmReasoning = Add("llm.token_count.completion_details.reasoning");
    public static readonly int LlmRequestType = Add("llm.request.type");
    public static readonly int TraceloopKind = Add("traceloop.span.kind");

    private static readonly FrozenDictionary<string, int> Index = Names
        .Select((name, index) => (name, index))
        .ToFrozenDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Lookup =
        Index.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly int Longest = Names.Max(name => name.Length);

    /// <summary>How many there are.</summary>
    public static int Count => Index.Count;

    /// <summary>The place of a name, given as its bytes; -1 for one that is not read.</summary>
    public static int Find(ReadOnlySpan<byte> name)
    {
        if (name.Length > Longest)
        {
            return -1;
        }

        Span<char> text = stackalloc char[name.Length];
        for (var i = 0; i < name.Length; i++)
        {
            text[i] = (char)name[i];
        }

        return Lookup.TryGetValue(text, out var index) ? index : -1;
    }

    private static int Add(string name)
    {
        Names.Add(name);
        return Names.Count - 1;
    }
}

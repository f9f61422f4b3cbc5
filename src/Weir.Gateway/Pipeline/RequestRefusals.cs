namespace Weir.Gateway.Pipeline;

/// <summary>What callers are told who are refused before a provider is asked: the same words when it is explained to them.</summary>
internal static class RequestRefusals
{
    /// <summary>400: nothing says which model is meant.</summary>
    public const string NoModel = "The request names no model.";

    /// <summary>400: a socket is asked for, and not in the way there is.</summary>
    public const string BadSocket = "The request asks for a WebSocket, but not as RFC 6455 has it.";

    /// <summary>403: the key's workspace is none that the gateway knows.</summary>
    public const string NotServed = "Weir does not serve the workspace of this key.";

    /// <summary>413: it is over the bound, in bytes.</summary>
    public static string TooLarge(long limit) => $"The request is larger than the {limit} bytes that Weir takes.";

    /// <summary>403: the key is bound to other models; null for a request that names none.</summary>
    public static string NotOfTheKey(string? model) =>
        model is not null
            ? $"This Weir key may not ask for the model {Shown(model)}."
            : "This Weir key may ask for some models alone, and this request names none.";

    /// <summary>429: a budget asks for another model, and what passes through is not edited.</summary>
    public static string CannotBeDowngraded(string budget, string model) =>
        $"The budget \"{budget}\" lets requests pass that ask for {Shown(model)}, and below /p/ Weir does not change what is asked for.";

    /// <summary>What a caller wrote, as far as it may stand in an answer.</summary>
    public static string Shown(string text) => Attribution.Text(text, 64) ?? "what it says that it is";

    /// <summary>Said of a compaction that no target can make.</summary>
    public const string NotTranslated =
        "What /v1/responses/compact gives can be read by the vendor alone who made it, so that it is relayed to providers that speak OpenAI Responses, and not translated.";

    /// <summary>Said of a compaction that is asked for, or brought along, where the request would be translated.</summary>
    public const string NotCompacted =
        "What a compaction makes can be read by the vendor alone who made it. Codex sums a conversation up in plain words, which every model reads, where its model_provider has a name other than OpenAI.";
}

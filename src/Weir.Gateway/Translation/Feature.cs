namespace Weir.Gateway.Translation;

/// <summary>
/// What a request may have that not every dialect has. Order and names are those of docs/formats/translation.md; a name is
/// what a record's <c>dropped</c> says.
/// </summary>
internal enum Feature : byte
{
    /// <summary>Instructions between turns.</summary>
    SystemMidConversation,

    /// <summary>Claude Code's accounting line at the head of its system prompt.</summary>
    BillingHeader,

    /// <summary>A mark that asks for prompt caching.</summary>
    CacheControl,

    /// <summary>A key by which one provider's prompt caches are told apart.</summary>
    PromptCacheKey,

    /// <summary>A picture in base64.</summary>
    Image,

    /// <summary>A picture at an address.</summary>
    ImageUrl,

    /// <summary>How closely a picture is looked at.</summary>
    ImageDetail,

    /// <summary>A document in base64.</summary>
    Document,

    /// <summary>A document as plain text.</summary>
    TextDocument,

    /// <summary>A document at an address.</summary>
    DocumentUrl,

    /// <summary>Sound in base64.</summary>
    Audio,

    /// <summary>Moving pictures.</summary>
    Video,

    /// <summary>A file that the provider holds.</summary>
    HeldFile,

    /// <summary>Citations: asked for, or in former turns.</summary>
    Citations,

    /// <summary>A picture or document in a tool's result.</summary>
    ToolResultMedia,

    /// <summary>That a tool failed.</summary>
    ToolError,

    /// <summary>Tools that the caller runs.</summary>
    Tools,

    /// <summary>A tool's input that must match its schema exactly.</summary>
    StrictTool,

    /// <summary>A tool that takes a text and no object.</summary>
    FreeFormTool,

    /// <summary>A tool that the provider runs, or its traces in former turns.</summary>
    HostedTool,

    /// <summary>One tool at a time.</summary>
    NoParallelTools,

    /// <summary>The choice of a tool while thinking.</summary>
    ToolChoice,

    /// <summary>A model's thinking in former turns, shown.</summary>
    ThinkingText,

    /// <summary>What another provider signed.</summary>
    ThinkingSignature,

    /// <summary>A wish to think, with a budget or an effort.</summary>
    Thinking,

    /// <summary>The exact number of tokens to think with.</summary>
    ThinkingBudget,

    /// <summary>A schema of the answer.</summary>
    OutputSchema,

    /// <summary>Any JSON object as the answer.</summary>
    JsonOutput,

    /// <summary>Of the likeliest tokens the first so many.</summary>
    TopK,

    /// <summary>A temperature.</summary>
    Temperature,

    /// <summary>A share of the likeliest tokens.</summary>
    TopP,

    /// <summary>A seed.</summary>
    Seed,

    /// <summary>Penalties for words that came before.</summary>
    Penalties,

    /// <summary>Texts that end the output.</summary>
    StopSequences,

    /// <summary>More of them than the dialect takes.</summary>
    ManyStopSequences,

    /// <summary>Probabilities of tokens.</summary>
    LogProbabilities,

    /// <summary>Several answers at once.</summary>
    SeveralAnswers,

    /// <summary>Who asks.</summary>
    EndUser,

    /// <summary>Free names and values.</summary>
    Metadata,

    /// <summary>A tier of speed or price.</summary>
    ServiceTier,

    /// <summary>The provider's own editing of the context.</summary>
    ContextManagement,

    /// <summary>A conversation that the provider keeps.</summary>
    StoredConversation,

    /// <summary>A conversation summed up in what its maker alone can read, or that this be done.</summary>
    Compaction,

    /// <summary>That the provider keeps the answer.</summary>
    Store,

    /// <summary>How wordy the answer is.</summary>
    Verbosity,

    /// <summary>A beginning of the answer in the caller's words.</summary>
    Prefill,

    /// <summary>Sound or pictures as the answer.</summary>
    MediaOutput,

    /// <summary>The provider's own filters of content.</summary>
    SafetySettings,

    /// <summary>The name of a speaker.</summary>
    SpeakerName,

    /// <summary>Anything else that the reader does not know.</summary>
    UnknownField,
}

/// <summary>A set of features. Immutable.</summary>
internal readonly record struct FeatureSet(ulong Bits)
{
    /// <summary>Whether it is in the set.</summary>
    public bool Has(Feature feature) => (Bits & (1UL << (int)feature)) != 0;

    /// <summary>The set with it.</summary>
    public FeatureSet With(Feature feature) => new(Bits | (1UL << (int)feature));

    /// <summary>The set without it.</summary>
    public FeatureSet Without(Feature feature) => new(Bits & ~(1UL << (int)feature));

    /// <summary>What is in both.</summary>
    public FeatureSet And(FeatureSet other) => new(Bits & other.Bits);

    /// <summary>What is in either.</summary>
    public FeatureSet Or(FeatureSet other) => new(Bits | other.Bits);

    /// <summary>Whether nothing is in it.</summary>
    public bool IsEmpty => Bits == 0;
}

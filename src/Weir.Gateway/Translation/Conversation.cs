using Weir.Foundation;

namespace Weir.Gateway.Translation;

/// <summary>
/// A request to a model in no dialect: what a reader made of a caller's body, and a writer makes a body of. Texts and values
/// are slices of that body, which must live as long. Not thread-safe; not changed once it is read.
/// </summary>
internal sealed class Conversation(Dialect dialect, JsonValue request)
{
    /// <summary>The caller's dialect.</summary>
    public Dialect Dialect { get; } = dialect;

    /// <summary>The request as it was written, for answers that repeat some of it (OpenAI Responses).</summary>
    public JsonValue Request { get; } = request;

    /// <summary>What opens the conversation: the system prompt, in parts of text.</summary>
    public List<TextPart> System { get; } = [];

    /// <summary>The turns, in order. Neighbours may have one role.</summary>
    public List<Turn> Turns { get; } = [];

    /// <summary>The tools that the caller runs.</summary>
    public List<Tool> Tools { get; } = [];

    /// <summary>Which of them the model is to use.</summary>
    public ToolChoice Choice { get; set; }

    /// <summary>The tool of <see cref="ToolChoice.Named"/>.</summary>
    public RawText ChosenTool { get; set; }

    /// <summary>Whether several tools may be called at once; null when nothing is said.</summary>
    public bool? ParallelTools { get; set; }

    /// <summary>The bound of the output in tokens; null when none is set.</summary>
    public long? MaxTokens { get; set; }

    /// <summary>A number as it was written; undefined when it was not. Anthropic's goes to 1, all others' to 2.</summary>
    public JsonValue Temperature { get; set; }

    /// <summary>A number as it was written; undefined when it was not.</summary>
    public JsonValue TopP { get; set; }

    /// <summary>A number as it was written; undefined when it was not.</summary>
    public JsonValue TopK { get; set; }

    /// <summary>A number as it was written; undefined when it was not.</summary>
    public JsonValue Seed { get; set; }

    /// <summary>A number as it was written; undefined when it was not.</summary>
    public JsonValue FrequencyPenalty { get; set; }

    /// <summary>A number as it was written; undefined when it was not.</summary>
    public JsonValue PresencePenalty { get; set; }

    /// <summary>Texts that end the output.</summary>
    public List<RawText> Stops { get; } = [];

    /// <summary>Whether and how much the model is to think.</summary>
    public ThinkingWish Thinking { get; set; }

    /// <summary>The shape of the answer.</summary>
    public OutputShape Output { get; set; }

    /// <summary>Who asks, as the caller's program tells the provider; empty when it does not.</summary>
    public RawText EndUser { get; set; }

    /// <summary>What requests of one prompt cache have in common, as the caller tells it; empty when it does not.</summary>
    public RawText CacheKey { get; set; }

    /// <summary>OpenAI's <c>verbosity</c>; empty when nothing is said.</summary>
    public RawText Verbosity { get; set; }

    /// <summary>Whether the answer is to be streamed.</summary>
    public bool Streams { get; set; }

    /// <summary>Whether a caller of Chat asked for the chunk that tells the usage.</summary>
    public bool WantsUsageChunk { get; set; }

    /// <summary>Whether a caller of Responses keeps the conversation itself, and so is given what thinking must come back with.</summary>
    public bool KeepsProofs { get; set; }

    /// <summary>What the request has that some dialect has no equivalent for.</summary>
    public FeatureSet Features { get; set; }

    /// <summary>Why it cannot be translated at all, for the caller; null when it can.</summary>
    public string? Fault { get; set; }

    /// <summary>Notes a feature.</summary>
    public void Has(Feature feature) => Features = Features.With(feature);
}

/// <summary>Who speaks.</summary>
internal enum Role : byte
{
    /// <summary>The person or the program.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>Instructions in the middle of a conversation.</summary>
    System,
}

/// <summary>One turn of a conversation.</summary>
internal sealed class Turn(Role role)
{
    /// <summary>Whose it is.</summary>
    public Role Role { get; } = role;

    /// <summary>What it says, in order.</summary>
    public List<Part> Parts { get; } = [];
}

/// <summary>A tool that the caller runs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does; empty when nothing is said.</param>
/// <param name="Schema">The JSON schema of its input; undefined for <paramref name="IsFreeForm"/> and when none is given.</param>
/// <param name="Strict">Whether the input must match exactly; null when nothing is said.</param>
/// <param name="IsFreeForm">Whether it takes a text and no object (OpenAI's custom tools).</param>
/// <param name="Grammar">The grammar of that text, as it was written; undefined when there is none.</param>
internal sealed record Tool(
    RawText Name,
    RawText Description,
    JsonValue Schema,
    bool? Strict = null,
    bool IsFreeForm = false,
    JsonValue Grammar = default
)
{
    /// <summary>Whether the caller marks the prefix up to here for the prompt cache.</summary>
    public CacheMark Cache { get; init; }

    /// <summary>The rules of the grammar; empty when there is none.</summary>
    public RawText GrammarRules { get; } = Grammar.Text("definition"u8);

    /// <summary>The language that they are written in; empty when there is none.</summary>
    public RawText GrammarSyntax { get; } = Grammar.Text("syntax"u8);

    /// <summary>
    /// The type of a tool that the caller's vendor defines and the caller carries out, and whose calls have a form of their own
    /// (OpenAI Responses: <c>tool_search</c>, <c>shell</c>); empty for all others.
    /// </summary>
    public RawText OwnType { get; init; }

    /// <summary>The group that it stands in (OpenAI Responses), which is part of <see cref="Name"/>; empty for none.</summary>
    public RawText Namespace { get; init; }

    /// <summary>Its name inside its group; empty when it stands in none.</summary>
    public RawText NameInside { get; init; }
}

/// <summary>Which tools the model is to use.</summary>
internal enum ToolChoice : byte
{
    /// <summary>Nothing is said.</summary>
    Unset,

    /// <summary>The model decides.</summary>
    Auto,

    /// <summary>One at least.</summary>
    Any,

    /// <summary>None.</summary>
    None,

    /// <summary>The one that is named.</summary>
    Named,
}

/// <summary>How hard the model is to think, from least to most.</summary>
internal enum Effort : byte
{
    /// <summary>Nothing is said.</summary>
    Unset,

    /// <summary>Not at all.</summary>
    None,

    /// <summary>As little as can be.</summary>
    Minimal,

    /// <summary>Little.</summary>
    Low,

    /// <summary>Middling.</summary>
    Medium,

    /// <summary>Much.</summary>
    High,

    /// <summary>More than much.</summary>
    XHigh,

    /// <summary>Without bound.</summary>
    Max,
}

/// <summary>Whether the model is to think.</summary>
internal enum ThinkingMode : byte
{
    /// <summary>Nothing is said.</summary>
    Unset,

    /// <summary>No.</summary>
    Off,

    /// <summary>Yes, as much as it sees fit.</summary>
    Adaptive,

    /// <summary>Yes, up to the budget.</summary>
    Budget,
}

/// <summary>What a request says about thinking.</summary>
/// <param name="Mode">Whether.</param>
/// <param name="Budget">Tokens, of <see cref="ThinkingMode.Budget"/>.</param>
/// <param name="Effort">How hard.</param>
/// <param name="Shown">Whether its text, or a summary of it, is to be shown; null when nothing is said.</param>
internal readonly record struct ThinkingWish(
    ThinkingMode Mode,
    long Budget = 0,
    Effort Effort = Effort.Unset,
    bool? Shown = null
)
{
    /// <summary>Whether the model is asked to think.</summary>
    public bool IsOn => Mode is ThinkingMode.Adaptive or ThinkingMode.Budget || Effort > Effort.None;

    /// <summary>
    /// The effort that is asked for: as written, else by the budget (up to 2,048 tokens low, up to 12,288 medium, above
    /// high); unset where neither is.
    /// </summary>
    public Effort ImpliedEffort =>
        Effort != Effort.Unset ? Effort
        : Mode != ThinkingMode.Budget ? Effort.Unset
        : Budget <= 2_048 ? Effort.Low
        : Budget <= 12_288 ? Effort.Medium
        : Effort.High;

    /// <summary>The budget that is asked for: as written, else by the effort; null where neither is.</summary>
    public long? ImpliedBudget =>
        Mode == ThinkingMode.Budget
            ? Budget
            : Effort switch
            {
                Effort.Minimal => 1_024,
                Effort.Low => 2_048,
                Effort.Medium => 8_192,
                Effort.High => 24_576,
                Effort.XHigh or Effort.Max => 32_768,
                _ => null,
            };
}

/// <summary>The shape that an answer must have.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="Schema">Of <see cref="OutputKind.Schema"/>.</param>
/// <param name="Name">The schema's name; empty when it has none.</param>
/// <param name="Description">What it is for; empty when nothing is said.</param>
/// <param name="Strict">Whether it must match exactly; null when nothing is said.</param>
internal readonly record struct OutputShape(
    OutputKind Kind,
    JsonValue Schema = default,
    RawText Name = default,
    RawText Description = default,
    bool? Strict = null
);

/// <summary>What shape is asked for.</summary>
internal enum OutputKind : byte
{
    /// <summary>Free text.</summary>
    Text,

    /// <summary>Any JSON object.</summary>
    Json,

    /// <summary>JSON of a schema.</summary>
    Schema,
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Weir.Gateway.Transforms;

/// <summary>
/// What a list of transforms may make of a request's size, before any of them is carried out: never less than it comes to. For what is set
/// aside for a request. Immutable.
/// </summary>
internal sealed class OutputBounds
{
    /// <summary>The most answers that a vendor gives at once (OpenAI's <c>n</c>).</summary>
    private const int MostAnswers = 128;

    private static readonly ImmutableHashSet<string> Bounds =
    [
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "maxOutputTokens",
        "maxTokens",
    ];

    private static readonly ImmutableHashSet<string> Counts = ["n", "candidateCount", "candidate_count"];

    private static readonly ImmutableHashSet<string> Holders =
    [
        "generationConfig",
        "generation_config",
        "inferenceConfig",
    ];

    private readonly ImmutableArray<TransformConfig> steps;

    /// <summary>Of these steps.</summary>
    public OutputBounds(ImmutableArray<TransformConfig> configs)
    {
        steps =
        [
            .. configs.Where(config => Touches(config, Bounds) || Touches(config, Counts) || Touches(config, Holders)),
        ];
        AddedBytes = configs
            .Where(config => config.Action is TransformAction.Set or TransformAction.Default or TransformAction.System)
            .Sum(config => (long)Encoding.UTF8.GetByteCount(config.Value ?? config.Subject));
    }

    /// <summary>The bytes that are added to the prompt, at most.</summary>
    public long AddedBytes { get; }

    /// <summary>The bound on the output that is sent, at most; null for the model's own.</summary>
    /// <param name="asked">The caller's; null for none.</param>
    public long? Output(long? asked) => Widened(asked, Bounds, unknown: null);

    /// <summary>How many answers are asked for, at most.</summary>
    /// <param name="asked">The caller's; 0 for one.</param>
    public int Answers(int asked) =>
        (int)Math.Clamp(Widened(Math.Max(asked, 1), Counts, MostAnswers) ?? MostAnswers, 1, int.MaxValue);

    private long? Widened(long? asked, ImmutableHashSet<string> names, long? unknown)
    {
        foreach (var step in steps)
        {
            if (Touches(step, Holders))
            {
                asked = unknown;
            }
            else if (Touches(step, names))
            {
                var given = step.Action is TransformAction.Set or TransformAction.Default ? Number(step.Value) : null;
                // One that does not always hold, where nothing else bounds, bounds nothing.
                var holds = step is { Dialect: null, Model: null };
                asked = step.Action switch
                {
                    TransformAction.Set or TransformAction.Default when given is { } value => asked is { } before
                        ? Math.Max(before, value)
                        : (holds ? value : unknown),
                    TransformAction.Clamp => asked is { } before
                        ? Math.Max(before, (long)Math.Ceiling(step.Min ?? 0))
                        : asked,
                    _ => unknown,
                };
            }
        }

        return asked;
    }

    private static bool Touches(TransformConfig config, ImmutableHashSet<string> names) =>
        config.Action
            is TransformAction.Set
                or TransformAction.Default
                or TransformAction.Remove
                or TransformAction.Rename
                or TransformAction.Clamp
        && (
            names.Contains(config.Subject[(config.Subject.LastIndexOf('/') + 1)..])
            || (config.Action == TransformAction.Rename && names.Contains(config.Value ?? ""))
        );

    private static long? Number(string? json) =>
        decimal.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number is >= 0 and < long.MaxValue
            ? (long)Math.Ceiling(number)
            : null;
}

using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>
/// What docs/formats/translation.md says of a conversation: what of it both of two dialects can express, and what it becomes
/// where a dialect maps it.
/// </summary>
internal static class TalkFates
{
    /// <summary>What both can express, as the caller can say it.</summary>
    public static Talk Common(Talk talk, Dialect caller, Dialect upstream)
    {
        // What the one maps the other may drop, so the table is asked again.
        talk = Kept(talk, caller, upstream);
        talk = Kept(Through(talk, caller), caller, upstream);
        if (upstream is Dialect.OpenAIChat or Dialect.BedrockConverse || caller == upstream)
        {
            // Chat has no proofs to give back.
            talk = WithoutThoughts(talk);
        }

        if ((caller, upstream) == (Dialect.OpenAIChat, Dialect.Gemini))
        {
            // The first call of a step is what Gemini signs.
            talk = talk with
            {
                Says = Each(talk.Says, SignedAtCall),
            };
        }

        if (caller is Dialect.OpenAIChat or Dialect.OpenAIResponses)
        {
            talk = ImpliedThinking(talk, countsBudgets: false);
        }

        // Older Claudes want the thinking of the calls back before they think again.
        var hasCalls = talk.Says.Any(say => say.Bits.Any(bit => bit is Call));
        // And up to Gemini 2.5 tools and a shape of the answer exclude each other.
        var hasBoth = talk.Shape is not null && talk.Tools.Length > 0;
        return talk.Thinks && (hasCalls || hasBoth) ? talk with { IsForNewModels = true } : talk;
    }

    /// <summary>Its thinking in tokens, or in words, whichever it was asked for in.</summary>
    public static Talk ImpliedThinking(Talk talk, bool countsBudgets) =>
        talk with
        {
            Effort =
                countsBudgets ? Effort.Unset
                : talk.Budget is { } budget ? new ThinkingWish(ThinkingMode.Budget, budget).ImpliedEffort
                : talk.Effort,
            Budget = countsBudgets
                ? talk.Budget ?? new ThinkingWish(ThinkingMode.Unset, 0, talk.Effort).ImpliedBudget
                : null,
        };

    /// <summary>What is left, or has become, of it where it was written in the dialect.</summary>
    /// <param name="talk">The conversation.</param>
    /// <param name="dialect">The dialect.</param>
    /// <param name="model">The model that it was written for; null where a caller wrote it.</param>
    public static Talk Through(Talk talk, Dialect dialect, string? model = null) =>
        Normal(
            dialect switch
            {
                Dialect.AnthropicMessages => talk with
                {
                    System = talk.Shape is { Schema: null }
                        ? talk.System.Add(new Words("Answer with one JSON object and nothing else."))
                        : talk.System,
                    Says = Each(talk.Says, say => Plainly(HeadOnly(say))),
                    MaxTokens = talk.MaxTokens ?? 32_000,
                    Temperature = talk.Temperature is "1.5" ? "1" : talk.Temperature,
                    Shape = talk.Shape?.Schema is { } schema ? new Shape(schema, "", "", true) : null,
                },
                Dialect.OpenAIChat => talk with
                {
                    Says = Each(ResultsFirst(talk.Says), say => Sorted(Flat(InWords(Named(say)), marksErrors: true))),
                    Shape = WithName(talk.Shape),
                },
                Dialect.OpenAIResponses => talk with
                {
                    System = talk.System.IsEmpty ? [] : [new Words(Join(talk.System))],
                    Says = Each(talk.Says, say => Flat(InWords(Named(say)), marksErrors: true, keepsMedia: true)),
                    Shape = WithName(talk.Shape),
                },
                _ => talk with
                {
                    Says = Each(
                        Normal(talk with { Says = Each(talk.Says, HeadOnly) }).Says,
                        say =>
                            Fused(
                                Flat(
                                    Untitled(InWords(Plainly(say))),
                                    marksErrors: false,
                                    takesSome: model?.StartsWith("gemini-3", StringComparison.Ordinal) ?? false
                                )
                            )
                    ),
                    Shape = talk.Shape is { } shape ? new Shape(shape.Schema, "", "", null) : null,
                },
            }
        );

    /// <summary>Neighbouring turns of one role are one, in which results stand first.</summary>
    public static Talk Normal(Talk talk)
    {
        var says = new List<Say>();
        foreach (var say in talk.Says.Where(s => s.Bits.Length > 0))
        {
            if (says.Count > 0 && says[^1].Role == say.Role)
            {
                says[^1] = new Say(say.Role, [.. says[^1].Bits, .. say.Bits]);
            }
            else
            {
                says.Add(say);
            }
        }

        return talk with
        {
            Says =
            [
                .. says.Select(say => new Say(
                    say.Role,
                    [.. say.Bits.OfType<Result>().Select(Full), .. say.Bits.ButResults()]
                )),
            ],
        };

        static Bit Full(Result result) =>
            result with
            {
                Bits = result.Bits.RemoveAll(bit => bit is Words { Text: "" }),
            };
    }

    public static Talk WithoutThoughts(Talk talk) =>
        talk with
        {
            Says = Each(talk.Says, say => say with { Bits = say.Bits.RemoveAll(bit => bit is Thought) }),
        };

    public static Talk WithoutMarks(Talk talk)
    {
        return talk with
        {
            System = [.. talk.System.Select(words => words with { Cache = CacheMark.None })],
            Says = EachBit(talk.Says, Unmarked),
            Tools = [.. talk.Tools.Select(tool => tool with { Cache = CacheMark.None })],
        };

        static Bit Unmarked(Bit bit) =>
            bit is Result result
                ? result with
                {
                    Cache = CacheMark.None,
                    Bits = [.. result.Bits.Select(Unmarked)],
                }
                : bit with
                {
                    Cache = CacheMark.None,
                };
    }

    /// <summary>What neither of them drops or refuses, by the table itself.</summary>
    private static Talk Kept(Talk talk, Dialect one, Dialect other)
    {
        foreach (var row in Fates.All)
        {
            if (row.Of(one) is Fate.Dropped or Fate.Refused || row.Of(other) is Fate.Dropped or Fate.Refused)
            {
                talk = Without(talk, row.Feature);
            }
        }

        return talk;
    }

    private static Talk Without(Talk talk, Feature feature) =>
        feature switch
        {
            Feature.CacheControl => WithoutMarks(talk),
            Feature.PromptCacheKey => talk with { CacheKey = null },
            Feature.ImageUrl => WithoutBits(talk, bit => bit is { Kind: MediaKind.Image, Source: MediaSource.Url }),
            Feature.DocumentUrl => WithoutBits(
                talk,
                bit => bit is { Kind: MediaKind.Document, Source: MediaSource.Url }
            ),
            Feature.Audio => WithoutBits(talk, bit => bit.Kind == MediaKind.Audio),
            Feature.Video => WithoutBits(talk, bit => bit.Kind == MediaKind.Video),
            Feature.ImageDetail => talk with
            {
                Says = EachBit(talk.Says, bit => bit is Medium medium ? medium with { Detail = "" } : bit),
            },
            Feature.StrictTool => talk with { Tools = [.. talk.Tools.Select(tool => tool with { Strict = false })] },
            Feature.NoParallelTools => talk with { OneCallAtATime = false },
            Feature.OutputSchema => talk with { Shape = talk.Shape is { Schema: not null } ? null : talk.Shape },
            Feature.JsonOutput => talk with { Shape = talk.Shape is { Schema: null } ? null : talk.Shape },
            Feature.TopK => talk with { TopK = null },
            Feature.Seed => talk with { Seed = null },
            Feature.Penalties => talk with { Frequency = null, Presence = null },
            Feature.StopSequences => talk with { Stops = [] },
            Feature.ManyStopSequences => talk with { Stops = [.. talk.Stops.Take(4)] },
            Feature.EndUser => talk with { EndUser = null },
            Feature.Verbosity => talk with { Verbosity = null },
            Feature.Prefill => talk.Says is [.. var before, { Role: Role.Assistant }]
                ? talk with
                {
                    Says = before,
                }
                : talk,
            _ => talk,
        };

    private static Talk WithoutBits(Talk talk, Func<Medium, bool> isGone)
    {
        return talk with { Says = Each(talk.Says, say => say with { Bits = Left(say.Bits) }) };

        ImmutableArray<Bit> Left(ImmutableArray<Bit> bits) =>
            [
                .. bits.Where(bit => !(bit is Medium medium && isGone(medium)))
                    .Select(bit => bit is Result result ? result with { Bits = Left(result.Bits) } : bit),
            ];
    }

    /// <summary>Instructions are at the head alone: later ones are the user's words, in tags.</summary>
    private static Say HeadOnly(Say say) =>
        say.Role == Role.System
            ? new Say(
                Role.User,
                [.. say.Bits.Cast<Words>().Select(words => words with { Text = $"<system>{words.Text}</system>" })]
            )
            : say;

    private static Say Plainly(Say say) =>
        say with
        {
            Bits = [.. say.Bits.Select(bit => bit is Declined declined ? new Words(declined.Text) : bit)],
        };

    /// <summary>Plain documents are words, their title above them.</summary>
    private static Say InWords(Say say)
    {
        return say with { Bits = [.. say.Bits.Select(Worded)] };

        static Bit Worded(Bit bit) =>
            bit switch
            {
                Medium { Source: MediaSource.PlainText } document => new Words(
                    document.Title.Length > 0 ? $"{document.Title}\n\n{document.Data}" : document.Data
                ),
                Result result => result with { Bits = [.. result.Bits.Select(Worded)] },
                _ => bit,
            };
    }

    /// <summary>A document in base64 has a file's name, one at an address none.</summary>
    private static Say Named(Say say) =>
        EachMedium(
            say,
            medium =>
                medium switch
                {
                    { Kind: MediaKind.Document, Source: MediaSource.Base64, Title: "" } => medium with
                    {
                        Title = "document.pdf",
                    },
                    { Source: MediaSource.Url } => medium with { Title = "" },
                    _ => medium,
                }
        );

    private static Say Untitled(Say say) => EachMedium(say, medium => medium with { Title = "" });

    private static Say EachMedium(Say say, Func<Medium, Medium> change) =>
        EachBit([say], bit => bit is Medium medium ? change(medium) : bit)[0];

    /// <summary>A result is one text, and its media stand behind the results; or where it keeps media, texts among them.</summary>
    /// <summary>What Gemini takes inside the response of a function from 3 on.</summary>
    private static bool StandsInside(Medium medium) =>
        medium.Source == MediaSource.Base64
        && medium.Type is "image/png" or "image/jpeg" or "image/webp" or "application/pdf";

    private static Say Flat(Say say, bool marksErrors, bool keepsMedia = false, bool takesSome = false)
    {
        var results = new List<Bit>();
        var shown = new List<Bit>();
        foreach (var result in say.Bits.OfType<Result>())
        {
            var marks = marksErrors && result.IsError;
            var text = Join(result.Bits.OfType<Words>());
            var inside = takesSome ? result.Bits.OfType<Medium>().Where(StandsInside).ToArray() : [];
            var isText = inside.Length == 0 && (!keepsMedia || !result.Bits.Any(bit => bit is Medium));
            results.Add(
                result with
                {
                    IsError = result.IsError && !marksErrors,
                    Bits =
                        isText ? [new Words(marks ? $"[tool error] {text}" : text)]
                        : inside.Length > 0 ? [.. text.Length > 0 ? [new Words(text)] : Array.Empty<Bit>(), .. inside]
                        : marks ? [new Words("[tool error]"), .. result.Bits]
                        : result.Bits,
                }
            );
            if (!keepsMedia)
            {
                shown.AddRange(result.Bits.OfType<Medium>().Where(medium => !inside.Contains(medium)));
            }
        }

        return say with
        {
            Bits = [.. results, .. shown, .. say.Bits.ButResults()],
        };
    }

    private static Say SignedAtCall(Say say)
    {
        if (say.Bits.LastOrDefault(bit => bit is Thought) is not { } last || !say.Bits.Any(bit => bit is Call))
        {
            return say;
        }

        var left = say.Bits.RemoveAt(say.Bits.LastIndexOf(last));
        return say with { Bits = left.Insert(left.TakeWhile(bit => bit is not Call).Count(), last) };
    }

    /// <summary>Nothing stands between calls and their results.</summary>
    private static ImmutableArray<Say> ResultsFirst(ImmutableArray<Say> says)
    {
        var to = new List<Say>();
        for (var i = 0; i < says.Length; )
        {
            var run = says.Skip(i).TakeWhile(say => say.Role != Role.Assistant).ToList();
            to.Add(new Say(Role.User, [.. run.SelectMany(say => say.Bits.OfType<Result>())]));
            to.AddRange(run.Select(say => say with { Bits = [.. say.Bits.ButResults()] }));
            i += run.Count;
            to.AddRange(says.Skip(i).Take(1));
            i++;
        }

        return [.. to];
    }

    /// <summary>A message has its thinking, its words and its calls apart, and tells nothing of their order.</summary>
    private static Say Sorted(Say say) =>
        say.Role == Role.Assistant
            ? say with
            {
                Bits =
                [
                    .. say.Bits.OrderBy(bit =>
                        bit switch
                        {
                            Thought => 0,
                            Words => 1,
                            Declined => 2,
                            _ => 3,
                        }
                    ),
                ],
            }
            : say;

    /// <summary>What the model says in one go is one text.</summary>
    private static Say Fused(Say say)
    {
        var bits = new List<Bit>();
        foreach (var bit in say.Bits)
        {
            if (say.Role == Role.Assistant && bit is Words more && bits is [.., Words last])
            {
                bits[^1] = new Words(last.Text + more.Text);
            }
            else
            {
                bits.Add(bit);
            }
        }

        return say with
        {
            Bits = [.. bits],
        };
    }

    private static Shape? WithName(Shape? shape) =>
        shape is { Schema: not null, Name: "" } ? shape with { Name = "answer" } : shape;

    private static string Join(IEnumerable<Words> words) => string.Join("\n\n", words.Select(w => w.Text));

    private static ImmutableArray<Say> Each(ImmutableArray<Say> says, Func<Say, Say> change) =>
        [.. says.Select(change)];

    private static ImmutableArray<Say> EachBit(ImmutableArray<Say> says, Func<Bit, Bit> change)
    {
        return Each(says, say => say with { Bits = [.. say.Bits.Select(Changed)] });

        Bit Changed(Bit bit) =>
            change(bit is Result result ? result with { Bits = [.. result.Bits.Select(Changed)] } : bit);
    }
}

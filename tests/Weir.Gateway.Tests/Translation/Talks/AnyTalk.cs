using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>Whole conversations, as they come by chance: every call has its result, and the first word is the user's.</summary>
internal static class AnyTalk
{
    private const string Png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private static readonly Gen<string> Text = Gen.Frequency(
        (
            3,
            Gen.Elements(
                "water",
                "two words",
                "Zwei Blicke — \\ 水 🌊",
                "a\nb\r\n\tc",
                "\"quoted\" \\\"",
                "{\"a\":1}",
                "</system>",
                "[tool error] no",
                "weir1.s.",
                "data:image/png;base64,AA==",
                "\\u0041\\n",
                "\u0001\u007f\u2028",
                "<&'+/>"
            )
        ),
        (
            1,
            ArbMap
                .Default.GeneratorFor<NonEmptyString>()
                .Select(s => string.Concat(s.Get.Where(c => !char.IsSurrogate(c))) + "x")
        )
    );

    private static readonly Gen<string> Name = Gen.Elements("look", "list_all", "mcp__weir__open-gate", "t1");

    private static readonly Gen<string> Input = Gen.Elements(
            "{}",
            """{"place":"weir"}""",
            """{ "deep" : [ 1 , { "x" : "}\"" } ] , "a" : null }""",
            """{"big":12345678901234567890,"small":1e-7,"float":1.0,"no":false}""",
            """{"path":"C:\\temp\\\u00e4\n","/":"\/"}"""
        )
        .Or(Text.Select(t => $$"""{"text":{{TalkText.Quote(t)}}}"""));

    private static readonly Gen<string> Schema = Gen.Elements(
        """{"type":"object","properties":{}}""",
        """{"type":"object","properties":{"place":{"type":"string","description":"Where?"}},"required":["place"]}""",
        """
        {"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":9},"kind":{"type":"string",
         "enum":["a","b"]},"all":{"type":"array","items":{"type":"object","properties":{"x":{"type":"number"}}}}}}
        """
    );

    private static readonly Gen<CacheMark> Cache = Gen.Frequency(
        (8, Gen.Constant(CacheMark.None)),
        (1, Gen.Constant(CacheMark.Short)),
        (1, Gen.Constant(CacheMark.Long))
    );

    private static readonly Gen<Words> AnyWords =
        from text in Text
        from cache in Cache
        select new Words(text) { Cache = cache };

    private static readonly Gen<Medium> AnyMedium =
        from medium in Gen.Elements(
            new Medium(MediaKind.Image, MediaSource.Base64, Png, "image/png"),
            new Medium(MediaKind.Image, MediaSource.Base64, "/9j/4AAQ", "image/jpeg") { Detail = "high" },
            new Medium(MediaKind.Image, MediaSource.Url, "https://weir.example/a.png?x=1&y=2", "image/png"),
            new Medium(MediaKind.Document, MediaSource.Base64, "JVBERi0xLjQK", "application/pdf"),
            new Medium(MediaKind.Document, MediaSource.Base64, "JVBERi0xLjQK", "application/pdf")
            {
                Title = "plan.pdf",
            },
            new Medium(MediaKind.Document, MediaSource.Url, "https://weir.example/b.pdf", "application/pdf"),
            new Medium(MediaKind.Document, MediaSource.PlainText, "Line\n\"two\"", ""),
            new Medium(MediaKind.Document, MediaSource.PlainText, "Text", "") { Title = "notes" },
            new Medium(MediaKind.Audio, MediaSource.Base64, "UklGRg==", "audio/wav"),
            new Medium(MediaKind.Audio, MediaSource.Base64, "SUQz", "audio/mp3"),
            new Medium(MediaKind.Video, MediaSource.Base64, "AAAA", "video/mp4")
        )
        from cache in Cache
        select medium with
        {
            Cache = medium.Kind is MediaKind.Image or MediaKind.Document ? cache : CacheMark.None,
        };

    private static readonly Gen<ImmutableArray<Bit>> Said =
        from first in AnyWords
        from more in Few(AnyMedium.Select(m => (Bit)m).Or(AnyWords.Select(w => (Bit)w)), 2)
        from isLast in ArbMap.Default.GeneratorFor<bool>()
        select isLast ? more.Add(first) : [first, .. more];

    private static readonly Gen<(Call Call, Result Result)> Called =
        from name in Name
        from input in Input
        from error in Gen.Choose(0, 3)
        from shown in Few(Gen.Frequency((3, AnyWords.Select(w => (Bit)w)), (1, AnyMedium.Select(m => (Bit)m))), 3)
        from cache in Cache
        from odd in Gen.Elements("call_", "toolu_", "call.x/", "functions.look:", new string('i', 70))
        select (
            new Call(odd, name, input) { Cache = cache },
            new Result(
                odd,
                name,
                error == 0,
                shown.RemoveAll(bit => bit is Medium { Kind: MediaKind.Video or MediaKind.Audio })
            )
        );

    private static readonly Gen<Thought> AnyThought =
        from text in Text
        from token in Gen.Elements("EqQBCgIYAhIM+/abc==", "sig", "gAAAAAB-_x")
        select new Thought(text, token);

    /// <summary>One round: what the user says, perhaps instructions, what the model answers, and what came of its calls.</summary>
    private static readonly Gen<ImmutableArray<Say>> Round =
        from said in Said
        from instructions in Maybe(AnyWords.Select(w => w with { Cache = CacheMark.None }), 6)
        from interruption in Maybe(AnyWords.Select(w => w with { Cache = CacheMark.None }), 6)
        from thought in Maybe(AnyThought, 3)
        from words in Few(AnyWords, 2)
        from declined in Maybe(Text.Select(t => new Declined(t)), 8)
        from second in Maybe(AnyThought, 3)
        from calls in Few(Called, 3)
        from last in Maybe(AnyWords, 6)
        let hasBoth = !words.IsEmpty && !calls.IsEmpty
        let model = (ImmutableArray<Bit>)
            [
                .. List(thought),
                .. words,
                .. List(declined),
                .. hasBoth ? List(second) : [],
                .. calls.Select(c => c.Call),
                .. List(last),
            ]
        let spoken = model.Any(bit => bit is not Thought) ? model : model.Add(new Words("Well."))
        select (ImmutableArray<Say>)
            [
                new Say(Role.User, said),
                .. Instructed(instructions),
                new Say(Role.Assistant, spoken),
                .. calls.IsEmpty
                    ? (Say[])[]
                    : [.. Instructed(interruption), new Say(Role.User, [.. calls.Select(c => c.Result)])],
            ];

    private static readonly Gen<Talk> Settings =
        from max in Maybe(Gen.Choose(16, 30_000).Select(n => new Box(n)), 2)
        from temperature in Gen.Elements(null, "0", "0.7", "1", "1.5")
        from topP in Gen.Elements(null, "0.9", "1")
        from topK in Gen.Elements(null, "40")
        from seed in Gen.Elements(null, "7")
        from frequency in Gen.Elements(null, "0.5")
        from presence in Gen.Elements(null, "-1.5")
        from stops in Few(Text, 6)
        from thinks in Gen.Choose(0, 3)
        from effort in Gen.Elements(Effort.Low, Effort.Medium, Effort.High)
        from budget in Gen.Choose(1_024, 20_000)
        from shape in Maybe(
            from schema in Schema.Or(Gen.Constant<string>(null!))
            from name in Gen.Elements("answer", "plan")
            from description in Gen.Elements("", "What is asked.")
            from strict in Gen.Elements<bool?>(null, true, false)
            select schema is null ? new Shape(null, "", "", null) : new Shape(schema, name, description, strict),
            3
        )
        from endUser in Gen.Elements(null, "user-1", "ä \"b\"")
        from key in Gen.Elements(null, "key\\1")
        from verbosity in Gen.Elements(null, "low")
        select thinks == 0
            ? new Talk
            {
                MaxTokens = max is null ? null : max.Value + 40_000,
                Effort = effort,
                Shape = shape,
                EndUser = endUser,
                CacheKey = key,
                Verbosity = verbosity,
            }
        : thinks == 1
            ? new Talk
            {
                MaxTokens = max is null ? null : max.Value + 40_000,
                Budget = budget,
                Shape = shape,
                EndUser = endUser,
            }
        : new Talk
        {
            MaxTokens = max?.Value,
            Temperature = temperature,
            // Claude takes one of the two.
            TopP = temperature is null ? topP : null,
            TopK = topK,
            Seed = seed,
            Frequency = frequency,
            Presence = presence,
            Stops = stops,
            Shape = shape,
            EndUser = endUser,
            CacheKey = key,
            Verbosity = verbosity,
        };

    /// <summary>Conversations that end with the user's word, or with the model's.</summary>
    public static Gen<Talk> Talks { get; } =
        from settings in Settings
        from system in Few(AnyWords, 2)
        from rounds in Few(Round, 4)
        from last in Said
        from isOver in Gen.Choose(0, 5)
        from described in Few(Name, 4)
        from schemas in Schema.ArrayOf(4)
        from strict in Gen.Elements(true, false)
        from cache in Cache
        from choice in Gen.Elements("auto", "any", "none", "tool")
        from isOne in Gen.Elements(true, false)
        from isTerse in Gen.Elements(true, false)
        from isNew in Gen.Elements(true, false)
        let tools = (ImmutableArray<TalkTool>)
            [
                .. described
                    .Distinct()
                    .Select((name, i) => new TalkTool(name, "Does it.", schemas[i], strict) { Cache = cache }),
            ]
        select Whole(
            settings with
            {
                System = system,
                Says =
                [
                    .. rounds.SelectMany(r => r),
                    .. isOver == 0 && !rounds.IsEmpty ? (Say[])[] : [new Say(Role.User, last)],
                ],
                Tools = tools,
                // A forced tool and thinking exclude each other with Claude.
                Choice =
                    tools.IsEmpty || settings.Thinks ? "auto"
                    : choice == "tool" ? $"tool {tools[0].Name}"
                    : choice,
                OneCallAtATime = isOne && !tools.IsEmpty,
                IsTerse = isTerse,
                IsForNewModels = isNew,
            }
        );

    /// <summary>Smaller ones of the same kind.</summary>
    public static IEnumerable<Talk> Smaller(Talk talk)
    {
        for (var from = 0; from < talk.Says.Length; from++)
        {
            for (var count = talk.Says.Length - from; count > 0; count--)
            {
                yield return talk with
                {
                    Says = talk.Says.RemoveRange(from, count),
                };
            }
        }

        for (var i = 0; i < talk.Says.Length; i++)
        {
            var say = talk.Says[i];
            foreach (var bit in say.Bits)
            {
                var says = talk.Says.SetItem(i, say with { Bits = say.Bits.Remove(bit) });
                yield return talk with
                {
                    Says = bit is Call call
                        ?
                        [
                            .. says.Select(s =>
                                s with
                                {
                                    Bits = s.Bits.RemoveAll(b => b is Result result && result.Id == call.Id),
                                }
                            ),
                        ]
                        : says,
                };
                foreach (var plainer in Plainer(bit))
                {
                    yield return talk with
                    {
                        Says = talk.Says.SetItem(i, say with { Bits = say.Bits.Replace(bit, plainer) }),
                    };
                }
            }
        }

        Talk[] less =
        [
            talk with
            {
                System = [],
            },
            talk with
            {
                Tools = [],
                Choice = "auto",
                OneCallAtATime = false,
            },
            talk.Tools.Length > 1 ? talk with { Tools = talk.Tools.RemoveAt(talk.Tools.Length - 1) } : talk,
            talk with
            {
                Choice = "auto",
            },
            talk with
            {
                OneCallAtATime = false,
            },
            talk with
            {
                MaxTokens = null,
            },
            talk with
            {
                Temperature = null,
            },
            talk with
            {
                TopP = null,
            },
            talk with
            {
                TopK = null,
            },
            talk with
            {
                Seed = null,
            },
            talk with
            {
                Frequency = null,
            },
            talk with
            {
                Presence = null,
            },
            talk with
            {
                Stops = [],
            },
            talk with
            {
                Effort = Effort.Unset,
            },
            talk with
            {
                Budget = null,
            },
            talk with
            {
                Shape = null,
            },
            talk with
            {
                EndUser = null,
            },
            talk with
            {
                CacheKey = null,
            },
            talk with
            {
                Verbosity = null,
            },
            talk with
            {
                IsTerse = false,
            },
            talk with
            {
                IsForNewModels = false,
            },
        ];
        foreach (var smaller in less.Where(l => l != talk))
        {
            yield return smaller;
        }
    }

    /// <summary>Whether its turns follow each other as a provider takes them.</summary>
    public static bool IsLegal(Talk talk)
    {
        Say[] spoken = [.. talk.Says.Where(say => say.Role != Role.System)];
        var results = talk.Says.SelectMany(say => say.Bits.OfType<Result>()).Select(result => result.Id);
        var calls = talk.Says.SelectMany(say => say.Bits.OfType<Call>()).Select(call => call.Id);
        return talk.Says is [{ Role: Role.User }, ..]
            && talk.Says.All(say => say.Bits.Any(bit => bit is not Thought))
            && calls.SequenceEqual(results)
            && spoken
                .Zip(spoken.Skip(1))
                .All(pair =>
                    (pair.First.Role, pair.Second.Role) != (Role.Assistant, Role.Assistant)
                    && pair.First.Bits.Any(b => b is Call) == pair.Second.Bits.Any(b => b is Result)
                )
            && (talk.Choice.Length < 5 || talk.Tools.Any(tool => talk.Choice == $"tool {tool.Name}"));
    }

    private static IEnumerable<Bit> Plainer(Bit bit) =>
        bit switch
        {
            Words { Text: not "a" } or Words { Cache: not CacheMark.None } => [new Words("a")],
            Call { Input: not "{}" } call => [call with { Input = "{}" }],
            Result { Bits.IsEmpty: false } result => result.Bits.Select(inner =>
                (Bit)(result with { Bits = result.Bits.Remove(inner) })
            ),
            Medium { Cache: not CacheMark.None } medium => [medium with { Cache = CacheMark.None }],
            _ => [],
        };

    private static IEnumerable<Say> Instructed(Words? words) => words is null ? [] : [new Say(Role.System, [words])];

    /// <summary>Ids are told apart by their number.</summary>
    private static Talk Whole(Talk talk)
    {
        var (calls, results) = (0, 0);
        return TalkFates.Normal(
            talk with
            {
                Says =
                [
                    .. talk.Says.Select(say =>
                        say with
                        {
                            Bits =
                            [
                                .. say.Bits.Select(bit =>
                                    bit switch
                                    {
                                        Call call => call with { Id = $"{call.Id}{calls++}" },
                                        Result result => result with { Id = $"{result.Id}{results++}" },
                                        _ => bit,
                                    }
                                ),
                            ],
                        }
                    ),
                ],
            }
        );
    }

    private static Gen<ImmutableArray<T>> Few<T>(Gen<T> of, int most) =>
        Gen.Choose(0, most).SelectMany(n => of.ArrayOf(n)).Select(a => a.ToImmutableArray());

    private static Gen<T?> Maybe<T>(Gen<T> of, int oneIn)
        where T : class =>
        Gen.Choose(1, oneIn).SelectMany(n => n == 1 ? of.Select(x => (T?)x) : Gen.Constant((T?)null));

    private static IEnumerable<T> List<T>(T? one)
        where T : class => one is null ? [] : [one];

    private sealed record Box(long Value);
}

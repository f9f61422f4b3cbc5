using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>
/// Whatever two dialects can both express survives there and back. Requests are composed by the vendors' documents; the table
/// of fates says what is common to two dialects. WEIR_TALKS sets how many conversations each pair gets.
/// </summary>
public sealed partial class ThereAndBackTests
{
    private const string Provider = "up/ström";

    private static readonly int Count = int.TryParse(
        Environment.GetEnvironmentVariable("WEIR_TALKS"),
        CultureInfo.InvariantCulture,
        out var asked
    )
        ? asked
        : 150;

    public static TheoryData<Dialect, Dialect> Pairs()
    {
        var pairs = AnyDialect.Pairs();
        foreach (var dialect in AnyDialect.All)
        {
            pairs.Add(dialect, dialect);
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void What_both_can_express_survives_there_and_back(Dialect caller, Dialect upstream) =>
        Check(talk =>
        {
            talk = TalkFates.Common(talk, caller, upstream);
            var body = Composers.Compose(talk, caller, TalkTargets.KindOf(upstream), Provider);

            // There.
            var (there, lost) = TalkTargets.Write(caller, body, TalkTargets.For(talk, upstream, Provider));
            var counts = CountsBudgets(talk, caller, upstream);
            var keepsMarks = (caller, upstream) == (Dialect.AnthropicMessages, Dialect.AnthropicMessages);
            var signs = upstream == Dialect.AnthropicMessages;
            Same(
                Told(
                    TalkFates.Through(talk, upstream, TalkTargets.For(talk, upstream, Provider).Model),
                    counts,
                    keepsMarks,
                    signs
                ),
                Told(Read(upstream, there), counts, keepsMarks, signs)
            );
            Assert.Empty(lost);

            // And back, to a provider that made none of its thinking.
            var (back, _) = TalkTargets.Write(upstream, there, TalkTargets.For(talk, caller, "another"));
            var all = TalkFates.WithoutThoughts(
                TalkFates.Through(talk, upstream, TalkTargets.For(talk, upstream, Provider).Model)
            );
            Same(
                Told(TalkFates.Through(all, caller), counts, keepsMarks, signs: false),
                Told(Read(caller, back), counts, keepsMarks, signs: false)
            );
        });

    [Theory]
    [MemberData(nameof(Pairs))]
    public void What_is_read_is_what_was_said(Dialect caller, Dialect upstream) =>
        Check(talk =>
        {
            talk = TalkFates.Common(talk, caller, upstream);
            var body = Composers.Compose(talk, caller, TalkTargets.KindOf(upstream), Provider);
            Same(
                Told(talk, countsBudgets: false, keepsMarks: true, signs: false),
                Told(Read(caller, body), countsBudgets: false, keepsMarks: true, signs: false)
            );
        });

    /// <summary>What goes up is a prompt cache's key: it may only grow at its end.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    [InlineData(Dialect.AnthropicMessages, Dialect.BedrockConverse)]
    [InlineData(Dialect.OpenAIChat, Dialect.BedrockConverse)]
    [InlineData(Dialect.OpenAIResponses, Dialect.BedrockConverse)]
    [InlineData(Dialect.Gemini, Dialect.BedrockConverse)]
    public void A_turn_more_leaves_all_bytes_before_it_alone(Dialect caller, Dialect upstream) =>
        Check(talk =>
        {
            talk = TalkFates.Common(talk, caller, upstream) with { IsForNewModels = true };
            var end = Array.FindLastIndex([.. talk.Says], say => say.Role == Role.Assistant);
            // Converse wants every tool declared that was ever called.
            if (end < 0 || end + 1 == talk.Says.Length || (upstream == Dialect.BedrockConverse && !Declares(talk)))
            {
                return;
            }

            // Nor has it a word for none of them.
            talk = upstream == Dialect.BedrockConverse && talk.Choice == "none" ? talk with { Choice = "auto" } : talk;
            var traits = TalkTargets.For(talk, upstream, Provider);
            var before = talk with { Says = talk.Says[..end] };
            var (shorter, _) = TalkTargets.Write(
                caller,
                Composers.Compose(before, caller, TalkTargets.KindOf(upstream), Provider),
                traits
            );
            var (longer, _) = TalkTargets.Write(
                caller,
                Composers.Compose(talk, caller, TalkTargets.KindOf(upstream), Provider),
                traits
            );
            var (one, other) = (Cut(shorter, upstream), Cut(longer, upstream));
            Assert.Equal(one.Around, other.Around);
            Assert.True(other.Turns.Length > one.Turns.Length);
            Assert.Equal(one.Turns, other.Turns[..one.Turns.Length]);
        });

    private static bool Declares(Talk talk) =>
        talk
            .Says.SelectMany(say => say.Bits.OfType<Call>())
            .All(call => talk.Tools.Any(tool => tool.Name == call.Name));

    private static void Check(Action<Talk> holds) =>
        Prop.ForAll(Arb.From(AnyTalk.Talks, talk => AnyTalk.Smaller(talk).Where(AnyTalk.IsLegal)), talk => holds(talk))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Count));

    private static Talk Read(Dialect dialect, byte[] body) => TalkFates.Normal(TalkReader.Read(dialect, body));

    /// <summary>What counts of it.</summary>
    /// <param name="talk">All of it.</param>
    /// <param name="countsBudgets">Whether thinking is counted in tokens, and not in words.</param>
    /// <param name="keepsMarks">Whether marks for the cache are the caller's, and not Weir's.</param>
    /// <param name="signs">Whether the words of thinking are signed, so that they must stay.</param>
    private static Talk Told(Talk talk, bool countsBudgets, bool keepsMarks, bool signs)
    {
        talk = keepsMarks ? talk : TalkFates.WithoutMarks(talk);
        return TalkFates.ImpliedThinking(talk, countsBudgets) with
        {
            Says =
            [
                .. talk.Says.Select(say =>
                    say with
                    {
                        Bits =
                        [
                            .. say
                                .Bits.Where(bit => bit is not Thought { Token: "skip_thought_signature_validator" })
                                .Select(bit => bit is Thought thought && !signs ? thought with { Text = "" } : bit),
                        ],
                    }
                ),
            ],
        };
    }

    private static bool CountsBudgets(Talk talk, Dialect one, Dialect other) =>
        !talk.IsForNewModels
        && one is Dialect.AnthropicMessages or Dialect.Gemini
        && other is Dialect.AnthropicMessages or Dialect.Gemini;

    private static void Same(Talk expected, Talk actual) => Assert.Equal(expected.ToString(), actual.ToString());

    /// <summary>The turns of a body as they stand in it, and what stands around them; Anthropic's marks aside, which may move.</summary>
    private static (string Around, string[] Turns) Cut(byte[] body, Dialect dialect)
    {
        var text = Encoding.UTF8.GetString(body);
        text = dialect == Dialect.AnthropicMessages ? Marks().Replace(text, "") : text;
        using var document = JsonDocument.Parse(text);
        var turns = document.RootElement.GetProperty(
            dialect switch
            {
                Dialect.OpenAIResponses => "input",
                Dialect.Gemini => "contents",
                _ => "messages",
            }
        );
        return (
            text.Replace(turns.GetRawText(), "", StringComparison.Ordinal),
            [.. turns.EnumerateArray().Select(turn => turn.GetRawText())]
        );
    }

    [GeneratedRegex(""","cache_control":\{[^}]*\}""")]
    private static partial Regex Marks();
}

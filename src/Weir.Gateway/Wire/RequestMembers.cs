using System.Text.Unicode;
using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Wire;

/// <summary>The members of a body that decide something, as <see cref="RequestHeadReader"/> reads them.</summary>
[Flags]
internal enum RequestMember
{
    None = 0,
    Model = 1,
    Stream = 1 << 1,
    MaxTokens = 1 << 2,
    MaxCompletionTokens = 1 << 3,
    MaxOutputTokens = 1 << 4,
    StreamOptions = 1 << 5,
    Tools = 1 << 6,
    Thinking = 1 << 7,
    ReasoningEffort = 1 << 8,
    Reasoning = 1 << 9,
    Speed = 1 << 10,
    ServiceTier = 1 << 11,
    Metadata = 1 << 12,
    GenerationConfig = 1 << 13,
    Answers = 1 << 14,
}

/// <summary>
/// Finds members by their names, also where an escape, another case or a letter that looks alike spells them: decoders differ in
/// what they take for one. Pure.
/// </summary>
internal static class RequestMembers
{
    private const int LongestKey = 64;

    /// <summary>The member that a name stands for; none for one that decides nothing.</summary>
    /// <param name="name">As it stands in the JSON.</param>
    /// <param name="escaped">Whether it has escapes.</param>
    /// <param name="dialect">The dialect that the body is in.</param>
    /// <param name="exact">Whether it is spelled as vendors spell it, and not only so that some decoder takes it.</param>
    /// <param name="invalid">Whether it is no text.</param>
    public static RequestMember Find(
        scoped ReadOnlySpan<byte> name,
        bool escaped,
        Dialect dialect,
        out bool exact,
        out bool invalid
    )
    {
        exact = false;
        invalid = false;
        Span<byte> plain = stackalloc byte[LongestKey];
        if (escaped)
        {
            if (name.Length > LongestKey * 6)
            {
                return RequestMember.None;
            }

            var length = JsonText.Unescape(name, plain);
            if (length < 0)
            {
                return RequestMember.None;
            }

            name = plain[..length];
        }

        if (!System.Text.Ascii.IsValid(name))
        {
            invalid = !Utf8.IsValid(name);
            name = invalid || name.Length > LongestKey ? default : FoldLookalikes(name, plain);
        }

        if (name.Length is not 1 and (< 5 or > 21))
        {
            return RequestMember.None;
        }

        var member = FindFolded(name, dialect);
        exact = member != RequestMember.None && IsExact(name, member);
        return member;
    }

    // Go's decoder matches keys without regard to case, and counts the long s and the Kelvin sign as s and k.
    private static ReadOnlySpan<byte> FoldLookalikes(ReadOnlySpan<byte> name, Span<byte> to)
    {
        var length = 0;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i..].StartsWith("\u017F"u8))
            {
                to[length++] = (byte)'S';
                i += 1;
            }
            else if (name[i..].StartsWith("\u212A"u8))
            {
                to[length++] = (byte)'K';
                i += 2;
            }
            else
            {
                to[length++] = name[i];
            }
        }

        return to[..length];
    }

    private static RequestMember FindFolded(ReadOnlySpan<byte> name, Dialect dialect)
    {
        var member = (name.Length, name[0] | 0x20) switch
        {
            (1, 'n') when dialect == Dialect.OpenAIChat => RequestMember.Answers,
            (5, 'm') => RequestMember.Model,
            (5, 't') => RequestMember.Tools,
            (5, 's') => RequestMember.Speed,
            (6, 's') => RequestMember.Stream,
            (8, 't') => RequestMember.Thinking,
            (8, 'm') => RequestMember.Metadata,
            (9, 'r') => RequestMember.Reasoning,
            (10, 'm') => RequestMember.MaxTokens,
            (12 or 11, 's') => RequestMember.ServiceTier,
            (14, 's') => RequestMember.StreamOptions,
            (16, 'r') => RequestMember.ReasoningEffort,
            (16 or 17, 'g') when dialect == Dialect.Gemini => RequestMember.GenerationConfig,
            (17, 'm') => RequestMember.MaxOutputTokens,
            (21, 'm') => RequestMember.MaxCompletionTokens,
            _ => RequestMember.None,
        };
        return
            member != RequestMember.None
            && (
                System.Text.Ascii.EqualsIgnoreCase(name, Utf8NameOf(member))
                || System.Text.Ascii.EqualsIgnoreCase(name, OtherNameOf(member))
            )
            ? member
            : RequestMember.None;
    }

    private static bool IsExact(ReadOnlySpan<byte> name, RequestMember member) =>
        name.SequenceEqual(Utf8NameOf(member)) || name.SequenceEqual(OtherNameOf(member));

    private static ReadOnlySpan<byte> Utf8NameOf(RequestMember member) =>
        member switch
        {
            RequestMember.Model => "model"u8,
            RequestMember.Stream => "stream"u8,
            RequestMember.MaxTokens => "max_tokens"u8,
            RequestMember.MaxCompletionTokens => "max_completion_tokens"u8,
            RequestMember.MaxOutputTokens => "max_output_tokens"u8,
            RequestMember.StreamOptions => "stream_options"u8,
            RequestMember.Tools => "tools"u8,
            RequestMember.Thinking => "thinking"u8,
            RequestMember.ReasoningEffort => "reasoning_effort"u8,
            RequestMember.Reasoning => "reasoning"u8,
            RequestMember.Speed => "speed"u8,
            RequestMember.ServiceTier => "service_tier"u8,
            RequestMember.Metadata => "metadata"u8,
            RequestMember.GenerationConfig => "generationConfig"u8,
            RequestMember.Answers => "n"u8,
            _ => default,
        };

    // Google's JSON takes a field's own name beside its camel case.
    private static ReadOnlySpan<byte> OtherNameOf(RequestMember member) =>
        member switch
        {
            RequestMember.GenerationConfig => "generation_config"u8,
            RequestMember.ServiceTier => "serviceTier"u8,
            _ => default,
        };

    /// <summary>Its name, for people.</summary>
    public static string NameOf(RequestMember member) => System.Text.Encoding.UTF8.GetString(Utf8NameOf(member));
}

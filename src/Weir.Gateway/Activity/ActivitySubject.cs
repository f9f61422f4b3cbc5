using System.Globalization;
using System.Text;
using Weir.Gateway.Admission;

namespace Weir.Gateway.Activities;

/// <summary>
/// What an event is about, by the names that records have too; null for what it is not about. Names are cut to
/// <see cref="LongestName"/> characters, and what does not show (controls, marks of direction, halves of characters) is
/// replaced: they come from callers. Immutable.
/// </summary>
public sealed record ActivitySubject
{
    /// <summary>How many characters of a name are kept.</summary>
    public const int LongestName = 200;

    /// <summary>About nothing by name.</summary>
    public static ActivitySubject None { get; } = new();

    /// <summary>The provider.</summary>
    public string? Provider
    {
        get;
        init => field = Name(value);
    }

    /// <summary>The model.</summary>
    public string? Model
    {
        get;
        init => field = Name(value);
    }

    /// <summary>Which of the provider's own keys, by the name that records have for it.</summary>
    public string? Account
    {
        get;
        init => field = Name(value);
    }

    /// <summary>The budget.</summary>
    public string? Budget
    {
        get;
        init => field = Name(value);
    }

    /// <summary>The limit.</summary>
    public string? Limit
    {
        get;
        init => field = Name(value);
    }

    /// <summary>The organisation whose counter it is.</summary>
    public string? Organisation
    {
        get;
        init => field = Name(value);
    }

    /// <summary>The team.</summary>
    public string? Team
    {
        get;
        init => field = Name(value);
    }

    /// <summary>The person.</summary>
    public string? User
    {
        get;
        init => field = Name(value);
    }

    /// <summary>The caller's key, by its name.</summary>
    public string? Key
    {
        get;
        init => field = Name(value);
    }

    /// <summary>The tag's value.</summary>
    public string? Tag
    {
        get;
        init => field = Name(value);
    }

    /// <summary>Who did it: a person's or a key's name, or <c>file</c> for a document that was changed on disk.</summary>
    public string? Actor
    {
        get;
        init => field = Name(value);
    }

    /// <summary>Whose counter a budget or limit has, in words: <c>key ci, model claude-sonnet-5</c>; empty for one that all share.</summary>
    internal string Whose()
    {
        (string, string?)[] parts =
        [
            ("organisation", Organisation),
            ("team", Team),
            ("user", User),
            ("key", Key),
            ("model", Model),
            ("provider", Provider),
            ("tag", Tag),
        ];
        return string.Join(", ", parts.Where(p => p.Item2 is not null).Select(p => $"{p.Item1} {p.Item2}"));
    }

    /// <summary>The counter of a budget or limit.</summary>
    internal static ActivitySubject Of(string rule, Measure measure, in ScopeValue scope) =>
        new()
        {
            Budget = measure == Measure.Cost ? rule : null,
            Limit = measure == Measure.Cost ? null : rule,
            Organisation = scope.Organisation,
            Team = scope.Team,
            User = scope.User,
            Key = scope.Key,
            Model = scope.Model,
            Provider = scope.Provider,
            Tag = scope.Tag,
        };

    /// <summary>A text as it is kept: cut, and all of it visible. Null for an empty one.</summary>
    internal static string? Name(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var kept = new StringBuilder(Math.Min(text.Length, LongestName));
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > LongestName)
            {
                break;
            }

            kept.Append(IsShown(rune) ? rune.ToString() : "\uFFFD");
        }

        return kept.ToString();
    }

    private static bool IsShown(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse
            );
}

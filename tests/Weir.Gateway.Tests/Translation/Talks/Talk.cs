using System.Collections.Immutable;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Tests.Translation.Talks;

/// <summary>A conversation in plain words, of which requests of every dialect are composed and to which they are read back.</summary>
internal sealed record Talk
{
    public ImmutableArray<Words> System { get; init; } = [];
    public ImmutableArray<Say> Says { get; init; } = [];
    public ImmutableArray<TalkTool> Tools { get; init; } = [];

    /// <summary><c>auto</c>, <c>any</c>, <c>none</c>, or <c>tool</c> with its name behind a space.</summary>
    public string Choice { get; init; } = "auto";
    public bool OneCallAtATime { get; init; }
    public long? MaxTokens { get; init; }
    public string? Temperature { get; init; }
    public string? TopP { get; init; }
    public string? TopK { get; init; }
    public string? Seed { get; init; }
    public string? Frequency { get; init; }
    public string? Presence { get; init; }
    public ImmutableArray<string> Stops { get; init; } = [];
    public Effort Effort { get; init; }
    public long? Budget { get; init; }
    public Shape? Shape { get; init; }
    public string? EndUser { get; init; }
    public string? CacheKey { get; init; }
    public string? Verbosity { get; init; }

    /// <summary>Whether its composer writes short forms (a text for a list of one) and escapes beyond what JSON asks for.</summary>
    public bool IsTerse { get; init; }

    /// <summary>Whether it is for models that think by effort or level, and not by a budget.</summary>
    public bool IsForNewModels { get; init; }

    public bool Thinks => Effort != Effort.Unset || Budget is not null;

    public override string ToString() => string.Join('\n', TalkText.Lines(this));
}

/// <summary>A turn.</summary>
internal sealed record Say(Role Role, ImmutableArray<Bit> Bits);

/// <summary>A piece of a turn.</summary>
internal abstract record Bit
{
    public CacheMark Cache { get; init; }
}

internal sealed record Words(string Text) : Bit;

/// <summary>Words with which a model declines.</summary>
internal sealed record Declined(string Text) : Bit;

internal sealed record Medium(MediaKind Kind, MediaSource Source, string Data, string Type) : Bit
{
    public string Title { get; init; } = "";
    public string Detail { get; init; } = "";
}

internal sealed record Call(string Id, string Name, string Input) : Bit;

internal sealed record Result(string Id, string Name, bool IsError, ImmutableArray<Bit> Bits) : Bit;

/// <summary>Thinking with the proof of the provider that is asked next.</summary>
internal sealed record Thought(string Text, string Token) : Bit;

internal sealed record TalkTool(string Name, string Description, string Schema, bool Strict)
{
    public CacheMark Cache { get; init; }
}

/// <summary>The shape that the answer must have; without a schema any JSON.</summary>
internal sealed record Shape(string? Schema, string Name, string Description, bool? Strict);

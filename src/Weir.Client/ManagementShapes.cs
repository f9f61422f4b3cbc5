using System.Text;
using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>The workspace's keys, by name.</summary>
public sealed record KeyList(IReadOnlyList<KeyItem> Items);

/// <summary>A key: all but its text.</summary>
public record KeyItem
{
    /// <summary><c>key_…</c>, the same through rotations.</summary>
    public required string Id { get; init; }

    /// <summary>Its name, unique among the living keys.</summary>
    public required string Name { get; init; }

    /// <summary>The first characters of its text.</summary>
    public required string Prefix { get; init; }

    /// <summary>What it was given: <c>gateway</c>, <c>read</c>, <c>admin</c>, <c>ingest</c>, or permissions by name.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The id of the person whose roles bound it; null for nobody.</summary>
    public required string? Owner { get; init; }

    /// <summary>His name; null for nobody.</summary>
    public required string? OwnerName { get; init; }

    /// <summary>
    /// <c>active</c>, <c>invited</c> or <c>suspended</c>: the key opens nothing while he is not active. Null for nobody's.
    /// </summary>
    public required string? OwnerState { get; init; }

    /// <summary>The person it stands for.</summary>
    public required string? User { get; init; }

    /// <summary>The team it stands for.</summary>
    public required string? Team { get; init; }

    /// <summary>The project it stands for.</summary>
    public required string? Project { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it got its present text; null when it never was rotated.</summary>
    public required DateTimeOffset? RotatedAt { get; init; }

    /// <summary>When it ends by itself; null for never.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked; null while it lives.</summary>
    public required DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was last let in; null for never.</summary>
    public required DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The models that it may ask for, <c>*</c> for any run of characters; empty for all.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>The networks that it may be used from; empty for all.</summary>
    public required IReadOnlyList<string> Networks { get; init; }

    /// <summary>The origins of the pages that may use it; empty for every caller.</summary>
    public required IReadOnlyList<string> Origins { get; init; }
}

/// <summary>A key with its text, which is shown this once.</summary>
public sealed record KeyWithText : KeyItem
{
    /// <summary>The key itself, <c>wk_…</c>.</summary>
    [JsonPropertyName("key")]
    public required string Text { get; init; }

    /// <inheritdoc />
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);
}

/// <summary>A key to be made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewKey
{
    /// <summary>1 to 64 letters, digits, <c>.</c>, <c>_</c>, <c>-</c>.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// <c>gateway</c>, <c>read</c>, <c>admin</c>, <c>ingest</c>, or permissions by name (<c>config:read</c>); null for
    /// <c>gateway</c> alone.
    /// </summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>The id or name of the person whose roles bound it; null for nobody, or for who makes it and may no more.</summary>
    public string? Owner { get; init; }

    /// <summary>The person it stands for.</summary>
    public string? User { get; init; }

    /// <summary>The team it stands for.</summary>
    public string? Team { get; init; }

    /// <summary>The project it stands for.</summary>
    public string? Project { get; init; }

    /// <summary>When it ends by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The models that it may ask for, <c>*</c> for any run of characters; null or empty for all.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>The networks that it may be used from, as <c>10.0.0.0/8</c> or one address; null or empty for all.</summary>
    public IReadOnlyList<string>? Networks { get; init; }

    /// <summary>The origins of the pages that may use it, as <c>https://example.com</c>; null or empty for every caller.</summary>
    public IReadOnlyList<string>? Origins { get; init; }
}

/// <summary>How a key is rotated.</summary>
/// <param name="OverlapSeconds">How long the old text goes on; null or 0 ends it at once.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record KeyRotation(long? OverlapSeconds = null);

/// <summary>The configuration in force.</summary>
public sealed record ConfigDocument
{
    /// <summary>
    /// <c>file</c>; <c>environment</c> when the server has no file and providers come from environment variables; <c>none</c>
    /// when another workspace has no document of its own.
    /// </summary>
    public required string Source { get; init; }

    /// <summary>The server's file; null when there is none, and for a workspace beside <c>default</c>.</summary>
    public required string? Path { get; init; }

    /// <summary>What <c>If-Match</c> must carry to replace it.</summary>
    public required string Etag { get; init; }

    /// <summary>Its number among the versions; null where there is no text, and in the moment before it is noted.</summary>
    public required long? Version { get; init; }

    /// <summary>When it was taken into force.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>True when it cannot be changed through the API.</summary>
    public required bool ReadOnly { get; init; }

    /// <summary>The text, comments included, with every secret masked; a mask sent back keeps the secret.</summary>
    public required string Text { get; init; }

    /// <summary>Faults of a newer text on disk that was refused; empty when the text in force is the one on disk.</summary>
    public required IReadOnlyList<ConfigFaultItem> PendingFaults { get; init; }

    /// <summary>Settings that changed on disk but take effect only at the next start.</summary>
    public required IReadOnlyList<string> RestartNeededFor { get; init; }
}

/// <summary>A text to take the configuration's place.</summary>
/// <param name="Text">The whole new text.</param>
/// <param name="Comment">Why, at most 500 characters on one line; null for nothing.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ConfigText(string? Text, string? Comment = null);

/// <summary>What a check of a configuration found.</summary>
public sealed record ConfigCheck(bool Valid, IReadOnlyList<ConfigFaultItem> Faults);

/// <summary>One fault of a configuration.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Key">The key's path, as <c>providers[0].kind</c>; empty for the document.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Hint">What to do; null when the message says it all.</param>
public sealed record ConfigFaultItem(int Line, int Column, string Key, string Message, string? Hint);

/// <summary>Prices in force.</summary>
/// <param name="Version">Which prices these are.</param>
/// <param name="Items">The user's own first, by precedence; then by catalogue and model.</param>
public sealed record PriceList(string Version, IReadOnlyList<PriceItem> Items);

/// <summary>A model's prices, in US dollars per million tokens as decimal strings; null where the list has none.</summary>
public sealed record PriceItem
{
    /// <summary><c>catalogue</c>, or <c>configuration</c> for a price of the user's own, which wins.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// The catalogue: <c>anthropic</c>, <c>openai</c>, <c>google</c> …; of a price of the user's own the provider or
    /// catalogue that it is for, null for any.
    /// </summary>
    public required string? Catalogue { get; init; }

    /// <summary>The model's name there; of a price of the user's own, a pattern if it holds <c>*</c>.</summary>
    public required string Model { get; init; }

    /// <summary>A name for people.</summary>
    public required string? DisplayName { get; init; }

    /// <summary>From when these prices hold; null for always.</summary>
    public required DateOnly? From { get; init; }

    /// <summary>The standard rates.</summary>
    public required PriceRateItem Rates { get; init; }

    /// <summary>Rates that replace them when the whole prompt is above a size.</summary>
    public required IReadOnlyList<PriceTierItem> Tiers { get; init; }

    /// <summary>Rates of other modes, by name.</summary>
    public required IReadOnlyDictionary<string, PriceRateItem> Modes { get; init; }

    /// <summary>US dollars for a thousand web searches; null where none is listed.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? WebSearchPerThousand { get; init; }

    /// <summary>The context window in tokens.</summary>
    public required long? ContextLimit { get; init; }

    /// <summary>The largest output in tokens.</summary>
    public required long? OutputLimit { get; init; }
}

/// <summary>US dollars per million tokens, by class.</summary>
public sealed record PriceRateItem
{
    /// <summary>Fresh input.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? Input { get; init; }

    /// <summary>Output.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? Output { get; init; }

    /// <summary>Cache reads.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? CacheRead { get; init; }

    /// <summary>Cache writes for five minutes.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? CacheWrite5m { get; init; }

    /// <summary>Cache writes for an hour.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? CacheWrite1h { get; init; }

    /// <summary>Reasoning, where it differs from output.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? Reasoning { get; init; }
}

/// <summary>Rates above a prompt size in tokens.</summary>
public sealed record PriceTierItem(long AbovePromptTokens, PriceRateItem Rates);

/// <summary>History to be priced again at the prices in force.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RepriceRequest
{
    /// <summary>From, inclusive: RFC 3339 or relative (<c>7d</c>).</summary>
    public string? From { get; init; }

    /// <summary>To, exclusive; null for now.</summary>
    public string? To { get; init; }

    /// <summary>True to compute and change nothing.</summary>
    public bool DryRun { get; init; }
}

/// <summary>What pricing history again came to.</summary>
public sealed record RepriceResult
{
    /// <summary>Whether nothing was changed.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Records looked at.</summary>
    public required long Examined { get; init; }

    /// <summary>Records whose cost differs.</summary>
    public required long Changed { get; init; }

    /// <summary>Records with tokens and still without a known price.</summary>
    public required long Unpriced { get; init; }

    /// <summary>Sum of the records' costs before, where known.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal BeforeUsd { get; init; }

    /// <summary>Sum of the records' costs after, where known.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal AfterUsd { get; init; }

    /// <summary>The prices used.</summary>
    public required string PriceVersion { get; init; }
}

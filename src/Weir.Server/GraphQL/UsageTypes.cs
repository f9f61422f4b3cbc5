using Weir.Client;
using Weir.GraphQL;

namespace Weir.Server.GraphQL;

/// <summary>The object types that more than one field gives, which lead to one another. Made once, with the schema.</summary>
internal sealed class UsageTypes
{
    /// <summary>Makes them.</summary>
    public UsageTypes(ShapeTypes shapes)
    {
        Row = shapes.Of<UsageSummaryRow>("UsageRow", "Sums for one combination of dimensions.", RowFields);
        Sums = shapes.Of<UsageFigures>("UsageSums", "Sums of usage.", ShortNames<UsageFigures>);
        Health = shapes.Of<ProviderHealthItem>("ProviderHealth", "How a provider stands.");
        Key = shapes.Of<KeyItem>("Key", "An API key, without its text.", () => [KeyLinks.Usage(Sums)]);
        Session = shapes.Of<SessionItem>(
            "Session",
            "A session of a coding agent.",
            () => [.. SessionFields(), .. SessionLinks.Of(this)]
        );
        Request = shapes.Of<RequestItem>(
            "Request",
            "One request to a model, as the ledger holds it now. What is unknown is null.",
            () => [.. RequestFields(), SessionLinks.OfRequest(Session), KeyLinks.OfRequest(Key)]
        );
    }

    /// <summary>Sums for one combination of dimensions.</summary>
    public ObjectType Row { get; }

    /// <summary>Sums.</summary>
    public ObjectType Sums { get; }

    /// <summary>How a provider stands.</summary>
    public ObjectType Health { get; }

    /// <summary>A key.</summary>
    public ObjectType Key { get; }

    /// <summary>A session.</summary>
    public ObjectType Session { get; }

    /// <summary>A request.</summary>
    public ObjectType Request { get; }

    /// <summary>The short names of sums.</summary>
    public static IEnumerable<Field> ShortNames<T>()
        where T : UsageFigures =>
        [
            ShapeTypes.Of<T>("cost", WeirScalars.Decimal, row => row.CostUsd, "List cost in US dollars."),
            ShapeTypes.Of<T>("tokens", WeirScalars.Long.NonNull, Tokens, "All tokens, those of caches included."),
        ];

    /// <summary>All tokens, those of caches included.</summary>
    public static object? Tokens(RequestSums sums) =>
        sums.InputTokens + sums.CacheReadTokens + sums.CacheWrite5mTokens + sums.CacheWrite1hTokens + sums.OutputTokens;

    private static IEnumerable<Field> RowFields() =>
        UsageQuestion
            .Names.Concat(["hour", "day", "week", "month"])
            .Select(name =>
                ShapeTypes.Of<UsageSummaryRow>(name, Scalars.String, row => row.Keys.GetValueOrDefault(name))
            )
            .Concat(ShortNames<UsageSummaryRow>());

    private static IEnumerable<Field> SessionFields() =>
        [
            ShapeTypes.Of<SessionItem>("cost", WeirScalars.Decimal, one => one.CostUsd, "List cost in US dollars."),
            ShapeTypes.Of<SessionItem>(
                "tokens",
                WeirScalars.Long.NonNull,
                Tokens,
                "All tokens, those of caches included."
            ),
        ];

    private static IEnumerable<Field> RequestFields() =>
        [
            ShapeTypes.Of<RequestItem>(
                "timestamp",
                WeirScalars.DateTime.NonNull,
                one => one.StartedAt,
                "When it began."
            ),
            ShapeTypes.Of<RequestItem>("cost", WeirScalars.Decimal, one => one.CostUsd, "List cost in US dollars."),
            ShapeTypes.Of<RequestItem>(
                "tokens",
                WeirScalars.Long,
                one =>
                    (one.InputTokens ?? 0)
                    + (one.CacheReadTokens ?? 0)
                    + (one.CacheWrite5mTokens ?? 0)
                    + (one.CacheWrite1hTokens ?? 0)
                    + (one.OutputTokens ?? 0),
                "All tokens that were reported."
            ),
        ];
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Exports.Focus;

/// <summary>
/// Requests as charges of FOCUS 1.2 (FinOps-Open-Cost-and-Usage-Spec, v1.2): one row for each request whose price is known, with
/// every mandatory column and those conditional ones whose condition Weir meets, in alphabetical order, Weir's own after them. What
/// a charge is priced by is the request: token classes have prices of their own, and FOCUS wants unit price × quantity = cost in
/// every row. A request without a known price has no charge yet, and FOCUS forbids a 0 in its place: it has no row.
/// </summary>
internal static class FocusColumns
{
    private const string Currency = "USD";

    /// <summary>Whether a request has a row.</summary>
    public static bool IsCharge(RequestItem item) => item is { CostUsd: not null, BilledUsd: not null };

    /// <summary>The columns of a workspace's charges.</summary>
    public static ImmutableArray<Column> For(ExportContext context) =>
        [
            Money("BilledCost", item => item.BilledUsd),
            Text("BillingAccountId", _ => context.WorkspaceId),
            Text("BillingAccountName", _ => context.WorkspaceName),
            Text("BillingCurrency", _ => Currency),
            Text("BillingPeriodEnd", item => Time(Month(item).AddMonths(1))),
            Text("BillingPeriodStart", item => Time(Month(item))),
            Text("ChargeCategory", _ => "Usage"),
            Text("ChargeClass", _ => null),
            Text("ChargeDescription", Description),
            Text("ChargeFrequency", _ => "Usage-Based"),
            Text("ChargePeriodEnd", item => Time(Hour(item).AddHours(1))),
            Text("ChargePeriodStart", item => Time(Hour(item))),
            Whole("ConsumedQuantity", item => Tokens(item) ?? 1),
            Text("ConsumedUnit", item => Tokens(item) is null ? "Requests" : "Tokens"),
            Money("ContractedCost", item => item.CostUsd),
            Money("ContractedUnitPrice", item => item.CostUsd),
            Money("EffectiveCost", item => item.BilledUsd),
            Text("InvoiceIssuerName", Provider),
            Money("ListCost", item => item.CostUsd),
            Money("ListUnitPrice", item => item.CostUsd),
            Text("PricingCategory", _ => "Standard"),
            Whole("PricingQuantity", _ => 1),
            Text("PricingUnit", _ => "Requests"),
            Text("ProviderName", Provider),
            Text("PublisherName", Provider),
            Text("ServiceCategory", _ => "AI and Machine Learning"),
            Text("ServiceName", item => $"{Provider(item)} models"),
            Text("ServiceSubcategory", _ => "Generative AI"),
            Text("SkuId", Sku),
            Text("SkuMeter", _ => "Requests"),
            Text("SkuPriceId", Sku),
            Text("SubAccountId", item => Known(item.Project)),
            Text("SubAccountName", item => Known(item.Project)),
            Text("SubAccountType", item => Known(item.Project) is null ? null : "Project"),
            Text("Tags", Tags),
            Text("x_Billing", item => item.Billing),
            Whole("x_CacheReadTokens", item => item.CacheReadTokens),
            Whole("x_CacheWriteFiveMinuteTokens", item => item.CacheWrite5mTokens),
            Whole("x_CacheWriteHourTokens", item => item.CacheWrite1hTokens),
            Text("x_Client", item => Known(item.Client)),
            new("x_IsEstimated", CellKind.Flag, item => Cell.Of(item.Estimated)),
            Whole("x_InputTokens", item => item.InputTokens),
            Text("x_KeyName", item => Known(item.Key)),
            Text("x_ModelName", item => Known(item.Model)),
            Whole("x_OutputTokens", item => item.OutputTokens),
            Text("x_PriceVersion", item => Known(item.PriceVersion)),
            Text("x_RequestId", item => item.Id),
            Text("x_SessionId", item => Known(item.Session)),
            new("x_StartedAt", CellKind.Time, item => Cell.Of(item.StartedAt)),
            Text("x_Status", item => item.Status),
            Text("x_TeamName", item => Known(item.Team)),
            Text("x_UserName", item => Known(item.User)),
        ];

    private static DateTimeOffset Hour(RequestItem item)
    {
        var start = item.StartedAt.UtcDateTime;
        return new DateTimeOffset(start.Year, start.Month, start.Day, start.Hour, 0, 0, TimeSpan.Zero);
    }

    private static DateTimeOffset Month(RequestItem item)
    {
        var start = item.StartedAt.UtcDateTime;
        return new DateTimeOffset(start.Year, start.Month, 1, 0, 0, 0, TimeSpan.Zero);
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static decimal? Sum(RequestItem item) =>
        item
            is {
                InputTokens: null,
                CacheReadTokens: null,
                CacheWrite5mTokens: null,
                CacheWrite1hTokens: null,
                OutputTokens: null,
            }
            ? null
            : (decimal)(item.InputTokens ?? 0)
                + (item.CacheReadTokens ?? 0)
                + (item.CacheWrite5mTokens ?? 0)
                + (item.CacheWrite1hTokens ?? 0)
                + (item.OutputTokens ?? 0);

    private static long? Tokens(RequestItem item) => Sum(item) is { } sum ? (long)Math.Min(sum, long.MaxValue) : null;

    // FOCUS wants one, and no word that stands for none: what nobody else is known to have provided, Weir did.
    private static string Provider(RequestItem item) => Known(item.Provider) ?? "Weir";

    private static string Sku(RequestItem item) => $"{Provider(item)}/{Known(item.Model) ?? "requests"}";

    private static string Description(RequestItem item) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Request to {Known(item.Model) ?? "a model"} at {Provider(item)}: {Tokens(item) ?? 0} tokens at list price {item.CostUsd:0.#########} {Currency}"
        );

    private static string? Tags(RequestItem item) =>
        item.Tags.Count == 0
            ? null
            : JsonSerializer.Serialize(item.Tags, WeirJson.Written.IReadOnlyDictionaryStringString);

    private static string? Known(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static Column Text(string name, Func<RequestItem, string?> of) =>
        new(name, CellKind.Text, item => Cell.Of(of(item)));

    private static Column Money(string name, Func<RequestItem, decimal?> of) =>
        new(name, CellKind.Money, item => Cell.Of(of(item)));

    private static Column Whole(string name, Func<RequestItem, long?> of) =>
        new(name, CellKind.Whole, item => Cell.Of(of(item)));
}

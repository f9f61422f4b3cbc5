using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Weir.Client;
using Weir.Ledger;
using Weir.Server.Api.Budgets;
using Weir.Server.Api.Usage;
using Weir.Server.Performance;

namespace Weir.Server.Api;

/// <summary>
/// What the API's description cannot read off the types: how the converters of <c>Weir.Client.Json</c> write times, money
/// and points, where a map holds nulls, and what the parameters take that are read from the query string by hand.
/// </summary>
internal static class OpenApiTypes
{
    /// <summary>Makes a schema say what is really written.</summary>
    public static void Correct(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = context.JsonTypeInfo.Type;
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        var text = plain == type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
        if (plain == typeof(DateTimeOffset) || plain == typeof(DateOnly))
        {
            schema.Type = text;
        }
        else if (plain == typeof(decimal))
        {
            schema.Type = text;
            schema.Format = null;
            schema.Pattern = @"^-?\d+(\.\d{1,9})?$";
        }
        else if (type == typeof(IReadOnlyList<DateTimeOffset>))
        {
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" };
        }
        else if (type == typeof(SeriesValue))
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Number;
            schema.Properties = null;
        }
        else if (type.BaseType == typeof(LiveMessage))
        {
            // The writer of schemas leaves the discriminator optional, and says nothing of what bears it.
            schema.Type = JsonSchemaType.Object;
            schema.Required = new HashSet<string>(schema.Required ?? new HashSet<string>()) { "type" };
        }
        else if (context.JsonPropertyInfo?.Name == "keys" && schema.AdditionalProperties is OpenApiSchema value)
        {
            value.Type |= JsonSchemaType.Null;
        }
    }

    /// <summary>Makes a parameter say what it takes.</summary>
    public static void Correct(OpenApiParameter parameter)
    {
        if (parameter.Schema is not OpenApiSchema schema)
        {
            return;
        }

        switch (parameter.Name)
        {
            case "If-Match":
                parameter.Required = parameter.Description != RuleRoutes.EtagMeaning;
                break;
            case "also":
                // A list that is not given is an empty one.
                parameter.Required = false;
                break;
            // The name of a limit is one too.
            case "limit" when parameter.In == ParameterLocation.Query:
                schema.Type = JsonSchemaType.Integer;
                (schema.Minimum, schema.Maximum) = ("1", "1000");
                schema.Default =
                    parameter.Description?.Contains("Default 10.", StringComparison.Ordinal) == true ? 10 : 100;
                break;
            case "buckets":
                schema.Type = JsonSchemaType.Integer;
                (schema.Minimum, schema.Maximum, schema.Default) = ("1", "200", 20);
                break;
            case "metric":
                OneOf(
                    schema,
                    parameter.Description?.Contains("errorRate", StringComparison.Ordinal) == true
                        ? UsageFigure.All.Select(figure => figure.Name)
                        : UsageQueryReader.MetricNames,
                    "costUsd"
                );
                break;
            case "range":
                OneOf(schema, TimelineRange.All.Select(range => range.Name), TimelineRange.Hour.Name);
                break;
            case "weekStart":
                OneOf(schema, ["monday", "sunday", "saturday"], "monday");
                break;
            case "of":
                OneOf(schema, ["durationMs", "timeToFirstTokenMs"], "durationMs");
                break;
            case "scale":
                OneOf(schema, ["log", "linear"], "log");
                break;
            case "interval":
                OneOf(schema, ["minute", "hour", "day", "week", "month"], "day");
                break;
            case "compare":
                OneOf(schema, ["previous", "year"], null);
                break;
            case "format":
                OneOf(schema, ["csv", "ndjson", "json"], "csv");
                break;
        }
    }

    private static void OneOf(OpenApiSchema schema, IEnumerable<string> words, string? otherwise)
    {
        schema.Enum = [.. words.Select(word => JsonValue.Create(word))];
        schema.Default = otherwise;
    }
}

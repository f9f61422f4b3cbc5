using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.GraphQL.Language;
using Weir.GraphQL.Validation;

namespace Weir.GraphQL.Tests.Oracle;

/// <summary>Asks both of a document, and says where they differ.</summary>
internal sealed class Comparison(Judge judge)
{
    private readonly GraphQLEngine engine = new(
        TestSchema.Make(),
        DocumentLimits.None,
        (field, bug) => throw new InvalidOperationException(field, bug)
    );

    /// <summary>How many could not be read, were not valid, and were answered, by both.</summary>
    public (int Unread, int Invalid, int Answered) Counts { get; private set; }

    /// <summary>Null when both say the same.</summary>
    public async Task<string?> DifferenceAsync(
        string document,
        JsonObject? variables = null,
        string? operationName = null
    )
    {
        var answer = await judge.AskAsync(
            new JsonObject
            {
                ["document"] = document,
                ["variables"] = variables?.DeepClone(),
                ["operationName"] = operationName,
            }
        );
        if (answer.TryGetProperty("threw", out _))
        {
            // A fault of the judge's own: it says nothing.
            return null;
        }

        var (read, fault) = Parser.Parse(document, DocumentLimits.None);
        if (answer.TryGetProperty("syntax", out var syntax))
        {
            Counts = Counts with { Unread = Counts.Unread + 1 };
            return read is null ? null : $"read, and should not be: {syntax}";
        }

        if (read is null)
        {
            return $"not read, and should be: {fault!.Message} {string.Join(' ', fault.Locations)}";
        }

        if (read.Definitions.Any(one => one is SchemaPart))
        {
            // The judge validates the schema's parts too, which are none of a query's.
            return null;
        }

        var theirs = answer
            .GetProperty("errors")
            .EnumerateArray()
            .Select(one => $"{one[0]} {one[1]}")
            .Order(StringComparer.Ordinal)
            .ToList();
        var ours = Validator
            .Validate(TestSchema.Make(), read, DocumentLimits.None)
            .Select(one => $"{one.Rule} {string.Join(' ', one.Locations.Select(at => $"{at.Line}:{at.Column}"))}")
            .Order(StringComparer.Ordinal)
            .ToList();
        if (!theirs.SequenceEqual(ours) && theirs.Count < 90)
        {
            return $"theirs alone: {string.Join("; ", Without(theirs, ours))}\nours alone: {string.Join("; ", Without(ours, theirs))}";
        }

        if (theirs.Count > 0)
        {
            Counts = Counts with { Invalid = Counts.Invalid + 1 };
            return null;
        }

        return answer.TryGetProperty("result", out var result)
            ? await ResultAsync(document, variables, operationName, result)
            : null;
    }

    private async Task<string?> ResultAsync(
        string document,
        JsonObject? variables,
        string? operationName,
        JsonElement theirs
    )
    {
        Counts = Counts with { Answered = Counts.Answered + 1 };
        using var given = JsonDocument.Parse(variables?.ToJsonString() ?? "{}");
        var (operation, refusal) = engine.Prepare(new GraphQLRequest(document, operationName, given.RootElement));
        var response = refusal ?? await operation!.RunAsync(null, TestContext.Current.CancellationToken);
        var ours = JsonNode.Parse(response.ToJson().Span)!.AsObject();
        if (ours.ContainsKey("data") != theirs.TryGetProperty("data", out var data))
        {
            return $"ours: {ours.ToJsonString()}\ntheirs: {theirs}";
        }

        if (ours.ContainsKey("data") && !JsonNode.DeepEquals(ours["data"], JsonNode.Parse(data.GetRawText())))
        {
            return $"ours: {ours["data"]?.ToJsonString()}\ntheirs: {data}";
        }

        if (!ours.ContainsKey("data"))
        {
            return ours["errors"] is JsonArray { Count: > 0 } ? null : "refused without an error";
        }

        var ourErrors = (ours["errors"] as JsonArray ?? []).Select(one => Told(one!)).Order(StringComparer.Ordinal);
        var theirErrors = JsonNode
            .Parse(theirs.GetProperty("errors").GetRawText())!
            .AsArray()
            .Select(one => Told(one!))
            .Order(StringComparer.Ordinal);
        return ourErrors.SequenceEqual(theirErrors)
            ? null
            : $"our errors: {string.Join("; ", ourErrors)}\ntheirs: {string.Join("; ", theirErrors)}";
    }

    private static string Told(JsonNode error) =>
        $"{error["path"]?.ToJsonString()} {string.Join(' ', error["locations"]!.AsArray().Select(at => $"{at!["line"]}:{at["column"]}"))}";

    private static List<string> Without(List<string> one, List<string> other)
    {
        var rest = new List<string>(one);
        other.ForEach(item => rest.Remove(item));
        return rest;
    }
}

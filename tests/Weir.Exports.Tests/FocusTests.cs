using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Exports.Focus;

namespace Weir.Exports.Tests;

/// <summary>The export against the specification's own tables (tests/fixtures/focus) and its rules of format.</summary>
public sealed partial class FocusTests
{
    private static readonly Dictionary<string, Rule> Rules = File.ReadAllLines(
            Path.Combine(AppContext.BaseDirectory, "fixtures", "columns-1.2.tsv")
        )
        .Skip(1)
        .Select(line => line.Split('\t'))
        .ToDictionary(
            parts => parts[0],
            parts => new Rule(
                parts[1],
                parts[2] == "True",
                parts[3],
                parts[4].Split(';', StringSplitOptions.RemoveEmptyEntries)
            ),
            StringComparer.Ordinal
        );

    [Fact]
    public async Task Every_mandatory_column_is_there_and_every_other_one_is_known_or_marked_as_ours()
    {
        var heading = CsvReader.Read(await Samples.WriteAsync(ExportFormat.Focus, []))[0];

        Assert.Equal(57, Rules.Count);
        Assert.Empty(Rules.Where(rule => rule.Value.Level == "Mandatory").Select(rule => rule.Key).Except(heading));
        Assert.All(heading, name => Assert.True(Rules.ContainsKey(name) || OwnName().IsMatch(name), name));
        Assert.Equal(heading.Length, heading.Distinct(StringComparer.Ordinal).Count());
        var known = heading.TakeWhile(Rules.ContainsKey).ToArray();
        Assert.Equal(known.Order(StringComparer.Ordinal), known);
        Assert.All(heading.Skip(known.Length), name => Assert.StartsWith("x_", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_cell_keeps_to_its_columns_rules()
    {
        var items = Samples.Plain(60).AddRange(Samples.Hostile());
        var records = CsvReader.Read(await Samples.WriteAsync(ExportFormat.Focus, items));

        Assert.Equal(items.Count(FocusColumns.IsCharge), records.Count - 1);
        foreach (var record in records.Skip(1))
        {
            foreach (var (name, value) in records[0].Zip(record))
            {
                if (Rules.TryGetValue(name, out var rule))
                {
                    Assert.Null(Fault(rule, value) is { } fault ? $"{name}: {fault}: {value}" : null);
                }
            }
        }
    }

    [Fact]
    public async Task Columns_agree_with_one_another_as_the_specification_wants()
    {
        var items = Samples.Plain(60);
        var records = CsvReader.Read(await Samples.WriteAsync(ExportFormat.Focus, items));
        foreach (var record in records.Skip(1))
        {
            string Of(string name) => record[Array.IndexOf(records[0], name)];
            decimal Number(string name) => decimal.Parse(Of(name), CultureInfo.InvariantCulture);
            Assert.Equal(Number("ListCost"), Number("ListUnitPrice") * Number("PricingQuantity"));
            Assert.Equal(Number("ContractedCost"), Number("ContractedUnitPrice") * Number("PricingQuantity"));
            Assert.NotEqual("", Of("PricingUnit"));
            Assert.NotEqual("", Of("ConsumedQuantity"));
            Assert.NotEqual("", Of("ConsumedUnit"));
            Assert.NotEqual("", Of("PricingCategory"));
            Assert.NotEqual("", Of("SkuId"));
            Assert.NotEqual("", Of("SkuPriceId"));
            Assert.Equal("", Of("ChargeClass"));
            Assert.Equal(Of("SubAccountId") == "", Of("SubAccountType") == "");
            Assert.True(Time(Of("ChargePeriodStart")) < Time(Of("ChargePeriodEnd")));
            Assert.True(Time(Of("BillingPeriodStart")) <= Time(Of("ChargePeriodStart")));
            Assert.True(Time(Of("ChargePeriodEnd")) <= Time(Of("BillingPeriodEnd")));
            Assert.Equal(Time(Of("BillingPeriodStart")).AddMonths(1), Time(Of("BillingPeriodEnd")));
        }
    }

    [Fact]
    public async Task The_sums_are_those_of_the_requests()
    {
        var items = Samples.Plain(200);
        var records = CsvReader.Read(await Samples.WriteAsync(ExportFormat.Focus, items));
        decimal Sum(string name) =>
            records
                .Skip(1)
                .Sum(record => decimal.Parse(record[Array.IndexOf(records[0], name)], CultureInfo.InvariantCulture));

        Assert.Equal(items.Sum(item => item.CostUsd ?? 0), Sum("ListCost"));
        Assert.Equal(items.Sum(item => item.BilledUsd ?? 0), Sum("BilledCost"));
        Assert.Equal(items.Sum(item => item.BilledUsd ?? 0), Sum("EffectiveCost"));
    }

    private static string? Fault(Rule rule, string value)
    {
        if (value.Length == 0)
        {
            return rule.AllowsNulls ? null : "null";
        }

        if (value.Trim().Length == 0 && !rule.AllowsNulls)
        {
            return "only spaces";
        }

        return rule switch
        {
            { DataType: "Decimal" } => Numeric().IsMatch(value) ? null : "no number",
            { DataType: "Date/Time" } => Moment().IsMatch(value) && Time(value).Offset == default ? null : "no time",
            { DataType: "JSON" } => IsFlatObject(value) ? null : "no object of plain values",
            { Allowed.Length: > 0 } => rule.Allowed.Contains(value) ? null : "not allowed",
            _ => null,
        };
    }

    private static bool IsFlatObject(string value)
    {
        using var json = JsonDocument.Parse(value);
        var names = json.RootElement.EnumerateObject().Select(member => member.Name).ToArray();
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length
            && json.RootElement.EnumerateObject()
                .All(member => member.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array));
    }

    private static DateTimeOffset Time(string value) =>
        DateTimeOffset.ParseExact(
            value,
            "yyyy-MM-dd'T'HH:mm:ss'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal
        );

    // NumericFormat: no plus, no comma, a point at most once, an exponent without a plus.
    [GeneratedRegex(@"^-?\d+(\.\d+)?(E-?\d+)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numeric();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Moment();

    [GeneratedRegex("^x_[A-Z][A-Za-z]{1,48}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OwnName();

    private sealed record Rule(string Level, bool AllowsNulls, string DataType, string[] Allowed);
}

using System.Collections.Immutable;
using Weir.Client;
using Weir.Server.Configuration.Splices;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Api.Budgets;

/// <summary>What a caller wrote of a budget or a limit, as the keys of the document: a null value for a key that is to go.</summary>
internal sealed class RuleFields
{
    private readonly List<(string Key, YamlNode? Value)> fields = [];

    private RuleFields(string? name, IReadOnlyDictionary<string, string>? scope, string? comment)
    {
        (Name, Scope, Comment) = (name, scope, comment);
        Add(
            "scope",
            scope is not null,
            scope is { Count: > 0 }
                ? RuleText.Of(scope.Select(part => (part.Key, (YamlNode)RuleText.Of(part.Value ?? ""))))
                : null
        );
    }

    /// <summary>The name that it gives; null for none.</summary>
    public string? Name { get; }

    /// <summary>The scope that it gives; null where it says nothing of it.</summary>
    public IReadOnlyDictionary<string, string>? Scope { get; }

    /// <summary>Why; null for nothing.</summary>
    public string? Comment { get; }

    /// <summary>The keys beside the name.</summary>
    public IReadOnlyList<(string Key, YamlNode? Value)> All => fields;

    /// <summary>The whole rule.</summary>
    public YamlMap Rule() =>
        RuleText.Of(
            fields
                .Where(field => field.Value is not null)
                .Select(field => (field.Key, field.Value!))
                .Prepend(("name", RuleText.Of(Name ?? "")))
        );

    /// <summary>Of nothing but a reason.</summary>
    public static RuleFields None { get; } = new(null, null, null);

    /// <summary>Of a budget.</summary>
    public static RuleFields Of(BudgetEdit budget)
    {
        var rule = new RuleFields(budget.Name, budget.Scope, budget.Comment);
        rule.Add("limitUsd", budget.LimitUsd is not null, budget.LimitUsd is { } usd ? RuleText.Of(usd) : null);
        rule.Add("window", budget.Window);
        rule.Add("timeZone", budget.TimeZone);
        rule.Add("weekStart", budget.WeekStart);
        rule.Add("monthStart", budget.MonthStart, empty: 0);
        rule.Add("onExceed", budget.OnExceed);
        rule.Add("downgradeTo", budget.DowngradeTo);
        rule.Add(
            "stages",
            budget.Stages is not null,
            budget.Stages is { Count: > 0 } stages ? RuleText.Of(stages.Select(Stage)) : null
        );
        rule.Add("estimate", budget.Estimate);
        rule.Add("counts", budget.Counts);
        rule.Add("unpriced", budget.Unpriced);
        return rule;
    }

    /// <summary>Of a limit.</summary>
    public static RuleFields Of(RateLimitEdit limit)
    {
        var rule = new RuleFields(limit.Name, limit.Scope, limit.Comment);
        (string Key, long? Bound)[] bounds =
        [
            ("requestsPerMinute", limit.RequestsPerMinute),
            ("requestsPerHour", limit.RequestsPerHour),
            ("requestsPerDay", limit.RequestsPerDay),
            ("tokensPerMinute", limit.TokensPerMinute),
            ("tokensPerHour", limit.TokensPerHour),
            ("tokensPerDay", limit.TokensPerDay),
            ("inputTokensPerMinute", limit.InputTokensPerMinute),
            ("inputTokensPerHour", limit.InputTokensPerHour),
            ("inputTokensPerDay", limit.InputTokensPerDay),
            ("outputTokensPerMinute", limit.OutputTokensPerMinute),
            ("outputTokensPerHour", limit.OutputTokensPerHour),
            ("outputTokensPerDay", limit.OutputTokensPerDay),
            ("concurrent", limit.Concurrent),
            ("cacheReadPercent", limit.CacheReadPercent),
        ];
        foreach (var (key, bound) in bounds)
        {
            rule.Add(key, bound, empty: -1);
        }

        rule.Add("estimate", limit.Estimate);
        return rule;
    }

    private static YamlNode Stage(BudgetStageEdit stage)
    {
        var entries = ImmutableArray.CreateBuilder<(string, YamlNode)>();
        entries.Add(("at", RuleText.Of(stage.At)));
        entries.Add(("do", RuleText.Of(stage.Do ?? "")));
        if (stage.Model is { } model)
        {
            entries.Add(("model", RuleText.Of(model)));
        }

        if (stage.Delay is { } delay)
        {
            entries.Add(("delay", RuleText.Of(delay)));
        }

        return RuleText.Of(entries);
    }

    private void Add(string key, string? text) =>
        Add(key, text is not null, string.IsNullOrEmpty(text) ? null : RuleText.Of(text));

    private void Add(string key, long? number, long empty) =>
        Add(key, number is not null, number is { } given && given != empty ? RuleText.Of(given) : null);

    private void Add(string key, bool isGiven, YamlNode? value)
    {
        if (isGiven)
        {
            fields.Add((key, value));
        }
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.FunctionalTests.Api;
using Weir.Testing;
using Checkout = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.Observability;

/// <summary>The metrics page before Prometheus' own checker, and what is built upon it.</summary>
public sealed partial class PrometheusTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task Promtool_finds_nothing_to_say()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.At("metrics"), await MetricsAsync(), TestContext.Current.CancellationToken);

        var checkedBy = await ProgramRun.RunAsync(
            "sh",
            ["-c", "promtool check metrics < metrics"],
            folder: folder.Path
        );

        Assert.Equal((0, "", ""), (checkedBy.ExitCode, checkedBy.Output, checkedBy.Errors));
    }

    [Fact]
    public async Task Promtool_would_find_a_fault()
    {
        using var folder = new TemporaryFolder();
        var faulty = (await MetricsAsync()).Replace("# HELP weir_refusals_total", "# HELP x", StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.At("metrics"), faulty, TestContext.Current.CancellationToken);

        var checkedBy = await ProgramRun.RunAsync(
            "sh",
            ["-c", "promtool check metrics < metrics"],
            folder: folder.Path
        );

        Assert.Contains("weir_refusals_total", checkedBy.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(0, checkedBy.ExitCode);
    }

    [Fact]
    public async Task Every_metric_has_help_a_type_and_a_base_unit()
    {
        var lines = (await MetricsAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var types = lines
            .Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .ToDictionary(words => words[2], words => words[3], StringComparer.Ordinal);
        var helped = lines
            .Where(line => line.StartsWith("# HELP ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[2]);

        Assert.Equal(types.Keys.Order(StringComparer.Ordinal), helped.Order(StringComparer.Ordinal));
        Assert.Equal(types.Keys.Order(StringComparer.Ordinal), Exported(lines).Order(StringComparer.Ordinal));
        foreach (var (name, type) in types)
        {
            Assert.Equal(type == "counter", name.EndsWith("_total", StringComparison.Ordinal));
            Assert.Equal(
                type == "histogram",
                name is "weir_request_duration_seconds" or "weir_time_to_first_token_seconds"
            );
            Assert.DoesNotMatch("(ms|milliseconds|minutes|kb|mb|megabytes|percent)(_|$)", name);
        }
    }

    [Fact]
    public async Task Every_metric_of_the_board_and_of_the_alerts_is_there()
    {
        var exported = Exported((await MetricsAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToHashSet();
        var board = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Repository, "ops", "grafana", "weir.json"),
            TestContext.Current.CancellationToken
        );
        using var document = JsonDocument.Parse(board);
        var panels = document.RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        var asked = Expressions(document.RootElement).SelectMany(Named).ToHashSet(StringComparer.Ordinal);
        var rules = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Repository, "ops", "prometheus", "weir.rules.yml"),
            TestContext.Current.CancellationToken
        );
        var watched = Named(rules).ToHashSet(StringComparer.Ordinal);

        Assert.True(asked.Count > 15);
        Assert.Empty(asked.Except(exported));
        Assert.True(watched.Count > 4);
        Assert.Empty(watched.Except(exported));
    }

    [Fact]
    public async Task The_boards_queries_and_the_alerts_are_sound_to_promtool()
    {
        using var folder = new TemporaryFolder();
        using var document = JsonDocument.Parse(
            await File.ReadAllTextAsync(
                Path.Combine(Checkout.Repository, "ops", "grafana", "weir.json"),
                TestContext.Current.CancellationToken
            )
        );
        var rules = Expressions(document.RootElement)
            .Where(text => !text.StartsWith("label_values", StringComparison.Ordinal))
            .Select(text => Interval().Replace(text, "5m"))
            .Select(
                (text, i) =>
                    $"      - record: board:{(char)('a' + (i / 26))}{(char)('a' + (i % 26))}\n        expr: {JsonSerializer.Serialize(text)}\n"
            );
        await File.WriteAllTextAsync(
            folder.At("board.yml"),
            "groups:\n  - name: board\n    rules:\n" + string.Concat(rules),
            TestContext.Current.CancellationToken
        );

        var board = await ProgramRun.RunAsync("promtool", ["check", "rules", folder.At("board.yml")]);
        var alerts = await ProgramRun.RunAsync(
            "promtool",
            ["check", "rules", Path.Combine(Checkout.Repository, "ops", "prometheus", "weir.rules.yml")]
        );

        Assert.True(board.ExitCode == 0, board.ToString());
        Assert.True(alerts.ExitCode == 0, alerts.ToString());
    }

    private async Task<string> MetricsAsync()
    {
        var answer = await server.GetAsync("/metrics", "");
        Assert.Equal(200, answer.Status);
        return answer.Text;
    }

    private static IEnumerable<string> Exported(IEnumerable<string> lines) =>
        lines
            .Where(line => !line.StartsWith('#'))
            .Select(line => Base(Name().Match(line).Value))
            .Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> Named(string text) =>
        Metric().Matches(text).Select(match => Base(match.Value)).Distinct(StringComparer.Ordinal);

    private static string Base(string name) => OfHistogram().Replace(name, "");

    private static IEnumerable<string> Expressions(JsonElement node) =>
        node.ValueKind switch
        {
            JsonValueKind.Object => node.EnumerateObject()
                .SelectMany(property =>
                    property.Name is "expr" or "definition" && property.Value.ValueKind == JsonValueKind.String
                        ? [property.Value.GetString()!]
                        : Expressions(property.Value)
                ),
            JsonValueKind.Array => node.EnumerateArray().SelectMany(Expressions),
            _ => [],
        };

    [GeneratedRegex("^[a-z_]+", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\b(?:weir|process|dotnet)_[a-z_0-9]+", RegexOptions.None, 1000)]
    private static partial Regex Metric();

    [GeneratedRegex("(?<=_seconds)_(?:bucket|sum|count)$", RegexOptions.None, 1000)]
    private static partial Regex OfHistogram();

    [GeneratedRegex(@"\$__(?:rate_interval|range)", RegexOptions.None, 1000)]
    private static partial Regex Interval();
}

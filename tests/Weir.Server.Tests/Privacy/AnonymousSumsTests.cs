using System.Collections.Immutable;
using Weir.Client;
using Weir.Server.Privacy;

namespace Weir.Server.Tests.Privacy;

/// <summary>No row is of fewer people than asked for, and nothing that is shown was made up or counted twice.</summary>
public sealed class AnonymousSumsTests
{
    [Fact]
    public void A_combination_of_enough_people_is_shown_and_the_few_are_put_together()
    {
        var (rows, withheld) = AnonymousSums.Of(
            [
                Row("large", "ada", 1),
                Row("large", "grace", 2),
                Row("large", "joan", 3),
                Row("small", "ada", 4),
                Row("tiny", "grace", 5),
                Row("tiny", "mary", 6),
            ],
            3
        );

        Assert.Equal(0, withheld);
        Assert.Equal([("large", 3, 6L, false), (null, 3, 15L, true)], rows.Select(Show));
        Assert.Empty(rows[1].Keys);
        Assert.Equal(["model"], rows[0].Keys.Keys);
    }

    [Fact]
    public void What_even_together_is_of_too_few_is_withheld()
    {
        var (rows, withheld) = AnonymousSums.Of(
            [
                Row("large", "ada", 1),
                Row("large", "grace", 2),
                Row("large", "joan", 3),
                Row("small", "ada", 4),
                Row("tiny", "ada", 5),
                Row("tiny", "grace", 6),
            ],
            3
        );

        Assert.Equal(2, withheld);
        Assert.Equal([("large", 3, 6L, false)], rows.Select(Show));
    }

    [Fact]
    public void One_person_under_three_models_is_one_person()
    {
        var (rows, withheld) = AnonymousSums.Of([Row("a", "ada", 1), Row("b", "ada", 1), Row("c", "ada", 1)], 3);

        Assert.Empty(rows);
        Assert.Equal(3, withheld);
    }

    [Fact]
    public void People_that_nobody_knows_count_as_one()
    {
        var (rows, _) = AnonymousSums.Of([Row("a", null, 7), Row("a", "ada", 1), Row("a", "grace", 1)], 3);

        Assert.Equal([("a", 3, 9L, false)], rows.Select(Show));
    }

    [Fact]
    public void An_unknown_value_is_a_value_and_no_text_looks_like_two()
    {
        ImmutableArray<UsageSummaryRow> rows =
        [
            .. new[] { "ada", "grace", "joan" }.SelectMany(user =>
                new[]
                {
                    Row(null, user, 1),
                    Row("", user, 1),
                    Row("-", user, 1),
                    Row("1:a", user, 1),
                    Row("a", user, 1),
                }
            ),
        ];

        Assert.Equal(5, AnonymousSums.Of(rows, 3).Rows.Length);
    }

    [Fact]
    public void Costs_that_nobody_knows_stay_unknown()
    {
        var (rows, _) = AnonymousSums.Of(
            [
                Row("a", "ada", 1) with
                {
                    CostUsd = null,
                },
                Row("a", "grace", 1) with
                {
                    CostUsd = null,
                },
                Row("b", "ada", 1),
                Row("b", "grace", 1) with
                {
                    CostUsd = null,
                },
            ],
            2
        );

        Assert.Equal([0.5m, null], rows.Select(row => row.CostUsd));
    }

    /// <summary>Whatever the rows, all the same holds: by seed, so that a failure comes again.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_there_is_no_row_is_of_fewer_and_no_request_is_counted_twice(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var rows = Enumerable
                .Range(0, random.Next(0, 60))
                .Select(_ => (Model: $"m{random.Next(8)}", User: random.Next(9) is > 0 and var u ? $"u{u}" : null))
                .Distinct()
                .Select(pair => Row(pair.Model, pair.User, random.Next(1, 100)))
                .ToList();
            var atLeast = random.Next(3, 7);

            var (shown, withheld) = AnonymousSums.Of(rows, atLeast);

            Assert.All(shown, row => Assert.True(row.People >= atLeast));
            foreach (var row in shown.Where(row => !row.IsRest))
            {
                var own = rows.Where(r => r.Keys["model"] == row.Keys["model"]).ToList();
                Assert.Equal((own.Count, own.Sum(r => r.Requests)), (row.People, row.Requests));
            }

            Assert.True(shown.Sum(row => row.Requests) <= rows.Sum(row => row.Requests));
            Assert.Equal(withheld == 0, shown.Sum(row => row.Requests) == rows.Sum(row => row.Requests));
        }
    }

    private static (string? Model, int People, long Requests, bool IsRest) Show(AnonymousRow row) =>
        (row.Keys.GetValueOrDefault("model"), row.People, row.Requests, row.IsRest);

    private static UsageSummaryRow Row(string? model, string? user, long requests) =>
        new()
        {
            Keys = new Dictionary<string, string?>(StringComparer.Ordinal) { ["model"] = model, ["user"] = user },
            Requests = requests,
            Errors = 0,
            UnpricedRequests = 0,
            EstimatedRequests = 0,
            InputTokens = requests * 10,
            CacheReadTokens = 0,
            CacheWrite5mTokens = 0,
            CacheWrite1hTokens = 0,
            OutputTokens = requests,
            ReasoningTokens = 0,
            CostUsd = 0.5m,
            BilledUsd = 0.5m,
            SavingsUsd = 0,
            LatencyMs = new LatencyFigures(null, null, null),
            TimeToFirstTokenMs = new LatencyFigures(null, null, null),
        };
}

using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api;
using Weir.Server.Api.Usage;
using Weir.Testing;

namespace Weir.Server.Tests.Api.Usage;

public sealed class UsageQueryReaderTests
{
    private static readonly FakeClock Clock = new(new DateTimeOffset(2026, 7, 2, 12, 0, 0, TimeSpan.Zero));
    private static readonly ApiCaller Caller = new(
        new Principal { Workspace = new WorkspaceId(7), Permissions = KeyScopes.Of(KeyScopes.Read)!.Value },
        () => true
    )
    {
        MayNow = () => default,
    };

    [Fact]
    public void Nothing_given_is_the_last_seven_days_of_the_callers_workspace()
    {
        var (query, errors) = Read("");

        Assert.Empty(errors);
        Assert.Equal(new WorkspaceId(7), query.Workspace);
        Assert.Equal((Clock.GetUtcNow().AddDays(-7), Clock.GetUtcNow()), (query.From, query.To));
        Assert.Empty(query.GroupBy);
        Assert.Empty(query.Filters);
    }

    [Theory]
    [InlineData("2026-07-01T10:00:00Z", "2026-07-01T10:00:00Z")]
    [InlineData("2026-07-01T10:00:00.5Z", "2026-07-01T10:00:00.5Z")]
    [InlineData("2026-07-01T10:00:00%2B02:00", "2026-07-01T08:00:00Z")]
    [InlineData("2026-07-01T10:00:00+02:00", "2026-07-01T08:00:00Z")]
    [InlineData("2026-07-01T10:00:00", "2026-07-01T10:00:00Z")]
    [InlineData("2026-07-01", "2026-07-01T00:00:00Z")]
    [InlineData("24h", "2026-07-01T12:00:00Z")]
    [InlineData("90m", "2026-07-02T10:30:00Z")]
    [InlineData("1w", "2026-06-25T12:00:00Z")]
    public void Times_are_read_as_people_write_them(string text, string expected)
    {
        var (query, errors) = Read($"?from={text}");

        Assert.Empty(errors);
        Assert.Equal(DateTimeOffset.Parse(expected, null), query.From);
    }

    [Theory]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?from=2026-07-01T25:00:00Z", "from")]
    [InlineData("?from=999999w", "from")]
    [InlineData("?from=2026-07-02&to=2026-07-01", "from")]
    [InlineData("?from=1990-01-01", "from")]
    [InlineData("?to=0001-01-01", "to")]
    [InlineData("?to=1969-12-31T23:59:59.9999999Z", "to")]
    [InlineData("?from=9000-01-01&groupBy=month", "from")]
    [InlineData("?from=1d&from=2d", "from")]
    [InlineData("?groupBy=modle", "groupBy")]
    [InlineData("?groupBy=model,model", "groupBy")]
    [InlineData("?groupBy=day,hour", "groupBy")]
    [InlineData("?modle=x", "modle")]
    [InlineData("?metric=costUsd", "metric")]
    public void What_is_not_understood_is_refused_by_name(string query, string parameter)
    {
        Assert.Equal([parameter], Read(query).Errors.Keys);
    }

    [Fact]
    public void Filters_are_repeated_or_separated_and_empty_is_unknown()
    {
        var (query, errors) = Read("?model=a,b&model=c&project=&tag.team=x&key=a%2Cb");

        Assert.Empty(errors);
        Assert.Equal(
            ["model: a b c", "project: (unknown)", "tag.team: x", "key: a b"],
            query.Filters.Select(f => $"{f.Dimension}: {string.Join(' ', f.Values.Select(v => v ?? "(unknown)"))}")
        );
    }

    [Fact]
    public void Groups_are_dimensions_and_at_most_one_period()
    {
        var reader = new UsageQueryReader(Request("?groupBy=day,model,tag.team"), groupsByPeriod: true, "groupBy");
        var query = reader.Read(Caller, Clock);

        Assert.Empty(reader.Errors);
        Assert.Equal(UsageInterval.Day, reader.Period);
        Assert.Equal(["model", "tag.team"], query.GroupBy.Select(g => g.ToString()));
    }

    [Fact]
    public void A_route_that_cannot_group_by_period_says_so()
    {
        var reader = new UsageQueryReader(Request("?groupBy=day"), groupsByPeriod: false, "groupBy");
        reader.Read(Caller, Clock);

        Assert.Equal(["groupBy"], reader.Errors.Keys);
    }

    [Theory]
    [InlineData("?from=1970-01-01&to=1970-01-02")]
    [InlineData("?from=8999-12-31&to=8999-12-31T23:59:59.9999999Z")]
    public void Periods_can_be_counted_at_both_ends_of_time(string range)
    {
        var (query, errors) = Read(range);

        Assert.Empty(errors);
        Assert.All(
            Enum.GetValues<UsageInterval>().Where(interval => interval != UsageInterval.Minute),
            interval => Assert.NotEmpty(Periods.Starts(query, interval))
        );
    }

    [Theory]
    [InlineData("2026-07-01T23:30:00Z", "2026-07-02T00:30:00Z", UsageInterval.Hour, "2026-07-01T23:00:00Z", 2)]
    [InlineData("2026-07-01T00:00:00Z", "2026-07-03T00:00:00Z", UsageInterval.Day, "2026-07-01T00:00:00Z", 2)]
    [InlineData("2026-07-05T23:00:00Z", "2026-07-06T01:00:00Z", UsageInterval.Week, "2026-06-29T00:00:00Z", 2)]
    [InlineData("2026-01-31T00:00:00Z", "2026-03-01T00:00:01Z", UsageInterval.Month, "2026-01-01T00:00:00Z", 3)]
    public void Periods_start_where_a_series_points_do(
        string from,
        string to,
        UsageInterval period,
        string first,
        int count
    )
    {
        var starts = Periods.Starts(Read($"?from={from}&to={to}").Query, period);

        Assert.Equal(DateTimeOffset.Parse(first, null), starts[0]);
        Assert.Equal(count, starts.Length);
    }

    private static (UsageQuery Query, IReadOnlyDictionary<string, string> Errors) Read(string text)
    {
        var reader = new UsageQueryReader(Request(text), groupsByPeriod: true, "groupBy");
        return (reader.Read(Caller, Clock), reader.Errors);
    }

    private static HttpRequest Request(string query)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString(query);
        return context.Request;
    }
}

using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api;
using Weir.Server.Api.Usage;
using Weir.Testing;

namespace Weir.Fuzz.Targets;

/// <summary>The query string of the usage routes: faults, or a query whose range and periods can be counted.</summary>
internal sealed class UsageQueryTarget : FuzzTarget
{
    private static readonly FakeClock Clock = new();
    private static readonly ApiCaller Caller = new(
        new Principal { Workspace = new WorkspaceId(7), Permissions = KeyScopes.Of(KeyScopes.Read)!.Value },
        () => true
    )
    {
        MayNow = () => default,
    };

    public override string Name => "usage-query";

    public override string Group => "server";

    public override IReadOnlyList<byte[]> Words => Dictionary.Query;

    public override int LongestInput => 8 * 1024;

    public override IEnumerable<byte[]> Seeds() =>
        [
            "from=7d&to=now&groupBy=model,day&model=a,b&tag.team=x"u8.ToArray(),
            "from=2026-07-01T10:00:00.5%2B02:00&to=2026-07-02&metric=costUsd&interval=hour&compare=previous"u8.ToArray(),
            "to=0001-01-01"u8.ToArray(),
            "from=2018-11-01&to=2018-12-01&timezone=America/Sao_Paulo&weekStart=sunday&model.not=a&key.prefix=b&compare=year"u8.ToArray(),
            "from=9999-12-31&to=9999-12-31T23:59:59.9999999Z&groupBy=month"u8.ToArray(),
            "from=2026-07-01T10:00+02:00&status=ok&limit=10&cursor=1f.2a"u8.ToArray(),
        ];

    public override string Run(ReadOnlySpan<byte> input)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString($"?{Encoding.Latin1.GetString(input)}");
        var reader = new UsageQueryReader(
            request,
            groupsByPeriod: true,
            "groupBy",
            "metric",
            "interval",
            "compare",
            "limit",
            "cursor",
            "timezone",
            "weekStart"
        );
        var query = reader.Read(Caller, Clock);
        var interval = reader.Interval();
        reader.Metric();
        var compare = reader.Compare();
        var limit = reader.Whole("limit", 1, 1000, 100);
        var isCursor = UsageQueries.IsCursor(reader.One("cursor") ?? "");
        Must(limit is >= 1 and <= 1000, "the limit holds");
        MustEqual(new WorkspaceId(7), query.Workspace, "the workspace is the caller's");
        var points = 0L;
        if (reader.Errors.Count == 0)
        {
            Must(query.From < query.To, "a range begins before it ends");
            var periods = Periods.Starts(query, reader.Period ?? UsageInterval.Day);
            Must(periods.Length is > 0 and <= Periods.Most + 1, "the periods are bounded");
            points = UsageQueries.CountPoints(query.From, query.To, interval);
            Must(points > 0, "a range has points");
            if (compare is not null && reader.Errors.Count == 0)
            {
                Must(UsageQueryReader.Compared(query, compare).From < query.From, "there is a period before");
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Join(' ', reader.Errors.Values.Select(e => e[..Math.Min(16, e.Length)]).Distinct().Take(5))} {query.GroupBy.Length} {query.Filters.Length} {interval} {compare} {isCursor} {Bucket(points)}"
        );
    }
}

using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Demo;

/// <summary>
/// A plausible year of a team of twelve that works with coding agents and runs three services: weekdays and nights, leave,
/// growth, new models as they came out, outages with their retries, one runaway night. Every record is marked as simulated
/// and made by a node of its own, so that all can be told from real ones and taken out again. The same seed and end give
/// the same year.
/// </summary>
public sealed class DemoYear
{
    /// <summary>The node in the ids of simulated history; a server's own node is never this one.</summary>
    public const int Node = RecordId.MaxNode;

    private readonly ulong seed;
    private readonly DateTimeOffset end;
    private readonly PriceSnapshot prices;
    private readonly WorkspaceId workspace;
    private readonly Calendar calendar;

    /// <summary>Prepares a year.</summary>
    /// <param name="workspace">Whose it is to be.</param>
    /// <param name="end">Nothing starts at or after it.</param>
    /// <param name="prices">What it costs.</param>
    /// <param name="seed">Another seed, another year.</param>
    public DemoYear(WorkspaceId workspace, DateTimeOffset end, PriceSnapshot prices, ulong seed = 12)
    {
        this.workspace = workspace;
        this.end = end;
        this.prices = prices;
        this.seed = seed;
        calendar = new Calendar(seed, DateOnly.FromDateTime(end.UtcDateTime));
    }

    /// <summary>How many days <see cref="Day"/> knows.</summary>
    public static int Days => Calendar.Days;

    /// <summary>The year's records of one day, 0 to <see cref="Days"/> less 1, rising by id. Days do not overlap. Pure.</summary>
    public IReadOnlyList<UsageRecord> Day(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Days);
        var day = calendar.Day(number);
        var load = calendar.Load(number);
        List<Call> calls = [];
        for (var person = 0; person < Team.People.Length; person++)
        {
            if (calendar.Works(person, number))
            {
                new CodingDay(Chance.For(seed, 10, person, number), person, day, load, calls).Run();
            }
        }

        new Services(Chance.For(seed, 11, number), number, day, calls).Run();
        return Records(day, calls, Chance.For(seed, 12, number));
    }

    private List<UsageRecord> Records(DateOnly day, List<Call> calls, Chance chance)
    {
        var from = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        var clock = new DayClock(from);
        var ids = new RecordIdSource(clock, Node);
        var records = new List<UsageRecord>(calls.Count);
        foreach (var call in calls.OrderBy(c => c.At))
        {
            // What a time zone or a long evening pushes over the day's edge is cut off.
            if (call.At < from || call.At >= from.AddDays(1) || call.At >= end)
            {
                continue;
            }

            clock.Now = call.At;
            var failed = chance.Happens(calendar.FailureRate(call.Model.Provider, call.At));
            records.Add(failed ? Failed(ids.Next(), call, chance) : Served(ids.Next(), call));
        }

        return records;
    }

    private UsageRecord Served(RecordId id, Call call)
    {
        var charge = prices.Charge(
            new PriceRequest
            {
                Catalogue = call.Model.Catalogue,
                Served = call.Model.Model,
                Usage = call.Usage,
                At = call.At,
            }
        );
        return Plain(id, call) with
        {
            Duration = call.End - call.At,
            TimeToFirstToken = call.Streaming ? call.FirstToken : null,
            HttpStatus = 200,
            Status = RequestStatus.Ok,
            Usage = call.Usage,
            Quality = UsageQuality.Measured,
            Cost = charge.Cost,
            PriceVersion = charge.PriceVersion,
        };
    }

    private UsageRecord Failed(RecordId id, Call call, Chance chance)
    {
        var limited = chance.Happens(0.3);
        return Plain(id, call) with
        {
            Duration = TimeSpan.FromSeconds(chance.Skewed(0.4, 0.8)),
            HttpStatus = limited ? 429 : 529,
            Status = limited ? RequestStatus.RateLimited : RequestStatus.Overloaded,
            ErrorType = limited ? "rate_limit_error" : "overloaded_error",
            Cost = Money.Zero,
        };
    }

    private UsageRecord Plain(RecordId id, Call call) =>
        new()
        {
            Id = id,
            Workspace = workspace,
            StartedAt = call.At,
            Source = UsageSource.Gateway,
            Status = RequestStatus.Ok,
            Billing = Billing.Simulated,
            Dialect = call.Dialect,
            Streaming = call.Streaming,
            Provider = call.Model.Provider,
            Model = call.Model.Model,
            RequestedModel = call.Model.Model,
            Key = call.Key,
            User = call.User,
            Team = call.Team,
            Project = call.Project,
            Session = call.Session,
            Agent = call.Agent,
            Client = call.Client,
        };

    private sealed class DayClock(DateTimeOffset from) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = from;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

using FsCheck;
using FsCheck.Fluent;
using Weir.Gateway.Admission;

namespace Weir.Gateway.Tests.Admission;

/// <summary>Whatever happens in whatever order: the book says what a plain list of all that was ever let in would say.</summary>
public sealed class AdmissionModelTests
{
    private const int Steps = 400;
    private const long DayBound = 1_000;
    private const long KeyBound = 400;
    private const long PaceBound = 12;
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(60);

    private readonly AdmissionRules rules = AdmissionRules.ForServer(
        [
            Rooms.Budget(DayBound, "all", WindowConfig.Day),
            Rooms.Budget(KeyBound, "each", WindowConfig.Sliding(Span)) with
            {
                Scope = new AdmissionScope { Key = "*" },
            },
        ],
        [
            Rooms.Limit(Measure.Requests, PaceBound, WindowConfig.Sliding(Span)),
            Rooms.Limit(Measure.Concurrent, 5, name: "room"),
        ]
    );

    [Fact]
    public void Any_interleaving_is_as_a_plain_list_would_have_it() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), Check).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private void Check(int seed)
    {
        var chance = new Random(seed);
        var clock = new TwoClocks();
        var book = new AdmissionBook(clock);
        var model = new Plain(clock);
        var open = new List<(AdmissionTicket Ticket, Held Held)>();
        for (var step = 0; step < Steps; step++)
        {
            switch (chance.Next(10))
            {
                case < 5:
                    var (key, nano) = ($"k{chance.Next(3)}", (long)chance.Next(0, 200));
                    var outcome = book.Admit(rules, Rooms.Request(nano, key: key));
                    Assert.Equal(model.Fits(key, nano), outcome.IsAdmitted);
                    if (outcome.IsAdmitted)
                    {
                        open.Add((outcome.Ticket, model.Add(key, nano)));
                    }

                    break;
                case < 7 when open.Count > 0:
                    var (settled, held) = open[chance.Next(open.Count)];
                    // Also twice, also after it was let go: the first word stands.
                    var actual = (long)chance.Next(0, 260);
                    settled.Settle(Rooms.Came(actual));
                    settled.Dispose();
                    held.End(actual);
                    open.Remove((settled, held));
                    break;
                case 7 when open.Count > 0:
                    var (let, freed) = open[chance.Next(open.Count)];
                    let.Dispose();
                    let.Settle(Rooms.Came(9_999));
                    freed.Release();
                    open.Remove((let, freed));
                    break;
                case 8:
                    clock.Advance(TimeSpan.FromMinutes(chance.Next(0, 45)));
                    break;
                default:
                    Told(chance, clock, book, model);
                    break;
            }

            Compare(book, model);
        }
    }

    /// <summary>The ledger's word, and clocks that are set.</summary>
    private void Told(Random chance, TwoClocks clock, AdmissionBook book, Plain model)
    {
        var nano = (long)chance.Next(0, 100);
        if (chance.Next(3) == 0)
        {
            // There and back again, with nothing let in between: what was known is known.
            var jump = TimeSpan.FromDays(chance.Next(-400, 400));
            clock.SetWall(jump);
            book.Standings(rules);
            book.Admit(rules, Rooms.Request(1, key: "k0")).Ticket?.Dispose();
            clock.SetWall(-jump);
            return;
        }

        var at = clock.GetUtcNow();
        book.Apply(rules.Only(rule => rule == rules.Rules[0]), Rooms.Someone(), Rooms.Came(nano), at);
        model.Spend(nano);
    }

    private void Compare(AdmissionBook book, Plain model)
    {
        foreach (var standing in book.Standings(rules))
        {
            var (spent, reserved) = model.Read(standing);
            Assert.Equal((spent, reserved, 0), (standing.Spent, standing.Reserved, standing.AtRisk));
        }
    }

    /// <summary>One request that was let in, or a sum that the ledger told.</summary>
    private sealed class Held(string? key, long nano, DateTime day, long slot)
    {
        public string? Key => key;
        public DateTime Day => day;
        public long Slot => slot;
        public long Reserved { get; private set; } = nano;
        public long Spent { get; private set; }
        public bool IsOpen { get; private set; } = true;
        public bool Counts { get; private set; } = true;

        public void End(long actual) => (Reserved, Spent, IsOpen) = (0, actual, false);

        public void Release() => (Reserved, IsOpen, Counts) = (0, false, false);
    }

    private sealed class Plain(TwoClocks clock)
    {
        private readonly List<Held> all = [];

        private DateTime Today => clock.GetUtcNow().UtcDateTime.Date;

        private long Slot => clock.GetTimestamp() / (Span.Ticks / 60);

        public Held Add(string? key, long nano)
        {
            var held = new Held(key, nano, Today, Slot);
            all.Add(held);
            return held;
        }

        public void Spend(long nano) => Add(null, 0).End(nano);

        public bool Fits(string key, long nano)
        {
            // A request that takes nothing of a budget is in nobody's way there.
            var day = all.Where(h => h.Day == Today).Sum(h => h.Spent + h.Reserved);
            var own = all.Where(h => h.Key == key && h.Slot >= Slot - 60).Sum(h => h.Spent + h.Reserved);
            return (nano == 0 || (day + nano <= DayBound && own + nano <= KeyBound))
                && all.Count(h => h.Key is not null && h.Counts && h.Slot >= Slot - 60) < PaceBound
                && all.Count(h => h.IsOpen) < 5;
        }

        public (long Spent, long Reserved) Read(CounterStanding standing)
        {
            var recent = all.Where(h => h.Key is not null && h.Slot >= Slot - 60).ToList();
            return (standing.Rule, standing.Measure) switch
            {
                ("all", _) => (
                    all.Where(h => h.Day == Today).Sum(h => h.Spent),
                    all.Where(h => h.Day == Today).Sum(h => h.Reserved)
                ),
                ("each", _) => (
                    recent.Where(h => h.Key == standing.Scope.Key).Sum(h => h.Spent),
                    recent.Where(h => h.Key == standing.Scope.Key).Sum(h => h.Reserved)
                ),
                (_, Measure.Requests) => (recent.Count(h => h.Counts && !h.IsOpen), recent.Count(h => h.IsOpen)),
                _ => (0, all.Count(h => h.IsOpen)),
            };
        }
    }
}

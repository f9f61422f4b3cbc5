using Weir.Ledger;
using Weir.Server.Performance;
using Weir.Testing;

namespace Weir.Server.Tests.Performance;

public sealed class ProcessSamplerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeClock clock = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_first_look_knows_what_is_and_the_second_what_came()
    {
        File.WriteAllBytes(folder.At("one.db"), new byte[1000]);
        File.WriteAllBytes(folder.At("two.db"), new byte[500]);
        File.WriteAllBytes(folder.At("one.db-wal"), new byte[70]);
        File.WriteAllBytes(folder.At("other"), new byte[9]);
        var reader = Reader();

        var first = reader.Read();
        clock.Advance(SampleRing.Pace);
        var second = reader.Read();

        Assert.Equal(3, first[(int)Measure.InFlight]);
        Assert.Equal((44.0, 5.0), (first[(int)Measure.JournalBytes], first[(int)Measure.Pending]));
        Assert.Equal((1500.0, 70.0), (first[(int)Measure.Databases], first[(int)Measure.WriteAheadLogs]));
        Assert.True(first[(int)Measure.WorkingSet] > 0);
        Assert.True(first[(int)Measure.DiskFree] > 0);
        Assert.True(double.IsNaN(first[(int)Measure.Cpu]));
        Assert.InRange(second[(int)Measure.Cpu], 0, 1);
        Assert.InRange(second[(int)Measure.Paused], 0, 1);
        Assert.True(second[(int)Measure.Allocated] >= 0);
    }

    [Fact]
    public void A_folder_that_is_gone_is_not_known()
    {
        folder.Dispose();

        Assert.True(double.IsNaN(Reader().Read()[(int)Measure.Databases]));
    }

    [Fact]
    public async Task Growth_is_told_of_what_full_collections_left_in_the_last_day()
    {
        await using var sampler = new ProcessSampler(Reader(), clock);
        Assert.Null(sampler.Growth);
        for (var i = 0; i < 400; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(6));
            sampler.Note(clock.GetUtcNow(), 100e6 + (1e6 * i));
            // Of several close together the least counts.
            sampler.Note(clock.GetUtcNow().AddSeconds(10), 900e6);
        }

        var growth = sampler.Growth!;

        Assert.Equal(10e6, growth.BytesPerHour, 1.0);
        Assert.Equal(HeapGrowth.Window - TimeSpan.FromMinutes(6), growth.Over);
        Assert.Equal(240, growth.Collections);
    }

    private ProcessReader Reader() =>
        new(
            folder.Path,
            () => 3,
            () =>
                new LedgerStatus
                {
                    Journalled = 9,
                    Written = 4,
                    Pending = 5,
                    JournalBytes = 44,
                },
            clock
        );
}

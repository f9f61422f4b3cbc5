using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Server.Live;

namespace Weir.Server.Tests.Live;

public sealed class LiveWindowTests
{
    [Fact]
    public void An_empty_one_knows_what_it_does_not_hold()
    {
        var window = LiveWindow.After(7);

        Assert.Equal(7, window.Newest);
        Assert.Null(window.Read(6, 10));
        Assert.Equal([], Numbers(window.Read(7, 10)));
        Assert.Equal([], Numbers(window.Read(100, 10)));
    }

    [Fact]
    public void It_reads_on_behind_a_number_also_where_numbers_are_left_out()
    {
        var window = LiveWindow.After(7).With([Entry(8), Entry(10), Entry(13)], 10);

        Assert.Equal([8, 10, 13], Numbers(window.Read(7, 10)));
        Assert.Equal([10, 13], Numbers(window.Read(8, 10)));
        Assert.Equal([10, 13], Numbers(window.Read(9, 10)));
        Assert.Equal([10], Numbers(window.Read(9, 1)));
        Assert.Equal([13], Numbers(window.Read(12, 10)));
        Assert.Equal([], Numbers(window.Read(13, 10)));
        Assert.Equal([], Numbers(window.Read(14, 10)));
        Assert.Equal(13, window.Newest);
    }

    [Fact]
    public void The_oldest_go_and_the_floor_rises_to_the_last_that_went()
    {
        var window = LiveWindow.After(0).With([Entry(1), Entry(2), Entry(5)], 3).With([Entry(6), Entry(7)], 3);

        Assert.Equal(2, window.Floor);
        Assert.Null(window.Read(1, 10));
        Assert.Equal([5, 6, 7], Numbers(window.Read(2, 10)));
    }

    [Fact]
    public void Whoever_reads_at_any_pace_sees_each_once_or_is_told_of_a_gap()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 200; round++)
        {
            var (window, cursor, number) = (LiveWindow.After(0), 0L, 0L);
            for (var step = 0; step < 50; step++)
            {
                var later = Enumerable.Range(0, random.Next(0, 6)).Select(_ => Entry(number += random.Next(1, 4)));
                window = window.With([.. later], 8);
                if (random.Next(3) > 0)
                {
                    continue;
                }

                if (window.Read(cursor, random.Next(1, 6)) is { } read)
                {
                    Assert.All(read, entry => Assert.True(entry.Sequence > cursor));
                    var skipped = window.Entries.Where(e => e.Sequence > cursor).Take(read.Length);
                    Assert.Equal(skipped.Select(e => e.Sequence), Numbers(read));
                    cursor = read.IsEmpty ? cursor : read[^1].Sequence;
                }
                else
                {
                    Assert.True(cursor < window.Floor);
                    cursor = window.Newest;
                }
            }
        }
    }

    private static LiveEntry Entry(long sequence) => new(sequence, WorkspaceId.Default, []);

    private static IEnumerable<long> Numbers(ImmutableArray<LiveEntry>? entries) =>
        entries!.Value.Select(entry => entry.Sequence);
}

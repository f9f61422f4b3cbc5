using System.Text.Json;
using Weir.Testing;

namespace Weir.Ledger.Tests.Queries;

/// <summary>What the clocks of time zones show, by node's own tables: the judge of the runtime's.</summary>
internal static class NodeClock
{
    /// <summary>Local times, as if they were UTC, of moments in a zone.</summary>
    public static async Task<DateTime[]> LocalAsync(string zone, IEnumerable<DateTimeOffset> times) =>
        [
            .. (await AskAsync(new { zone, times = times.Select(t => t.ToUnixTimeMilliseconds()) })).Select(ms =>
                DateTime.UnixEpoch.AddMilliseconds(ms)
            ),
        ];

    /// <summary>The first moments at which a zone's clock shows dates or later.</summary>
    public static async Task<DateTimeOffset[]> StartsAsync(string zone, IEnumerable<DateOnly> dates) =>
        [
            .. (await AskAsync(new { zone, dates = dates.Select(d => d.ToString("yyyy-MM-dd", null)) })).Select(
                DateTimeOffset.FromUnixTimeMilliseconds
            ),
        ];

    private static async Task<long[]> AskAsync(object question)
    {
        var script = Path.Combine(RealPrograms.Folder, "local-times.mjs");
        var run = await ProgramRun.RunAsync("node", [script], input: JsonSerializer.Serialize(question) + "\n");
        Assert.True(run.ExitCode == 0, run.ToString());
        return JsonSerializer.Deserialize<long[]>(run.Output)!;
    }
}

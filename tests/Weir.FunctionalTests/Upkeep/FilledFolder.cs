using Weir.Demo;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger;
using Weir.Testing;

namespace Weir.FunctionalTests.Upkeep;

/// <summary>A data folder that no server holds, with some days of a team's use in its ledger, and the program on it.</summary>
internal sealed class FilledFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public string Data => folder.At("data");

    public string Database => folder.At("data", "ledger.db");

    public string At(params string[] parts) => folder.At(parts);

    public void Dispose() => folder.Dispose();

    /// <summary>Fills it with some days up to one of the year that ends with 2026-11-20; returns how many requests there are.</summary>
    public async Task<int> FillAsync(int days = 3, int upTo = 353)
    {
        await using var ledger = UsageLedger.Open(new LedgerOptions { DataFolder = Data }, TimeProvider.System).Ledger!;
        var year = new DemoYear(
            WorkspaceId.Default,
            new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero),
            new PriceBook().Current
        );
        var count = 0;
        for (var day = upTo - days; day < upTo; day++)
        {
            var records = year.Day(day);
            await ledger.ImportAsync(records, CancellationToken.None);
            count += records.Count;
        }

        return count;
    }

    /// <summary>Runs the program on it.</summary>
    public Task<ProgramResult> RunAsync(params string[] arguments) =>
        ProgramRun.RunAsync(WeirProcess.Executable, arguments, Environment());

    /// <summary>How many requests the program finds in it.</summary>
    public async Task<int> CountAsync()
    {
        var told = await RunAsync("usage", "--since", "2025-01-01", "--until", "2027-12-31", "--json");
        Assert.True(told.ExitCode == 0, told.ToString());
        return told.Json().GetProperty("total").GetProperty("requests").GetInt32();
    }

    /// <summary>Changes the ledger behind its back.</summary>
    public void Execute(string sql)
    {
        using var connection = new SqliteDatabase(Database).OpenWriter();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>What the program's process needs.</summary>
    public Dictionary<string, string> Environment() => new() { ["WEIR_DATA"] = Data, ["HOME"] = folder.Path };
}

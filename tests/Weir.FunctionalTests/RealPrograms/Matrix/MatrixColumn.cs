using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms.Matrix;

/// <summary>One upstream of the matrix behind a Weir of its own, and the programs that are run at it, one after the other.</summary>
internal sealed class MatrixColumn : IAsyncDisposable
{
    private static readonly string[] PictureBeginnings = ["iVBORw0KGgo", "/9j/", "UklGR", "data:image/"];

    private readonly HashSet<string> recorded = [];

    private MatrixColumn(MatrixUpstream upstream, MeteredRun run) => (Upstream, Run) = (upstream, run);

    public MatrixUpstream Upstream { get; }

    public MeteredRun Run { get; }

    /// <summary>Starts the upstream, runs every program at it, and compares the whole account at the end.</summary>
    public static async Task<IReadOnlyList<MatrixCell>> RunAsync(MatrixUpstream upstream)
    {
        await using var column = new MatrixColumn(upstream, await MeteredRun.StartWithAsync(upstream.Configuration));
        var cells = new List<MatrixCell>();
        foreach (var program in MatrixPrograms.All)
        {
            cells.Add(await column.CellAsync(program));
        }

        Assert.Empty(column.Run.Provider.Rejected.Select(r => $"{r.Method} {r.Target}\n{r.BodyText}"));
        await column.Run.AssertLedgerAgreesAsync(cells.Sum(c => c.Requests));
        return cells;
    }

    /// <summary>The charges from the first so many on.</summary>
    public IReadOnlyList<ProviderCharge> Since(int before) => [.. Run.Provider.Charges.Skip(before)];

    /// <summary>The pictures of a request that stand where this upstream looks for them.</summary>
    public int PicturesOf(ProviderCharge charge)
    {
        var members = PictureMembers(charge.Request.Json(), "").ToList();
        Assert.All(members, m => Assert.Equal(Upstream.Picture, m));
        return members.Count;
    }

    public ValueTask DisposeAsync() => Run.DisposeAsync();

    private async Task<MatrixCell> CellAsync(MatrixProgram program)
    {
        var before = Run.Provider.Charges.Count;
        var work = await program.Run(this);
        var charges = Since(before);

        Assert.All(
            charges,
            c => Assert.Equal((Upstream.Dialect, false), (c.Dialect, c.Request.BodyText.Contains("weir1.")))
        );
        Assert.Equal(charges.Sum(c => c.Calls), work.Tools);
        AssertProofsWentBack(program, charges);
        var records = await NewRecordsAsync(charges.Count);
        Assert.Equal(
            charges.Select(c => LedgerCounts.Of([c])).OrderBy(c => c.Input),
            records.Select(LedgerCounts.Read).OrderBy(c => c.Input)
        );
        // Converse has no word for a schema: it goes without, and the record says so.
        Assert.Equal(
            Upstream.Dialect == Dialect.BedrockConverse ? work.Schemas : 0,
            records.Count(r => r.Items("dropped").Any(d => d.GetString() == "output_schema"))
        );
        return new MatrixCell(
            work.Turns,
            work.Tools,
            charges.Max(PicturesOf),
            charges.Count,
            LedgerCounts.Of([.. charges]),
            LedgerCounts.Sum(records.Select(LedgerCounts.Read))
        );
    }

    /// <summary>Whoever can keep a proof of thinking sends it back, and it arrives as it was signed.</summary>
    private void AssertProofsWentBack(MatrixProgram program, IReadOnlyList<ProviderCharge> charges)
    {
        var signed = charges.First(c => c.Calls > 0);
        if (program.KeepsProofs && Upstream.ProofOf(signed) is { } proof)
        {
            Assert.Contains(charges.SkipWhile(c => c != signed).Skip(1), c => Texts(c.Request.Json()).Contains(proof));
        }
    }

    private async Task<IReadOnlyList<JsonElement>> NewRecordsAsync(int count)
    {
        IReadOnlyList<JsonElement> records = [];
        await Run.Weir.UntilAsync(
            async () =>
            {
                var page = await Run.Weir.GetAsync("/api/v1/usage/requests?from=2020-01-01T00:00:00Z&limit=200");
                records = [.. page.Items("items").Where(r => !recorded.Contains(r.Text("id")!))];
                return records.Count >= count;
            },
            $"write {count} records ({records.Count} so far)"
        );
        recorded.UnionWith(records.Select(r => r.Text("id")!));
        return records;
    }

    private static IEnumerable<string> PictureMembers(JsonElement element, string member) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(p => PictureMembers(p.Value, p.Name)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(item => PictureMembers(item, member)),
            JsonValueKind.String
                when PictureBeginnings.Any(b => element.GetString()!.StartsWith(b, StringComparison.Ordinal)) =>
            [
                member,
            ],
            _ => [],
        };

    private static IEnumerable<string> Texts(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Texts(p.Value)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
            JsonValueKind.String => [element.GetString()!],
            _ => [],
        };
}

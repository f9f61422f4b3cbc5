using System.Collections.Concurrent;
using System.Text;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms.Matrix;

/// <summary>
/// Every program at every upstream, through translation where their dialects differ: each turn ends, each tool runs, each
/// picture arrives, and the ledger holds what the provider charged, to the token and the nano-dollar.
/// </summary>
public sealed class ProgramMatrixTests(ProgramMatrixTests.Columns columns, ITestOutputHelper output)
    : IClassFixture<ProgramMatrixTests.Columns>
{
    private const string Document = "docs/formats/translation.md";
    private const string Start = "<!-- programs -->\n";
    private const string End = "<!-- /programs -->";

    public static TheoryData<string> Upstreams => [.. MatrixUpstream.All.Select(u => u.Name)];

    [Theory]
    [MemberData(nameof(Upstreams))]
    public async Task Every_program_works_and_the_ledger_is_exact(string upstream)
    {
        var cells = await columns.OfAsync(upstream);

        foreach (var (program, cell) in MatrixPrograms.All.Zip(cells))
        {
            output.WriteLine($"{program.Name} at {upstream}: {cell.Stable}; {cell.Varying}");
            Assert.Equal(cell.Charged, cell.Recorded);
        }
    }

    [Fact]
    public async Task The_document_tells_what_ran()
    {
        var ran = new List<IReadOnlyList<MatrixCell>>();
        foreach (var upstream in MatrixUpstream.All)
        {
            ran.Add(await columns.OfAsync(upstream.Name));
        }

        var table = new StringBuilder($"| | {string.Join(" | ", MatrixUpstream.All.Select(u => u.Name))} |\n").Append(
            $"|---|{string.Concat(MatrixUpstream.All.Select(_ => "---|"))}\n"
        );
        for (var row = 0; row < MatrixPrograms.All.Length; row++)
        {
            table.Append($"| {MatrixPrograms.All[row].Name} |");
            foreach (var column in ran)
            {
                table.Append($" {column[row].Stable} |");
            }

            table.Append('\n');
        }

        output.WriteLine(table.ToString());
        var text = await File.ReadAllTextAsync(Path.Combine(Programs.Repository, Document));
        Assert.Equal(table.ToString(), text.Split(Start)[1].Split(End)[0]);
    }

    /// <summary>What ran at each upstream; none runs twice, whichever test asks first.</summary>
    public sealed class Columns
    {
        private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<MatrixCell>>>> known = new();

        internal Task<IReadOnlyList<MatrixCell>> OfAsync(string upstream) =>
            known
                .GetOrAdd(
                    upstream,
                    name => new Lazy<Task<IReadOnlyList<MatrixCell>>>(() =>
                        MatrixColumn.RunAsync(MatrixUpstream.All.Single(u => u.Name == name))
                    )
                )
                .Value;
    }
}

using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms.Matrix;

/// <summary>What a program did at an upstream: what must be so in any version of it, and what may differ.</summary>
/// <param name="Turns">Turns that came to their end with the model's last words.</param>
/// <param name="Tools">Tools that ran, and whose results came back to the model.</param>
/// <param name="Pictures">Pictures that the model was shown.</param>
/// <param name="Requests">Requests that the provider charged for; a program's own affair.</param>
/// <param name="Charged">The provider's account.</param>
/// <param name="Recorded">The ledger's; the same, or the test has failed.</param>
internal sealed record MatrixCell(
    int Turns,
    int Tools,
    int Pictures,
    int Requests,
    LedgerCounts Charged,
    LedgerCounts Recorded
)
{
    /// <summary>As the document has it.</summary>
    public string Stable => $"{Turns} · {Tools} · {Pictures}";

    /// <summary>The rest, both accounts beside each other.</summary>
    public string Varying => $"{Requests} requests; charged {InWords(Charged)}; recorded {InWords(Recorded)}";

    private static string InWords(LedgerCounts counts) =>
        $"input {counts.Input}, cache read {counts.CacheRead}, cache write {counts.CacheWrite5m} + {counts.CacheWrite1h}, "
        + $"output {counts.Output}, ${counts.Cost}";
}

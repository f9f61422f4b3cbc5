namespace Weir.Ledger.Tests.Ingest;

/// <summary>Waits for a condition that another thread brings about.</summary>
internal static class Eventually
{
    public static async Task True(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, $"Waited in vain: {what}");
            await Task.Delay(2, CancellationToken.None);
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using Weir.Capture;
using Weir.Capture.Agents;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Server.Limits;

namespace Weir.Server.Tests.Limits;

public sealed class QuotaIntakeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>What tells them may overlap itself.</summary>
    [Fact]
    public void A_refusal_that_is_told_by_many_at_once_is_stored_once()
    {
        const string Text =
            """{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit of 30,000 input tokens per minute."}}""";
        for (var round = 0; round < 50; round++)
        {
            var store = new Store();
            var intake = new QuotaIntake(new NewestQuotas(), new LimitNews(), store, TimeProvider.System);
            using var together = new Barrier(4);
            Parallel.For(
                0,
                4,
                new ParallelOptions { MaxDegreeOfParallelism = 4 },
                _ =>
                {
                    together.SignalAndWait(TimeSpan.FromSeconds(5));
                    intake.TakeRefusal(WorkspaceId.Default, new ProviderRefusal(Noon, "anthropic", "account", Text));
                }
            );

            Assert.Equal(1, store.Taken);
        }
    }

    private sealed class Store : ICaptureIntake
    {
        private int taken;

        public int Taken => taken;

        public Task NextFailure => Task.Delay(Timeout.Infinite);

        public bool TryTake(WorkspaceId workspace, Catch caught, [NotNullWhen(true)] out Task? stored)
        {
            Interlocked.Increment(ref taken);
            stored = Task.CompletedTask;
            return true;
        }
    }
}

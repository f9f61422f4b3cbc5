namespace Weir.Server.Api.Capture;

/// <summary>
/// How many deliveries are read at once: each may hold as much as its bound allows. Whoever finds it full is told to come again.
/// Thread-safe.
/// </summary>
internal sealed class CaptureGate : IDisposable
{
    private readonly SemaphoreSlim places = new(Most);

    /// <summary>How many places there are.</summary>
    public const int Most = 8;

    /// <summary>How long a sender is asked to wait, in seconds.</summary>
    public const int RetryAfterSeconds = 2;

    /// <summary>Takes a place; false when none is free. A place that was taken is given back with <see cref="Leave"/>.</summary>
    public bool TryEnter() => places.Wait(0);

    /// <summary>Gives a place back.</summary>
    public void Leave() => places.Release();

    /// <inheritdoc />
    public void Dispose() => places.Dispose();
}

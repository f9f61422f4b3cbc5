namespace Weir.Cli.Output;

/// <summary>One line on a terminal that tells how far something is; nothing where standard error is no terminal.</summary>
internal sealed class ProgressNote(TimeProvider clock) : IDisposable
{
    private const int Width = 24;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    private long told;

    /// <summary>Tells it, if it has not just been told.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="done">How much of it.</param>
    /// <param name="inAll">How much there is; 0 where that is not known.</param>
    /// <param name="amount">The same in words.</param>
    public void Tell(string what, long done, long inAll, string amount)
    {
        if (Console.IsErrorRedirected || (told != 0 && clock.GetElapsedTime(told) < Between))
        {
            return;
        }

        told = clock.GetTimestamp();
        var share = inAll <= 0 ? 0 : Math.Clamp((double)done / inAll, 0, 1);
        var full = (int)(share * Width);
        var bar = new string('━', full) + new string('╌', Width - full);
        Console.Error.Write($"\rweir: {what} {bar} {share:0%}, {amount} \u001b[K");
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (told != 0)
        {
            Console.Error.Write("\r\u001b[K");
        }
    }
}

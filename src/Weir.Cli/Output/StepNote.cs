namespace Weir.Cli.Output;

/// <summary>One line on standard error, written over again, that says how far a long work of this process is. Only on a terminal.</summary>
internal sealed class StepNote : IDisposable
{
    private readonly bool shown = !Console.IsErrorRedirected;

    /// <summary>What to call with each step; null when nobody looks.</summary>
    public Action<string, double>? Progress =>
        shown ? (part, done) => Console.Error.Write($"\rweir: {part} {done:0%} \u001b[K") : null;

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (shown)
        {
            Console.Error.Write("\r\u001b[K");
        }
    }
}

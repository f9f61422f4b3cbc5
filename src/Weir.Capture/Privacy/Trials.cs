using Microsoft.Data.Sqlite;

namespace Weir.Capture.Privacy;

/// <summary>Several things that are each tried, whatever became of the ones before. Not thread-safe.</summary>
internal sealed class Trials
{
    private readonly List<string> problems = [];

    /// <summary>What hindered any of them; null when nothing did.</summary>
    public string? Problem => problems.Count == 0 ? null : string.Join("; ", problems);

    /// <summary>Tries one; zero when files hindered it.</summary>
    public T Try<T>(Func<T> work)
        where T : struct
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            problems.Add(e.Message);
            return default;
        }
    }
}

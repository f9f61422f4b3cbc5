using System.Globalization;
using Weir.Foundation.Storage;

namespace Weir.Capture.Storage;

/// <summary>
/// The day that ages are counted from. It goes forward by at most one day for each hour that a process runs (and by one as it
/// begins), so that a clock that jumps ten years ahead costs what a day or two of age cost, and not all there is; who was
/// away for a week has caught up by the evening. Kept in the data folder. Thread-safe.
/// </summary>
internal sealed class TrustedDay(string dataFolder, TimeProvider clock)
{
    /// <summary>The file in the data folder: a day, as <c>2026-11-22</c>.</summary>
    public const string FileName = "retention-day";

    private const string Format = "yyyy-MM-dd";

    // What a clock says that was never set: no age is counted from it.
    private static readonly int FirstBelievable = new DateOnly(2000, 1, 1).DayNumber;

    private readonly Lock gate = new();
    private readonly string path = Path.Combine(dataFolder, FileName);
    private int? trusted;
    private long counted;
    private bool hasBegun;

    /// <summary>Today by the clock, whatever it says.</summary>
    public int Now => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).DayNumber;

    /// <summary>The day to count ages from: today, or an earlier one. A file that cannot be written is tried again with the next day.</summary>
    public int Today
    {
        get
        {
            lock (gate)
            {
                var now = Now;
                trusted ??= Read() ?? now;
                if (trusted < FirstBelievable)
                {
                    trusted = now;
                }

                var hours = hasBegun ? (int)Math.Min(clock.GetElapsedTime(counted).TotalHours, int.MaxValue) : 1;
                if (hours > 0)
                {
                    (counted, hasBegun) = (clock.GetTimestamp(), true);
                    var next = (int)Math.Min(now, (long)trusted.Value + hours);
                    if (next > trusted || !File.Exists(path))
                    {
                        trusted = Math.Max(next, trusted.Value);
                        Write(trusted.Value);
                    }
                }

                return Math.Min(now, trusted.Value);
            }
        }
    }

    private int? Read()
    {
        try
        {
            return DateOnly.TryParseExact(
                File.ReadAllText(path).Trim(),
                Format,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var day
            )
                ? day.DayNumber
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Write(int day)
    {
        try
        {
            AtomicFile.Write(
                path,
                System.Text.Encoding.ASCII.GetBytes(
                    DateOnly.FromDayNumber(day).ToString(Format, CultureInfo.InvariantCulture)
                ),
                AtomicFile.OwnerOnly
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is in memory, and written with the next day.
        }
    }
}

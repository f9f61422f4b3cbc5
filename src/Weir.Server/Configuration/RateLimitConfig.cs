using System.Globalization;

namespace Weir.Server.Configuration;

/// <summary>How often the management side may be asked.</summary>
public sealed record RateLimitConfig
{
    /// <summary>Changes in a minute by one caller where nothing else is said.</summary>
    public const int Default = 100;

    /// <summary>The most that can be written.</summary>
    public const int Most = 1_000_000;

    /// <summary>
    /// Changes in a minute by one caller; reads have ten times as many, deliveries of capture sixty times. 0: no bound. Null: the
    /// environment's word, else <see cref="Default"/>.
    /// </summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Different wrong keys in a minute from one address; 0: no bound.</summary>
    public int WrongKeysPerMinute { get; init; } = 10;

    /// <summary>The number of requests in a text; null when it holds none.</summary>
    public static int? Parse(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= Most
            ? number
            : null;
}

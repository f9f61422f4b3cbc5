using System.Globalization;
using System.Text;
using Weir.Capture.Storage;

namespace Weir.Capture.Sessions;

/// <summary>Where a page of things that are ordered by time and name, both falling, ended.</summary>
/// <param name="At">The time of the last, in microseconds since 1970.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct PageCursor(long At, string Name) : IComparable<PageCursor>
{
    private const int Longest = 4096;

    /// <summary>Before everything.</summary>
    public static PageCursor Start { get; } = new(long.MaxValue, "");

    /// <summary>The place of one thing.</summary>
    public static PageCursor Of(DateTimeOffset at, string name) => new(Times.ToMicroseconds(at), name);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out PageCursor cursor)
    {
        cursor = default;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (
            text.Length > Longest
            || dot < 1
            || !ulong.TryParse(text.AsSpan(0, dot), NumberStyles.AllowHexSpecifier, null, out var at)
            || at > (ulong)Times.ToMicroseconds(DateTimeOffset.MaxValue)
        )
        {
            return false;
        }

        try
        {
            cursor = new PageCursor(
                (long)at,
                new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(
                    Convert.FromHexString(text.AsSpan(dot + 1))
                )
            );
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Smaller is further on: later comes first, and of one moment the greater name.</summary>
    public int CompareTo(PageCursor other) =>
        At != other.At ? At.CompareTo(other.At)
        : this == Start || other == Start
            ? (
                this == other ? 0
                : this == Start ? 1
                : -1
            )
        : string.CompareOrdinal(Name, other.Name);

    /// <inheritdoc />
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(ulong)At:x}.{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Name))}"
        );
}

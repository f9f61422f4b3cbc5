namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>The moments that transcripts write: <c>2026-11-21T16:46:02.247Z</c>, also without fraction or with an offset.</summary>
internal static class TranscriptTime
{
    private const int EarliestYear = 2000;
    private const int LatestYear = 2999;

    /// <summary>The moment, UTC; null for anything that is none, or is not of these centuries.</summary>
    public static DateTimeOffset? Read(ReadOnlySpan<byte> text)
    {
        if (
            text.Length is < 20 or > 40
            || text[4] != '-'
            || text[7] != '-'
            || text[10] is not ((byte)'T' or (byte)' ')
            || text[13] != ':'
            || text[16] != ':'
            || !Digits(text[..4], out var year)
            || !Digits(text[5..7], out var month)
            || !Digits(text[8..10], out var day)
            || !Digits(text[11..13], out var hour)
            || !Digits(text[14..16], out var minute)
            || !Digits(text[17..19], out var second)
            || year is < EarliestYear or > LatestYear
            || month is < 1 or > 12
            || day < 1
            || day > DateTime.DaysInMonth(year, month)
            || hour > 23
            || minute > 59
            || second > 59
        )
        {
            return null;
        }

        var rest = text[19..];
        if (!Fraction(ref rest, out var ticks) || !Offset(rest, out var offset))
        {
            return null;
        }

        var moment = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).AddTicks(ticks) - offset;
        return moment;
    }

    private static bool Fraction(ref ReadOnlySpan<byte> rest, out long ticks)
    {
        ticks = 0;
        if (rest[0] != '.')
        {
            return true;
        }

        var digits = 1;
        var unit = TimeSpan.TicksPerSecond;
        while (digits < rest.Length && char.IsAsciiDigit((char)rest[digits]))
        {
            unit /= 10;
            ticks += unit * (rest[digits] - '0');
            digits++;
        }

        rest = rest[digits..];
        return digits > 1 && !rest.IsEmpty;
    }

    private static bool Offset(ReadOnlySpan<byte> rest, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (rest.Length == 1)
        {
            return rest[0] == 'Z';
        }

        if (
            rest.Length != 6
            || rest[0] is not ((byte)'+' or (byte)'-')
            || rest[3] != ':'
            || !Digits(rest[1..3], out var hours)
            || !Digits(rest[4..6], out var minutes)
            || hours > 14
            || minutes > 59
        )
        {
            return false;
        }

        offset = new TimeSpan(hours, minutes, 0) * (rest[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}

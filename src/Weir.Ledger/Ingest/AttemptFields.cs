using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger.Ingest;

/// <summary>The fields of an attempt. Stored: a number is never changed and never used again.</summary>
internal static class AttemptFields
{
    /// <summary>The record's field that holds one attempt.</summary>
    public const int Field = 41;

    private const int Provider = 1;
    private const int Model = 2;
    private const int Offset = 3;
    private const int Duration = 4;
    private const int Status = 5;
    private const int HttpStatus = 6;
    private const int ErrorType = 7;
    private const int UpstreamId = 8;
    private const int Usage = 9; // to 14
    private const int Quality = 15;
    private const int Cost = 16;

    // Four texts with key and length, and twelve numbers of at most twelve bytes.
    private const int NumbersAtMost = 12 * 12;

    /// <summary>Writes the first ones and the last, at most <paramref name="limit"/>.</summary>
    public static void Write(ref FieldWriter writer, ImmutableArray<Attempt> attempts, int limit, int textLimit)
    {
        if (attempts.IsDefaultOrEmpty)
        {
            return;
        }

        for (var i = 0; i < attempts.Length; i++)
        {
            if (i < limit - 1 || i == attempts.Length - 1)
            {
                Write(ref writer, attempts[i], textLimit);
            }
        }
    }

    /// <summary>Reads the attempt in the reader's current field; the reader fails when it is malformed.</summary>
    public static Attempt Read(ref FieldReader outer)
    {
        var reader = new FieldReader(outer.Bytes());
        string? provider = null;
        string? model = null;
        TimeSpan offset = default;
        TimeSpan? duration = null;
        RequestStatus status = default;
        int? httpStatus = null;
        string? errorType = null;
        string? upstreamId = null;
        TokenUsage usage = default;
        UsageQuality quality = default;
        Money? cost = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Provider:
                    provider = reader.Text();
                    break;
                case Model:
                    model = reader.Text();
                    break;
                case Offset:
                    offset = reader.Microseconds();
                    break;
                case Duration:
                    duration = reader.Microseconds();
                    break;
                case Status:
                    status = (RequestStatus)reader.Byte();
                    break;
                case HttpStatus:
                    httpStatus = reader.Int();
                    break;
                case ErrorType:
                    errorType = reader.Text();
                    break;
                case UpstreamId:
                    upstreamId = reader.Text();
                    break;
                case >= Usage and < Usage + UsageFields.Count:
                    usage = UsageFields.With(usage, reader.Field - Usage, reader.Number());
                    break;
                case Quality:
                    quality = (UsageQuality)reader.Byte();
                    break;
                case Cost:
                    cost = new Money(reader.Number());
                    break;
            }
        }

        outer.FailIf(reader.Failed);
        return new Attempt
        {
            Provider = provider ?? "",
            Model = model,
            Offset = offset,
            Duration = duration,
            Status = status,
            HttpStatus = httpStatus,
            ErrorType = errorType,
            UpstreamId = upstreamId,
            Usage = usage,
            Quality = quality,
            Cost = cost,
        };
    }

    private static void Write(ref FieldWriter writer, Attempt attempt, int textLimit)
    {
        var mark = writer.OpenField(Field, (4 * (textLimit + 3)) + NumbersAtMost);
        writer.Text(Provider, attempt.Provider, textLimit);
        writer.Text(Model, attempt.Model, textLimit);
        writer.NonZero(Offset, attempt.Offset.Ticks / TimeSpan.TicksPerMicrosecond);
        writer.Number(Duration, attempt.Duration?.Ticks / TimeSpan.TicksPerMicrosecond);
        writer.NonZero(Status, (byte)attempt.Status);
        writer.Number(HttpStatus, attempt.HttpStatus);
        writer.Text(ErrorType, attempt.ErrorType, textLimit);
        writer.Text(UpstreamId, attempt.UpstreamId, textLimit);
        UsageFields.Write(ref writer, Usage, attempt.Usage);
        writer.NonZero(Quality, (byte)attempt.Quality);
        writer.Number(Cost, attempt.Cost?.NanoUsd);
        writer.CloseBytes(mark);
    }
}

namespace Weir.Ledger.Ingest;

/// <summary>
/// How much of a record is kept, so that every encoded record fits <see cref="MaxRecordBytes"/> and room for it can be
/// promised before its request is sent. Texts are cut at a whole character, tags and attempts beyond the count are left
/// out (of the attempts, always the last one is kept). Numbers are never cut.
/// </summary>
/// <param name="Text">Bytes of UTF-8 for each text of the record.</param>
/// <param name="Tags">How many tags.</param>
/// <param name="TagName">Bytes of a tag's name.</param>
/// <param name="TagValue">Bytes of a tag's value.</param>
/// <param name="Attempts">How many attempts.</param>
/// <param name="AttemptText">Bytes for each text of an attempt.</param>
internal sealed record RecordLimits(int Text, int Tags, int TagName, int TagValue, int Attempts, int AttemptText)
{
    /// <summary>The longest encoding of one record, in bytes.</summary>
    public const int MaxRecordBytes = 8_176;

    /// <summary>What a record may hold, as long as the whole fits.</summary>
    public static RecordLimits Usual { get; } = new(512, 64, 128, 512, 32, 256);

    /// <summary>What is kept of a record that is too large as a whole; its worst case fits.</summary>
    public static RecordLimits Tight { get; } = new(128, 16, 64, 64, 8, 64);
}

namespace Weir.Capture.Otlp;

/// <summary>
/// A fingerprint of attributes, whatever their order. It tells the series of one sender apart, no more: whoever may send can make
/// two series look alike, and then spoils its own figures.
/// </summary>
internal static class SeriesPrint
{
    /// <summary>The fingerprint of one attribute, to be added to those of the others. FNV-1a, 64 bits.</summary>
    public static ulong Of(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in name)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        hash = (hash ^ 0xFF) * 1099511628211UL;
        foreach (var b in value)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        return hash;
    }
}

using System.Reflection;

namespace Weir.Exports.Pdf;

/// <summary>
/// The letters of pages on paper: DejaVu Sans, out of this assembly, so that a page looks the same on every machine. A build
/// without the pages' packages has none.
/// </summary>
internal static class PaperFonts
{
    private static readonly Assembly Own = typeof(PaperFonts).Assembly;
    private static readonly Lazy<TrueTypeFont> RegularFont = new(() => Read("DejaVuSans"));
    private static readonly Lazy<TrueTypeFont> BoldFont = new(() => Read("DejaVuSans-Bold"));

    /// <summary>Why there are no letters; null when there are.</summary>
    public static string? Missing =>
        Own.GetManifestResourceInfo("fonts/DejaVuSans.ttf") is null
            ? "This build has no letters for pages on paper: it was made without the packages of web/ (npm ci in web/, then build again)."
            : null;

    /// <summary>Plain letters.</summary>
    public static TrueTypeFont Regular => RegularFont.Value;

    /// <summary>Bold ones.</summary>
    public static TrueTypeFont Bold => BoldFont.Value;

    private static TrueTypeFont Read(string face)
    {
        using var stream =
            Own.GetManifestResourceStream($"fonts/{face}.ttf")
            ?? throw new InvalidOperationException($"there is no font {face}");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new TrueTypeFont(bytes);
    }
}

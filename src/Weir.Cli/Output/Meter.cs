namespace Weir.Cli.Output;

/// <summary>A bar of text.</summary>
internal static class Meter
{
    private const string Eighths = " ▏▎▍▌▋▊▉";

    /// <summary>A share as a bar of a fixed width, in eighths of a character; never empty for a share that is not zero.</summary>
    /// <param name="share">From 0 to 1; others are brought into that range.</param>
    /// <param name="width">How many characters; above zero.</param>
    public static string Of(double share, int width)
    {
        var eighths = (int)Math.Round(Math.Clamp(double.IsNaN(share) ? 0 : share, 0, 1) * width * 8);
        eighths = eighths == 0 && share > 0 ? 1 : eighths;
        var text = new string('█', eighths / 8);
        text = eighths % 8 > 0 ? text + Eighths[eighths % 8] : text;
        return text.PadRight(width);
    }
}

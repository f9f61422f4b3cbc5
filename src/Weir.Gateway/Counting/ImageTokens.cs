namespace Weir.Gateway.Counting;

/// <summary>What an image counts, by its vendor's published rule; a size that is not known counts as one of 1024 × 1024.</summary>
internal static class ImageTokens
{
    private static readonly ImageSize Usual = new(1024, 1024);

    // https://platform.openai.com/docs/guides/images-vision#calculating-costs. The first that fits; more recent models than
    // the list, and other vendors', count as GPT-4o.
    private static readonly (string Prefix, int Base, int Tile)[] Tiled =
    [
        ("gpt-4o-mini", 2833, 5667),
        ("gpt-4", 85, 170),
        ("gpt-5", 70, 140),
        ("chatgpt-4o", 85, 170),
        ("computer-use-preview", 65, 129),
        ("o1", 75, 150),
        ("o3", 75, 150),
    ];

    // Patches of 32 × 32 pixels times a hundredth of these, before the list above. What is billed has been seen to be less.
    private static readonly (string Prefix, int Percent)[] Patched =
    [
        ("gpt-4.1-mini", 162),
        ("gpt-4.1-nano", 246),
        ("gpt-5-mini", 162),
        ("gpt-5-nano", 246),
        ("o4-mini", 172),
    ];

    /// <summary>The tokens of an image, and whether they follow from its size by a rule that the vendor holds itself to.</summary>
    /// <param name="vendor">Whose model looks at it.</param>
    /// <param name="model">Its name.</param>
    /// <param name="known">The image's size; null when it is not known.</param>
    /// <param name="isLow">Whether the caller asks for low detail.</param>
    public static (long Tokens, bool IsExact) Of(ModelVendor vendor, string model, ImageSize? known, bool isLow)
    {
        var size = known ?? Usual;
        switch (vendor)
        {
            case ModelVendor.Anthropic:
                return (OfAnthropic(size), false);
            case ModelVendor.Google:
                return (OfGoogle(size), false);
        }

        var name = model[(model.LastIndexOf('/') + 1)..];
        foreach (var (prefix, percent) in Patched)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return (Patches(size) * percent / 100, false);
            }
        }

        foreach (var (prefix, once, tile) in Tiled)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return isLow ? (once, true) : (once + (tile * Tiles(size)), known is not null);
            }
        }

        return (isLow ? 85 : 85 + (170 * Tiles(size)), false);
    }

    /// <summary>
    /// The most that a model may count for one image, whatever its size and detail: Claude's of high resolution 4,784
    /// (https://platform.claude.com/docs/en/build-with-claude/vision), Gemini's sixteen tiles, OpenAI's eight tiles or 1,536 patches.
    /// </summary>
    public static long MostOf(string model)
    {
        switch (CountingRules.For(model).Vendor)
        {
            case ModelVendor.Anthropic:
                return 4_784;
            case ModelVendor.Google:
                return 16 * 258;
        }

        const int MostTiles = 8;
        const int MostPatches = 1536;
        var most = 85L + (170 * MostTiles);
        var name = model[(model.LastIndexOf('/') + 1)..];
        foreach (var (prefix, percent) in Patched)
        {
            most = name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
                ? Math.Max(most, (MostPatches * percent / 100) + 1)
                : most;
        }

        foreach (var (prefix, once, tile) in Tiled)
        {
            most = name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
                ? Math.Max(most, once + (tile * MostTiles))
                : most;
        }

        return most;
    }

    /// <summary>Tiles of 512 after the image was made to fit 2048 × 2048, and then its shorter side 768.</summary>
    private static long Tiles(ImageSize size)
    {
        var (width, height) = ((double)size.Width, (double)size.Height);
        Shrink(ref width, ref height, 2048 / Math.Max(width, height));
        Shrink(ref width, ref height, 768 / Math.Min(width, height));
        return (long)(Math.Ceiling(Math.Round(width) / 512) * Math.Ceiling(Math.Round(height) / 512));
    }

    /// <summary>Patches of 32; an image of more than 1536 is made smaller until it has no more.</summary>
    private static long Patches(ImageSize size)
    {
        var patches = Math.Ceiling(size.Width / 32d) * Math.Ceiling(size.Height / 32d);
        return (long)Math.Min(patches, 1536);
    }

    /// <summary>A token for 750 pixels, after the longer side was made to fit 1568; about 1,600 at most.</summary>
    private static long OfAnthropic(ImageSize size)
    {
        var (width, height) = ((double)size.Width, (double)size.Height);
        Shrink(ref width, ref height, 1568 / Math.Max(width, height));
        return (long)Math.Min(Math.Ceiling(width * height / 750), 1600);
    }

    /// <summary>258 for a small image, and for each tile of 768 of a larger one, which was made to fit 3072 × 3072.</summary>
    private static long OfGoogle(ImageSize size)
    {
        if (size is { Width: <= 384, Height: <= 384 })
        {
            return 258;
        }

        var (width, height) = ((double)size.Width, (double)size.Height);
        Shrink(ref width, ref height, 3072 / Math.Max(width, height));
        return 258 * (long)(Math.Ceiling(Math.Round(width) / 768) * Math.Ceiling(Math.Round(height) / 768));
    }

    private static void Shrink(ref double width, ref double height, double scale)
    {
        if (scale < 1)
        {
            width *= scale;
            height *= scale;
        }
    }
}

using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Weir.Exports.Pdf;

/// <summary>A font of a size, in points.</summary>
internal readonly record struct Face(bool IsBold, double Size)
{
    public TrueTypeFont Font => IsBold ? PaperFonts.Bold : PaperFonts.Regular;

    /// <summary>From one line's top to the next one's.</summary>
    public double Height => (Font.Ascent - Font.Descent) / 1000.0 * Size;

    public double WidthOf(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Font.WidthOf(Font.GlyphOf(rune));
        }

        return width / 1000.0 * Size;
    }
}

/// <summary>A colour, as 0xRRGGBB.</summary>
internal readonly record struct Ink(int Rgb)
{
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{((Rgb >> 16) & 0xFF) / 255.0:0.###} {((Rgb >> 8) & 0xFF) / 255.0:0.###} {(Rgb & 0xFF) / 255.0:0.###}"
        );
}

/// <summary>
/// A document of pages with text, lines and areas (ISO 32000-1): A4, measured in points from the top left. Fonts are in it with
/// the glyphs that it uses alone, and with the characters that they stand for, so that text can be searched and copied. Not
/// thread-safe.
/// </summary>
internal sealed class PdfPages
{
    private const double Width = 595.28;
    private const double Height = 841.89;

    private readonly List<StringBuilder> pages = [];
    private readonly SortedDictionary<int, Rune>[] used =
    [
        [],
        [],
    ];

    /// <summary>How many pages there are.</summary>
    public int Count => pages.Count;

    /// <summary>Adds a page.</summary>
    public void Add() => pages.Add(new StringBuilder());

    /// <summary>Text whose top left is here.</summary>
    public void Text(int page, string text, Face face, Ink ink, double x, double y)
    {
        var line = Y(y + (face.Font.Ascent / 1000.0 * face.Size));
        var content = Draw(
            page,
            $"BT /F{(face.IsBold ? 1 : 0)} {face.Size:0.##} Tf {ink} rg {x:0.##} {line:0.##} Td <"
        );
        foreach (var rune in text.EnumerateRunes())
        {
            var glyph = face.Font.GlyphOf(rune);
            used[face.IsBold ? 1 : 0].TryAdd(glyph, rune);
            content.Append(CultureInfo.InvariantCulture, $"{glyph:X4}");
        }

        content.Append("> Tj ET\n");
    }

    /// <summary>A line of half a point.</summary>
    public void Line(int page, Ink ink, double x1, double y1, double x2, double y2) =>
        Draw(page, $"0.5 w {ink} RG {x1:0.##} {Y(y1):0.##} m {x2:0.##} {Y(y2):0.##} l S\n");

    /// <summary>An area.</summary>
    public void Area(int page, Ink ink, double x, double y, double width, double height) =>
        Draw(page, $"{ink} rg {x:0.##} {Y(y + height):0.##} {width:0.##} {height:0.##} re f\n");

    /// <summary>The whole document.</summary>
    /// <param name="title">What it is called.</param>
    /// <param name="made">When it was made.</param>
    public byte[] Save(string title, DateTimeOffset made)
    {
        var file = new PdfFile();
        var fonts = new[] { Font(file, 0), Font(file, 1) };
        var tree = file.Reserve();
        var kids = new List<int>();
        foreach (var page in pages)
        {
            var content = file.AddStream("", Encoding.ASCII.GetBytes(page.ToString()));
            kids.Add(
                file.Add(
                    $"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 {Number(Width)} {Number(Height)}]/Contents {content} 0 R/Resources<</Font<</F0 {fonts[0]} 0 R/F1 {fonts[1]} 0 R>>>>>>"
                )
            );
        }

        file.Set(
            tree,
            $"<</Type/Pages/Count {kids.Count}/Kids[{string.Join(' ', kids.Select(kid => $"{kid} 0 R"))}]>>"
        );
        var root = file.Add($"<</Type/Catalog/Pages {tree} 0 R>>");
        var info = file.Add(
            $"<</Title <FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(title))}>/Creator(Weir)/CreationDate(D:{made.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}Z)>>"
        );
        return file.Save(root, info);
    }

    private int Font(PdfFile file, int number)
    {
        var font = number == 0 ? PaperFonts.Regular : PaperFonts.Bold;
        var glyphs = used[number];
        var subset = font.Subset(glyphs.Keys);
        var program = file.AddStream($"/Length1 {subset.Length}", subset);
        // Six letters before the name say that it is a part of a font.
        var name = number == 0 ? "WEIRAA+DejaVuSans" : "WEIRAB+DejaVuSans-Bold";
        var descriptor = file.Add(
            $"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{string.Join(' ', font.Box)}]/ItalicAngle 0/Ascent {font.Ascent}/Descent {font.Descent}/CapHeight {font.Ascent}/StemV 80/FontFile2 {program} 0 R>>"
        );
        var widths = string.Concat(glyphs.Keys.Select(glyph => $"{glyph}[{font.WidthOf(glyph)}]"));
        var descendant = file.Add(
            $"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor {descriptor} 0 R/W[{widths}]/CIDToGIDMap/Identity>>"
        );
        var unicode = file.AddStream("", Encoding.ASCII.GetBytes(Characters(glyphs)));
        return file.Add(
            $"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{descendant} 0 R]/ToUnicode {unicode} 0 R>>"
        );
    }

    // Which character a glyph stands for, a hundred in a block at most.
    private static string Characters(SortedDictionary<int, Rune> glyphs)
    {
        var map = new StringBuilder(
            """
            /CIDInit /ProcSet findresource begin 12 dict begin begincmap
            /CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def
            /CMapName /Adobe-Identity-UCS def /CMapType 2 def
            1 begincodespacerange <0000> <FFFF> endcodespacerange

            """
        );
        foreach (var block in glyphs.Where(glyph => glyph.Key != 0).Chunk(100))
        {
            map.Append(CultureInfo.InvariantCulture, $"{block.Length} beginbfchar\n");
            foreach (var (glyph, rune) in block)
            {
                var text = Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(rune.ToString()));
                map.Append(CultureInfo.InvariantCulture, $"<{glyph:X4}> <{text}>\n");
            }

            map.Append("endbfchar\n");
        }

        return map.Append("endcmap CMapName currentdict /CMap defineresource pop end end").ToString();
    }

    private StringBuilder Draw(int page, FormattableString operators) =>
        pages[page].Append(FormattableString.Invariant(operators));

    private static double Y(double fromTop) => Height - fromTop;

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}

/// <summary>The objects of a PDF file and its table of where they are.</summary>
internal sealed class PdfFile
{
    private readonly List<byte[]> objects = [];

    /// <summary>A number for an object that comes later.</summary>
    public int Reserve()
    {
        objects.Add([]);
        return objects.Count;
    }

    /// <summary>Puts an object under its number.</summary>
    public void Set(int number, string text) => objects[number - 1] = Encoding.ASCII.GetBytes(text);

    /// <summary>Adds an object.</summary>
    public int Add(string text)
    {
        var number = Reserve();
        Set(number, text);
        return number;
    }

    /// <summary>Adds a stream, compressed.</summary>
    public int AddStream(string entries, byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var zip = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zip.Write(content);
        }

        objects.Add([
            .. Encoding.ASCII.GetBytes($"<<{entries}/Filter/FlateDecode/Length {compressed.Length}>>\nstream\n"),
            .. compressed.ToArray(),
            .. "\nendstream"u8,
        ]);
        return objects.Count;
    }

    /// <summary>The file.</summary>
    public byte[] Save(int root, int info)
    {
        using var file = new MemoryStream();
        // Bytes beyond ASCII in the second line: whoever carries it must not take it for text.
        file.Write([.. "%PDF-1.7\n%"u8, 0xE2, 0xE3, 0xCF, 0xD3, (byte)'\n']);
        var offsets = new List<long>();
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(file.Length);
            file.Write(Encoding.ASCII.GetBytes($"{i + 1} 0 obj\n"));
            file.Write(objects[i]);
            file.Write("\nendobj\n"u8);
        }

        var table = file.Length;
        var tail = new StringBuilder($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets)
        {
            tail.Append(CultureInfo.InvariantCulture, $"{offset:0000000000} 00000 n \n");
        }

        tail.Append(
            CultureInfo.InvariantCulture,
            $"trailer\n<</Size {objects.Count + 1}/Root {root} 0 R/Info {info} 0 R>>\nstartxref\n{table}\n%%EOF\n"
        );
        file.Write(Encoding.ASCII.GetBytes(tail.ToString()));
        return file.ToArray();
    }
}

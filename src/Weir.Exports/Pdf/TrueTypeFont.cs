using System.Buffers.Binary;
using System.Text;

namespace Weir.Exports.Pdf;

/// <summary>
/// A TrueType font as far as a page of text needs it: which glyph a character has, how wide it is, and a copy of the file with
/// the outlines of some glyphs alone (OpenType 1.9: head, hhea, hmtx, maxp, cmap, loca, glyf). Reads a font that ships with Weir,
/// no stranger's. Thread-safe.
/// </summary>
internal sealed class TrueTypeFont
{
    // What a reader of PDF needs of a font whose glyphs are named by their numbers.
    private static readonly string[] KeptTables =
    [
        "cvt ",
        "fpgm",
        "glyf",
        "head",
        "hhea",
        "hmtx",
        "loca",
        "maxp",
        "prep",
    ];

    private readonly byte[] file;
    private readonly Dictionary<string, (int Offset, int Length)> tables = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> glyphs = [];
    private readonly int unitsPerEm;
    private readonly int wideGlyphs;
    private readonly bool hasLongOffsets;

    public TrueTypeFont(byte[] file)
    {
        this.file = file;
        for (var i = 0; i < U16(4); i++)
        {
            var entry = 12 + (16 * i);
            tables[Encoding.ASCII.GetString(file, entry, 4)] = ((int)U32(entry + 8), (int)U32(entry + 12));
        }

        var head = At("head");
        unitsPerEm = U16(head + 18);
        Box = [.. Enumerable.Range(0, 4).Select(i => PerMille(S16(head + 36 + (2 * i))))];
        hasLongOffsets = U16(head + 50) != 0;
        Ascent = PerMille(S16(At("hhea") + 4));
        Descent = PerMille(S16(At("hhea") + 6));
        wideGlyphs = U16(At("hhea") + 34);
        GlyphCount = U16(At("maxp") + 4);
        ReadCharacters();
    }

    /// <summary>How many glyphs there are.</summary>
    public int GlyphCount { get; }

    /// <summary>Above the line of writing, in thousandths of the size.</summary>
    public int Ascent { get; }

    /// <summary>Below it: negative.</summary>
    public int Descent { get; }

    /// <summary>What all glyphs lie within: left, bottom, right, top.</summary>
    public int[] Box { get; }

    /// <summary>A character's glyph; 0, which is drawn as a box, for one that the font lacks.</summary>
    public int GlyphOf(Rune character) => glyphs.GetValueOrDefault(character.Value);

    /// <summary>How wide a glyph is, in thousandths of the size.</summary>
    public int WidthOf(int glyph) => PerMille(U16(At("hmtx") + (4 * Math.Min(glyph, wideGlyphs - 1))));

    /// <summary>The font with the outlines of these glyphs, and of those that they are made of, and with no others.</summary>
    public byte[] Subset(IEnumerable<int> used)
    {
        var wanted = new SortedSet<int> { 0 };
        foreach (var glyph in used)
        {
            Want(glyph, wanted);
        }

        var outlines = new MemoryStream();
        var offsets = new byte[4 * (GlyphCount + 1)];
        for (var glyph = 0; glyph <= GlyphCount; glyph++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(offsets.AsSpan(4 * glyph), (uint)outlines.Length);
            if (glyph < GlyphCount && wanted.Contains(glyph))
            {
                outlines.Write(Outline(glyph));
                outlines.Write(new byte[(4 - (outlines.Length % 4)) % 4]);
            }
        }

        var head = Table("head").ToArray();
        head[51] = 1;
        return Assemble(name =>
            name switch
            {
                "glyf" => outlines.ToArray(),
                "loca" => offsets,
                "head" => head,
                _ => Table(name).ToArray(),
            }
        );
    }

    private byte[] Assemble(Func<string, byte[]> content)
    {
        var names = KeptTables.Where(tables.ContainsKey).ToArray();
        var made = new MemoryStream();
        var directory = new byte[12 + (16 * names.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(directory, 0x00010000);
        BinaryPrimitives.WriteUInt16BigEndian(directory.AsSpan(4), (ushort)names.Length);
        made.Write(directory);
        for (var i = 0; i < names.Length; i++)
        {
            var table = content(names[i]);
            var entry = directory.AsSpan(12 + (16 * i));
            Encoding.ASCII.GetBytes(names[i], entry);
            BinaryPrimitives.WriteUInt32BigEndian(entry[8..], (uint)made.Length);
            BinaryPrimitives.WriteUInt32BigEndian(entry[12..], (uint)table.Length);
            made.Write(table);
            made.Write(new byte[(4 - (table.Length % 4)) % 4]);
        }

        made.Position = 0;
        made.Write(directory);
        return made.ToArray();
    }

    private void Want(int glyph, SortedSet<int> wanted)
    {
        if (!wanted.Add(glyph))
        {
            return;
        }

        var outline = Outline(glyph);
        // A negative number of contours: it is put together of other glyphs.
        if (outline.Length < 10 || BinaryPrimitives.ReadInt16BigEndian(outline) >= 0)
        {
            return;
        }

        var at = 10;
        int flags;
        do
        {
            flags = BinaryPrimitives.ReadUInt16BigEndian(outline[at..]);
            Want(BinaryPrimitives.ReadUInt16BigEndian(outline[(at + 2)..]), wanted);
            at += 4 + ((flags & 0x1) != 0 ? 4 : 2);
            at +=
                (flags & 0x8) != 0 ? 2
                : (flags & 0x40) != 0 ? 4
                : (flags & 0x80) != 0 ? 8
                : 0;
        } while ((flags & 0x20) != 0);
    }

    private ReadOnlySpan<byte> Outline(int glyph)
    {
        var loca = At("loca");
        var (from, to) = hasLongOffsets
            ? ((int)U32(loca + (4 * glyph)), (int)U32(loca + (4 * glyph) + 4))
            : (2 * U16(loca + (2 * glyph)), 2 * U16(loca + (2 * glyph) + 2));
        return file.AsSpan(At("glyf") + from, to - from);
    }

    // The table of all of Unicode where there is one (format 12), else that of its first plane (format 4).
    private void ReadCharacters()
    {
        var cmap = At("cmap");
        var found = Enumerable
            .Range(0, U16(cmap + 2))
            .Select(i => cmap + (int)U32(cmap + 4 + (8 * i) + 4))
            .Where(at => U16(at) is 4 or 12)
            .MaxBy(at => U16(at));
        if (U16(found) == 12)
        {
            for (var i = 0; i < U32(found + 12); i++)
            {
                var group = found + 16 + (12 * i);
                for (var c = U32(group); c <= U32(group + 4); c++)
                {
                    glyphs[(int)c] = (int)(U32(group + 8) + c - U32(group));
                }
            }

            return;
        }

        var twice = U16(found + 6);
        for (var i = 0; i < twice; i += 2)
        {
            var (last, first) = (U16(found + 14 + i), U16(found + 16 + twice + i));
            var delta = U16(found + 16 + (2 * twice) + i);
            var at = found + 16 + (3 * twice) + i;
            for (var c = first; c <= last && c != 0xFFFF; c++)
            {
                var glyph = U16(at) == 0 ? c : U16(at + U16(at) + (2 * (c - first)));
                glyphs[c] = glyph == 0 ? 0 : (glyph + delta) & 0xFFFF;
            }
        }
    }

    private ReadOnlySpan<byte> Table(string name) => file.AsSpan(tables[name].Offset, tables[name].Length);

    private int At(string table) => tables[table].Offset;

    private int PerMille(int units) => (int)Math.Round(units * 1000.0 / unitsPerEm);

    private int U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at));

    private int S16(int at) => BinaryPrimitives.ReadInt16BigEndian(file.AsSpan(at));

    private uint U32(int at) => BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
}

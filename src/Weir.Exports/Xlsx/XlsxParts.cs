using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Weir.Exports.Xlsx;

/// <summary>The parts of a workbook beside its sheets (ECMA-376 parts 1 and 2).</summary>
internal static class XlsxParts
{
    private const string Head = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>""" + "\n";
    private const string Relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Type = "application/vnd.openxmlformats-officedocument.spreadsheetml";

    /// <summary>Where the parts lead from.</summary>
    public const string Root =
        $"""{Head}<Relationships xmlns="{Relations}"><Relationship Id="rId1" Type="{Office}/officeDocument" Target="xl/workbook.xml"/></Relationships>""";

    /// <summary>Plain, heading (bold), time, money.</summary>
    public const string StyleSheet =
        $"""{Head}<styleSheet xmlns="{Main}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss.000"/><numFmt numFmtId="165" formatCode="0.000000000"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>""";

    /// <summary>A sheet's name, from 1.</summary>
    public static string SheetName(int number) =>
        number == 1 ? "Requests" : string.Create(CultureInfo.InvariantCulture, $"Requests {number}");

    /// <summary>The workbook of some sheets, of each of which the filter's range is known.</summary>
    public static string Workbook(IReadOnlyList<string> ranges)
    {
        var text = new StringBuilder(Head);
        text.Append($"""<workbook xmlns="{Main}" xmlns:r="{Office}"><sheets>""");
        for (var i = 1; i <= ranges.Count; i++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""<sheet name="{SheetName(i)}" sheetId="{i}" r:id="rId{i}"/>"""
            );
        }

        text.Append("</sheets><definedNames>");
        for (var i = 0; i < ranges.Count; i++)
        {
            var cells = string.Join(':', ranges[i].Split(':').Select(Absolute));
            text.Append(
                CultureInfo.InvariantCulture,
                $"""<definedName name="_xlnm._FilterDatabase" localSheetId="{i}" hidden="1">'{SheetName(i + 1)}'!{cells}</definedName>"""
            );
        }

        return text.Append("</definedNames></workbook>").ToString();
    }

    /// <summary>What the workbook leads to.</summary>
    public static string WorkbookRelations(int sheets)
    {
        var text = new StringBuilder($"""{Head}<Relationships xmlns="{Relations}">""");
        foreach (var i in Numbers(sheets))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""<Relationship Id="rId{i}" Type="{Office}/worksheet" Target="worksheets/sheet{i}.xml"/>"""
            );
        }

        return text.Append(
                CultureInfo.InvariantCulture,
                $"""<Relationship Id="rId{sheets + 1}" Type="{Office}/styles" Target="styles.xml"/></Relationships>"""
            )
            .ToString();
    }

    /// <summary>What each part is.</summary>
    public static string ContentTypes(int sheets)
    {
        var text = new StringBuilder(
            $"""{Head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{Type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{Type}.styles+xml"/>"""
        );
        foreach (var i in Numbers(sheets))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{Type}.worksheet+xml"/>"""
            );
        }

        return text.Append("</Types>").ToString();
    }

    private static ImmutableArray<int> Numbers(int sheets) => [.. Enumerable.Range(1, sheets)];

    // AU12 is $AU$12 where a name points at it.
    private static string Absolute(string cell)
    {
        var digits = cell.AsSpan().IndexOfAnyInRange('0', '9');
        return $"${cell[..digits]}${cell[digits..]}";
    }
}

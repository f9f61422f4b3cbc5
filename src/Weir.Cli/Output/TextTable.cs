using Spectre.Console;

namespace Weir.Cli.Output;

/// <summary>A table on standard output: aligned columns, no frame, so that it can be read and cut.</summary>
internal sealed class TextTable
{
    private const int UnlimitedWidth = 4000;
    private readonly Table table = new() { Border = TableBorder.None, ShowFooters = false };

    /// <summary>A table with columns; those whose heading begins with <c>&gt;</c> are aligned to the right.</summary>
    public TextTable(params ReadOnlySpan<string> headings)
    {
        foreach (var heading in headings)
        {
            var right = heading.StartsWith('>');
            var column = new TableColumn(new Text(heading.TrimStart('>'), new Style(decoration: Decoration.Bold)))
            {
                Alignment = right ? Justify.Right : Justify.Left,
                NoWrap = true,
                Padding = new Padding(0, 0, 2, 0),
            };
            table.AddColumn(column);
        }
    }

    /// <summary>Adds a line.</summary>
    public void Add(params IEnumerable<string> cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    /// <summary>Adds an empty line.</summary>
    public void AddSpace() => table.AddEmptyRow();

    /// <summary>Writes it. Lines are never broken: a terminal that is too narrow breaks them itself.</summary>
    public void Write()
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new WideOutput(Console.Out),
                Interactive = InteractionSupport.No,
                Ansi = Console.IsOutputRedirected || IsPlainWanted() ? AnsiSupport.No : AnsiSupport.Detect,
                ColorSystem = ColorSystemSupport.NoColors,
            }
        );
        console.Write(table);
    }

    // NO_COLOR speaks of colour alone, but who sets it wants plain text; so does a terminal that calls itself dumb.
    private static bool IsPlainWanted() =>
        CommonOptions.Variable("NO_COLOR") is not null || CommonOptions.Variable("TERM") == "dumb";

    private sealed class WideOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => !Console.IsOutputRedirected;

        public int Width => UnlimitedWidth;

        public int Height => 24;

        public void SetEncoding(System.Text.Encoding encoding) { }
    }
}

using System.Collections.Immutable;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Weir.Cli.Top;

/// <summary>
/// The terminal as a screen: its other page, without cursor, written only where a line has changed. Thread-safe: signals come on
/// threads of their own.
/// </summary>
internal sealed class TopScreen : ITopOutput, IDisposable
{
    // The other page, no cursor, and lines that end at the edge instead of going on below it.
    private const string Enter = "\e[?1049h\e[?25l\e[?7l\e[2J";
    private const string Leave = "\e[0m\e[?7h\e[?25h\e[?1049l";
    private const string BeginFrame = "\e[?2026h";
    private const string EndFrame = "\e[?2026l";

    private static readonly ImmutableDictionary<Tone, Style> Styles = new Dictionary<Tone, Style>
    {
        [Tone.Plain] = Style.Plain,
        [Tone.Strong] = new(decoration: Decoration.Bold),
        [Tone.Faint] = new(decoration: Decoration.Dim),
        [Tone.Accent] = new(Color.Teal, decoration: Decoration.Bold),
        [Tone.Good] = new(Color.Green),
        [Tone.Warning] = new(Color.Olive),
        [Tone.Bad] = new(Color.Maroon, decoration: Decoration.Bold),
    }.ToImmutableDictionary();

    private readonly Lock gate = new();
    private readonly TextWriter terminal;
    private readonly StringWriter text = new();
    private readonly IAnsiConsole painter;
    private ImmutableArray<Line> shown = [];
    private (int Width, int Height) size;
    private bool isEntered;

    /// <summary>A screen on a terminal, entered when something is shown.</summary>
    public TopScreen(TextWriter terminal)
    {
        this.terminal = terminal;
        painter = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(text),
                Interactive = InteractionSupport.No,
                Ansi = AnsiSupport.Yes,
                ColorSystem = ColorSystemSupport.Standard,
            }
        );
        painter.Profile.Width = int.MaxValue / 2;
    }

    /// <inheritdoc />
    public TimeSpan Pace => TimeSpan.FromMilliseconds(250);

    /// <inheritdoc />
    public bool IsScreen => true;

    /// <inheritdoc />
    public bool Show(TopState state)
    {
        var lines = TopView.Screen(state);
        lock (gate)
        {
            var frame = new StringBuilder();
            if (!isEntered)
            {
                frame.Append(Enter);
                (isEntered, shown) = (true, []);
            }
            else if (size != (state.Width, state.Height))
            {
                frame.Append("\e[2J");
                shown = [];
            }

            size = (state.Width, state.Height);
            for (var i = 0; i < lines.Length; i++)
            {
                if (i >= shown.Length || !shown[i].Equals(lines[i]))
                {
                    frame
                        .Append("\e[")
                        .Append(i + 1)
                        .Append(";1H")
                        .Append(Paint(lines[i], state.Width))
                        .Append("\e[0m");
                    // At the edge the cursor stands on the last character, which this would take away.
                    frame.Append(lines[i].Width < state.Width && !lines[i].IsSelected ? "\e[K" : "");
                }
            }

            shown = lines;
            if (frame.Length > 0)
            {
                terminal.Write(BeginFrame + frame + EndFrame);
                terminal.Flush();
            }
        }

        return true;
    }

    /// <summary>Gives the terminal back as it was. What is shown next enters it again.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (isEntered)
            {
                isEntered = false;
                terminal.Write(Leave);
                terminal.Flush();
            }
        }
    }

    private string Paint(Line line, int width)
    {
        painter.Write(new Painted(line.IsSelected ? line.PadTo(width) : line));
        var painted = text.ToString();
        text.GetStringBuilder().Clear();
        return painted;
    }

    private sealed class Painted(Line line) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => new(line.Width, line.Width);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            line.Pieces.Select(piece => new Segment(
                piece.Text,
                line.IsSelected
                    ? Styles[piece.Tone].Combine(new Style(decoration: Decoration.Invert))
                    : Styles[piece.Tone]
            ));
    }
}

using System.Text.Json;
using Weir.Client.Json;

namespace Weir.Cli.Top;

/// <summary>Snapshots one after the other, without anything that moves a cursor: lines for people, or an object of JSON a line.</summary>
/// <param name="output">Where they go.</param>
/// <param name="isJson">Whether as JSON.</param>
/// <param name="width">The room for lines, in cells.</param>
/// <param name="pace">The time between two.</param>
internal sealed class TopText(TextWriter output, bool isJson, int width, TimeSpan pace) : ITopOutput
{
    private string? last;
    private bool hasShown;

    /// <inheritdoc />
    public TimeSpan Pace => pace;

    /// <inheritdoc />
    public bool IsScreen => false;

    /// <inheritdoc />
    public bool Show(TopState state)
    {
        try
        {
            if (isJson)
            {
                Write(state);
            }
            else
            {
                WriteLines(state);
            }

            output.Flush();
            return true;
        }
        catch (IOException)
        {
            // Whoever read it has gone, as "head" does.
            return false;
        }
    }

    private void Write(TopState state)
    {
        var snapshot = TopJson.Of(state);
        var content = JsonSerializer.Serialize(snapshot with { At = default }, WeirJson.Written.TopSnapshot);
        if (content != last)
        {
            last = content;
            output.WriteLine(JsonSerializer.Serialize(snapshot, WeirJson.Written.TopSnapshot));
        }
    }

    private void WriteLines(TopState state)
    {
        if (hasShown)
        {
            output.WriteLine();
        }

        hasShown = true;
        foreach (var line in TopView.Plain(state, width))
        {
            output.WriteLine(line);
        }
    }
}

using System.Text;
using System.Text.Json;

namespace Weir.Gateway.Simulator;

/// <summary>Builds what a simulated connection carries, piece by piece, with the waits between them.</summary>
internal sealed class Script(SimulatorOptions options)
{
    private readonly List<Step> steps = [];
    private int contents;

    /// <summary>The steps so far.</summary>
    public IReadOnlyList<Step> Steps => steps;

    /// <summary>Whether the connection has broken, and nothing more can be said.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Adds bytes.</summary>
    public void Raw(byte[] bytes)
    {
        if (!IsOver)
        {
            steps.Add(new Step(TimeSpan.Zero, bytes));
        }
    }

    /// <summary>Adds an event, with its name where the dialect has names.</summary>
    public void Event(string? name, Action<Utf8JsonWriter> data)
    {
        var line = name is null ? "data: " : $"event: {name}\ndata: ";
        Raw([.. Encoding.UTF8.GetBytes(line), .. Json(data), (byte)'\n', (byte)'\n']);
    }

    /// <summary>
    /// Says that a piece of content follows: waits as asked, and breaks the connection where asked. False when the
    /// stream is to fail here.
    /// </summary>
    public bool Content(int total)
    {
        if (options.CutOff is { } cut && contents >= cut && !IsOver)
        {
            steps.Add(new Step(options.Interval, null));
            IsOver = true;
        }

        if (options.FailsInStream && contents >= (total + 1) / 2)
        {
            return false;
        }

        var wait =
            contents == 0 ? options.FirstToken
            : contents == (total + 1) / 2 ? options.Interval + options.Stall
            : options.Interval;
        contents++;
        if (wait > TimeSpan.Zero && !IsOver)
        {
            steps.Add(new Step(wait, []));
        }

        return true;
    }

    /// <summary>A JSON document.</summary>
    public static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Waits, then gives bytes; without bytes the connection breaks.</summary>
    internal readonly record struct Step(TimeSpan Wait, byte[]? Bytes);
}

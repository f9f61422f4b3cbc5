using System.Globalization;
using System.Text;

namespace Weir.Server.Api;

/// <summary>Builds a text in Prometheus' exposition format, version 0.0.4. A metric's samples stand together.</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder text = new();

    /// <summary>The content type of the text.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>A value that goes up and down, with one sample.</summary>
    public void Gauge(string name, string help, double value)
    {
        Begin("gauge", name, help);
        Sample(name, value);
    }

    /// <summary>A value that only grows, with one sample.</summary>
    public void Counter(string name, string help, double value)
    {
        Begin("counter", name, help);
        Sample(name, value);
    }

    /// <summary>Names a metric whose samples follow.</summary>
    /// <param name="kind"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="help">What it is; one line.</param>
    public void Begin(string kind, string name, string help)
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
    }

    /// <summary>One sample. Label values may be anything: they are escaped.</summary>
    public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"");
            Escape(labels[i].Value);
            text.Append('"');
        }

        text.Append(labels.Length == 0 ? " " : "} ").Append(Number(value)).Append('\n');
    }

    /// <summary>A number as the format writes it.</summary>
    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The text so far.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(text.ToString());

    private void Escape(string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append("\\n"),
                _ => text.Append(c),
            };
        }
    }
}

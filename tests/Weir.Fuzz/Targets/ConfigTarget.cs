using System.Text;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Server.Configuration;

namespace Weir.Fuzz.Targets;

/// <summary>A configuration: a document or faults, each at its place, and no fault shows what a variable held.</summary>
internal sealed class ConfigTarget : FuzzTarget
{
    private const string Held = "held-by-the-variable";

    public override string Name => "config";

    public override string Group => "server";

    public override IReadOnlyList<byte[]> Words => Dictionary.Yaml;

    public override IEnumerable<byte[]> Seeds() => Documents.All;

    public override string Run(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        var result = ConfigReader.Read(text, name => name == "KEY" ? Held : null);
        MustEqual(result.Faults.IsEmpty, result.Config is not null, "a configuration or faults");
        var outside = Places.Outside(text, result.Faults);
        Must(outside is null, "a fault stands inside the text", $"{outside}");
        var shape = new StringBuilder(
            $"{result.Config?.Gateway.Providers.Length} {result.Config?.Gateway.Routes.Length} "
        );
        foreach (var fault in result.Faults.Take(6))
        {
            var words = fault.ToText("");
            Must(
                text.Contains(Held, StringComparison.Ordinal) || !words.Contains(Held, StringComparison.Ordinal),
                "a fault shows no variable's value",
                words
            );
            Must(fault.Message.Length > 0, "a fault says what is wrong");
            shape.Append(fault.Message.AsSpan(0, Math.Min(12, fault.Message.Length))).Append('|');
        }

        return shape.ToString();
    }
}

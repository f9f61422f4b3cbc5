using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>What reading one document shares: its faults and where its variables come from.</summary>
/// <param name="variable">The value of an environment variable; null when it is not set.</param>
internal sealed class ConfigReading(Func<string, string?> variable)
{
    private readonly List<ConfigFault> faults = [];

    /// <summary>All faults so far, in the order of the text.</summary>
    public IEnumerable<ConfigFault> Faults => faults.OrderBy(f => f.Line).ThenBy(f => f.Column);

    /// <summary>Where the YAML reader leaves its own faults.</summary>
    public ICollection<ConfigFault> Sink => faults;

    /// <summary>Notes a fault at a node.</summary>
    public void Fault(YamlNode at, string key, string message, string? hint = null) =>
        faults.Add(new ConfigFault(at.Line, at.Column, key, message, hint));

    /// <summary>The scalar's text with its variables filled in; null, with faults noted, when that cannot be done.</summary>
    public string? Expand(YamlScalar scalar, string key)
    {
        var sound = true;
        var text = EnvironmentText.Expand(
            scalar.Text,
            variable,
            message =>
            {
                sound = false;
                Fault(scalar, key, message);
            }
        );
        if (scalar.Text.StartsWith("secret:", StringComparison.Ordinal))
        {
            sound = false;
            Fault(
                scalar,
                key,
                $"\"{scalar.Text}\" names a sealed secret, and the sealed store is not available in this version",
                "use ${NAME} for a variable of the environment"
            );
        }

        return sound ? text : null;
    }
}

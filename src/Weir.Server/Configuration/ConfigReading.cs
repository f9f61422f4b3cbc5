using Weir.Server.Configuration.Schema;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>What reading one document shares: its faults, the secrets that it names, and where its variables come from.</summary>
/// <param name="variable">
/// The value of an environment variable, null when it is not set; itself null for a workspace's document. Such a one takes
/// nothing from the environment: its admins could read any variable of the server's by sending it somewhere.
/// </param>
internal sealed class ConfigReading(Func<string, string?>? variable)
{
    /// <summary>How a value names a sealed secret.</summary>
    public const string SecretPrefix = "secret:";

    private readonly List<ConfigFault> faults = [];
    private readonly List<SecretUse> secrets = [];

    /// <summary>Whether it is a workspace's document and not the server's.</summary>
    public bool IsWorkspaces => variable is null;

    /// <summary>Where it is noted what the readers ask for; null where nobody wants to know.</summary>
    public ConfigShape? Shape { get; init; }

    /// <summary>The secrets that it names so far.</summary>
    public IEnumerable<SecretUse> Secrets => secrets;

    /// <summary>All faults so far, in the order of the text.</summary>
    public IEnumerable<ConfigFault> Faults => faults.OrderBy(f => f.Line).ThenBy(f => f.Column);

    /// <summary>Where the YAML reader leaves its own faults.</summary>
    public ICollection<ConfigFault> Sink => faults;

    /// <summary>Notes a fault at a node.</summary>
    public void Fault(YamlNode at, string key, string message, string? hint = null) =>
        faults.Add(new ConfigFault(at.Line, at.Column, key, message, hint));

    /// <summary>Notes the use of a secret.</summary>
    public void Use(SecretUse use) => secrets.Add(use);

    /// <summary>The scalar's text with its variables filled in; null, with faults noted, when that cannot be done.</summary>
    public string? Expand(YamlScalar scalar, string key)
    {
        var sound = true;
        Shape?.Item(key);
        if (variable is null && EnvironmentText.HasReference(scalar.Text))
        {
            Fault(
                scalar,
                key,
                "a workspace's document takes nothing from the environment",
                "seal the value with weir secrets set NAME and write secret:NAME"
            );
            return null;
        }

        var text = EnvironmentText.Expand(
            scalar.Text,
            variable ?? (_ => null),
            message =>
            {
                sound = false;
                Fault(scalar, key, message);
            }
        );
        if (scalar.Text.StartsWith(SecretPrefix, StringComparison.Ordinal))
        {
            sound = false;
            Fault(
                scalar,
                key,
                $"\"{scalar.Text}\" names a sealed secret, which only what a provider signs in with may be"
            );
        }

        return sound ? text : null;
    }
}

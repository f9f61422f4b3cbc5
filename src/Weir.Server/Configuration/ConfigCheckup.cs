using System.Collections.Immutable;

namespace Weir.Server.Configuration;

/// <summary>Checks a configuration file without a server.</summary>
public static class ConfigCheckup
{
    /// <summary>All faults of a file (none when it is sound), or why it cannot be read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="variable">The value of an environment variable; null when it is not set.</param>
    public static (ImmutableArray<ConfigFault> Faults, string? Failure) Run(string path, Func<string, string?> variable)
    {
        var read = ConfigStore.ReadText(path);
        return read.Text is null ? ([], read.Failure) : (ConfigReader.Read(read.Text, variable).Faults, null);
    }
}

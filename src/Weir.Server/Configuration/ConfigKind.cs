namespace Weir.Server.Configuration;

/// <summary>What a document is: the server's, or a workspace's own.</summary>
/// <param name="isServers">Whether it is the server's.</param>
/// <param name="read">Reads a text.</param>
/// <param name="withoutFile">What holds while there is no file.</param>
internal sealed class ConfigKind(bool isServers, Func<string, ConfigResult> read, Func<WeirConfig> withoutFile)
{
    /// <summary>Whether it is the server's.</summary>
    public bool IsServers => isServers;

    /// <summary>The server's document; without a file the environment sets it up.</summary>
    /// <param name="variable">The value of an environment variable; null when it is not set.</param>
    public static ConfigKind Server(Func<string, string?> variable) =>
        new(true, text => ConfigReader.Read(text, variable), () => ProviderPresets.FromEnvironment(variable));

    /// <summary>A workspace's document; without a file it has nothing of its own.</summary>
    /// <param name="terms">What the server's document grants it now.</param>
    public static ConfigKind Workspace(Func<WorkspaceTerms> terms) =>
        new(false, text => WorkspaceReader.Read(text, terms()), () => new WeirConfig());

    /// <summary>The configuration in a text, or all its faults.</summary>
    public ConfigResult Read(string text) => read(text);

    /// <summary>What holds while there is no file.</summary>
    public WeirConfig WithoutFile() => withoutFile();
}

using System.Collections.Immutable;
using Weir.Client;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Server.Api.Config;

namespace Weir.Server.Configuration;

/// <summary>Checks configuration files without a server. Whether secrets are there is not looked at.</summary>
public static class ConfigCheckup
{
    /// <summary>
    /// All faults of a file (none when it is sound), or why it cannot be read. A file in a folder <c>weir.d</c> is a
    /// workspace's document; what is shared with it is taken from the <c>weir.yaml</c> beside that folder, where it is sound.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="variable">The value of an environment variable; null when it is not set.</param>
    public static (ImmutableArray<ConfigFault> Faults, string? Failure) Run(string path, Func<string, string?> variable)
    {
        var (result, failure) = Read(path, variable);
        return (result?.Faults ?? [], failure);
    }

    /// <summary>
    /// Has the providers of a sound file asked for their models from here, with the keys that stand in it and in the environment; what is
    /// sealed is not opened. Null for a file with faults, or none.
    /// </summary>
    /// <param name="path">The file, as for <see cref="Run"/>.</param>
    /// <param name="variable">The value of an environment variable; null when it is not set.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ConfigLiveCheck?> AskAsync(
        string path,
        Func<string, string?> variable,
        CancellationToken cancellationToken
    ) =>
        Read(path, variable).Result?.Config is { } config
            ? ConfigShapes.LiveCheck(
                await ModelGateway.CheckAsync(
                    WorkspaceId.Default,
                    config.Gateway,
                    TimeProvider.System,
                    cancellationToken
                )
            )
            : null;

    private static (ConfigResult? Result, string? Failure) Read(string path, Func<string, string?> variable)
    {
        var read = ConfigStore.ReadText(path);
        if (read.Text is null)
        {
            return (null, read.Failure);
        }

        var full = Path.GetFullPath(path);
        return (
            Path.GetFileName(Path.GetDirectoryName(full)) == WorkspaceFiles.FolderName
                ? WorkspaceReader.Read(read.Text, Terms(full, variable))
                : ConfigReader.Read(read.Text, variable),
            null
        );
    }

    /// <summary>The files of the workspaces whose server's document is this one.</summary>
    public static ImmutableArray<string> WorkspaceFilesOf(string serversPath) =>
        [
            .. WorkspaceFiles
                .Names(Path.GetFullPath(serversPath))
                .Select(name => WorkspaceFiles.FileOf(Path.GetFullPath(serversPath), name)),
        ];

    private static WorkspaceTerms Terms(string path, Func<string, string?> variable)
    {
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(path)!)!;
        var written = ConfigStore.ReadText(Path.Combine(folder, "weir.yaml")).Text;
        var server = written is null
            ? ProviderPresets.FromEnvironment(variable)
            : ConfigReader.Read(written, variable).Config;
        return WorkspaceTerms.Of(server ?? new WeirConfig(), Path.GetFileNameWithoutExtension(path));
    }
}

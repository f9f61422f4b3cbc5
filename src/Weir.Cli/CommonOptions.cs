using System.CommandLine;
using Weir.Server.DataFolder;

namespace Weir.Cli;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>Where a server is.</summary>
    public static Option<string?> Server { get; } =
        new("--server") { Description = "The server's address (or WEIR_SERVER)", HelpName = "URL" };

    /// <summary>Who asks.</summary>
    public static Option<string?> Key { get; } =
        new("--key") { Description = "A Weir key for it (or WEIR_KEY)", HelpName = "KEY" };

    /// <summary>The data folder.</summary>
    public static Option<string?> Data { get; } =
        new("--data") { Description = "The data folder (or WEIR_DATA)", HelpName = "DIR" };

    /// <summary>The configuration file.</summary>
    public static Option<string?> Config { get; } =
        new("--config") { Description = "The configuration file (or WEIR_CONFIG)", HelpName = "FILE" };

    /// <summary>For programs.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print the API's own JSON" };

    /// <summary>The data folder that was named, or the platform's.</summary>
    public static string DataFolder(ParseResult parsed) =>
        parsed.GetValue(Data) is { Length: > 0 } chosen
            ? Path.GetFullPath(chosen)
            : DataFolders.Default(Environment.GetEnvironmentVariable);

    /// <summary>The configuration file that was named; null when none was.</summary>
    public static string? ConfigPath(ParseResult parsed) =>
        parsed.GetValue(Config) is { Length: > 0 } chosen ? chosen : Variable("WEIR_CONFIG");

    /// <summary>The server that was named; null when the local data folder is meant.</summary>
    public static string? ServerAddress(ParseResult parsed) =>
        parsed.GetValue(Server) is { Length: > 0 } chosen ? chosen
        : parsed.GetValue(Data) is { Length: > 0 } ? null
        : Variable("WEIR_SERVER");

    /// <summary>An environment variable; null when it is not set or empty.</summary>
    public static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>Adds the options of a command that speaks to a server.</summary>
    public static T WithServer<T>(this T command)
        where T : Command
    {
        command.Options.Add(Server);
        command.Options.Add(Key);
        command.Options.Add(Data);
        return command;
    }
}

using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Schema;

namespace Weir.Cli.Commands;

/// <summary><c>weir config</c>.</summary>
internal static class ConfigCommand
{
    private static readonly Argument<string?> FileArgument = new("file")
    {
        Description = "The file; default --config, WEIR_CONFIG, or weir.yaml in the data folder",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() =>
        new("config", "The configuration of the server, or of the workspace of a key")
        {
            Check(),
            Show(),
            Put(),
            ConfigVersionCommands.Versions(),
            ConfigVersionCommands.Diff(),
            ConfigVersionCommands.Rollback(),
            ConfigImportCommand.Create(),
            Schema(),
        };

    private static Command Check()
    {
        var command = new Command("check", "Name every fault of a configuration file; nothing is changed")
        {
            FileArgument,
            CommonOptions.Config,
            CommonOptions.Data,
            CommonOptions.Json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(FileArgument) is { } one)
            {
                return Check(one, parsed.GetValue(CommonOptions.Json));
            }

            var file = CommonOptions.ConfigPath(parsed) ?? Path.Combine(CommonOptions.DataFolder(parsed), "weir.yaml");
            var code = Check(file, parsed.GetValue(CommonOptions.Json));
            foreach (var workspace in ConfigCheckup.WorkspaceFilesOf(file))
            {
                var other = Check(workspace, json: false);
                code = code == ExitCodes.Ok ? other : code;
            }

            return code;
        });
        return command.WithExamples(
            "weir config check",
            "weir config check ./weir.yaml",
            "weir config check ./weir.d/acme.yaml"
        );
    }

    private static int Check(string file, bool json)
    {
        var (faults, failure) = ConfigCheckup.Run(file, Environment.GetEnvironmentVariable);
        if (failure is not null)
        {
            CommandRun.Note($"{file}: {failure}");
            return ExitCodes.WrongUse;
        }

        if (json)
        {
            CommandRun.WriteJson(
                new ConfigCheck(
                    faults.IsEmpty,
                    [.. faults.Select(f => new ConfigFaultItem(f.Line, f.Column, f.Key, f.Message, f.Hint))]
                ),
                WeirJsonIndented.Written.ConfigCheck
            );
        }

        foreach (var fault in faults)
        {
            Console.Error.WriteLine(fault.ToText(file));
        }

        if (faults.IsEmpty)
        {
            CommandRun.Note($"{file} has no faults");
        }

        return faults.IsEmpty ? ExitCodes.Ok : ExitCodes.WrongUse;
    }

    /// <summary>A file's text, <c>-</c> for standard input; null, and told, when it cannot be read.</summary>
    public static async Task<string?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return path == "-"
                ? await Console.In.ReadToEndAsync(cancellationToken)
                : await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            CommandRun.Note($"{path}: {failure.Message}");
            return null;
        }
    }

    private static Command Schema()
    {
        var command = new Command("schema", "The JSON Schema of weir.yaml, for editors");
        command.SetAction(_ => Console.Out.Write(ConfigSchema.Text));
        return command.WithExamples("weir config schema > weir.schema.json");
    }

    private static Command Put()
    {
        var file = new Argument<string>("file") { Description = "The whole new text; - for standard input" };
        var command = new Command("put", "Put a file in the place of the configuration, or learn all its faults")
        {
            file,
            ConfigVersionCommands.Comment,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var path = parsed.GetValue(file)!;
                if (await ReadAsync(path, cancellationToken) is not { } text)
                {
                    return ExitCodes.WrongUse;
                }

                return await CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var before = await client.ConfigAsync(cancellationToken);
                        var config = await client.PutConfigAsync(
                            text,
                            before.Etag,
                            parsed.GetValue(ConfigVersionCommands.Comment),
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(config, WeirJsonIndented.Written.ConfigDocument);
                            return;
                        }

                        CommandRun.Note(
                            before.Etag == config.Etag
                                ? "the configuration is as it was"
                                : "the new configuration is in force"
                        );
                        foreach (var setting in config.RestartNeededFor)
                        {
                            CommandRun.Note($"{setting} takes effect at the next start");
                        }
                    },
                    cancellationToken
                );
            }
        );
        return command.WithExamples(
            "weir config put acme.yaml --server https://weir.example.com --key wk_…",
            "weir config show | sed s/claude-opus/claude-sonnet/ | weir config put -"
        );
    }

    private static Command Show()
    {
        var command = new Command("show", "The configuration in force, its secrets masked")
        {
            CommonOptions.Json,
        }.WithServer();
        command.Options.Add(CommonOptions.Config);
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var config = await client.ConfigAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(config, WeirJsonIndented.Written.ConfigDocument);
                            return;
                        }

                        if (config.Path is { } path)
                        {
                            CommandRun.Note(path);
                        }

                        foreach (var fault in config.PendingFaults)
                        {
                            CommandRun.Note(
                                $"the file on disk was refused: {fault.Line}:{fault.Column}: {fault.Key}: {fault.Message}"
                            );
                        }

                        Console.Out.Write(config.Text.EndsWith('\n') ? config.Text : config.Text + "\n");
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir config show", "weir config show --json");
    }
}

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
            ConfigDryRunCommand.Create(),
            Schema(),
        };

    private static readonly Option<bool> LiveOption = new("--live")
    {
        Description = "Ask each provider for its models too, with its own key; nothing is billed",
    };

    private static Command Check()
    {
        var command = new Command("check", "Name every fault of a configuration file; nothing is changed")
        {
            FileArgument,
            LiveOption,
            CommonOptions.Config,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var live = parsed.GetValue(LiveOption);
                var json = parsed.GetValue(CommonOptions.Json) && !live;
                if (parsed.GetValue(FileArgument) is { } one)
                {
                    var sound = Check(one, json);
                    return live && sound == ExitCodes.Ok ? await AskAsync(parsed, one, cancellationToken) : sound;
                }

                // What is in force is the server's to say, on this machine or elsewhere.
                return live ? await AskAsync(parsed, cancellationToken) : CheckAll(parsed, json);
            }
        );
        return command.WithExamples(
            "weir config check",
            "weir config check ./weir.yaml",
            "weir config check ./weir.d/acme.yaml",
            "weir config check --live"
        );
    }

    private static int CheckAll(ParseResult parsed, bool json)
    {
        var file = CommonOptions.ConfigPath(parsed) ?? Path.Combine(CommonOptions.DataFolder(parsed), "weir.yaml");
        var code = Check(file, json);
        foreach (var workspace in ConfigCheckup.WorkspaceFilesOf(file))
        {
            var other = Check(workspace, json: false);
            code = code == ExitCodes.Ok ? other : code;
        }

        return code;
    }

    private static async Task<int> AskAsync(ParseResult parsed, string file, CancellationToken cancellationToken) =>
        await ConfigCheckup.AskAsync(file, Environment.GetEnvironmentVariable, cancellationToken) is { } answers
            ? Show(parsed, answers)
            : ExitCodes.WrongUse;

    private static async Task<int> AskAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var code = ExitCodes.Ok;
        var ran = await CommandRun.WithServerAsync(
            parsed,
            async client => code = Show(parsed, await client.CheckConfigAsync(cancellationToken)),
            cancellationToken
        );
        return ran == ExitCodes.Ok ? code : ran;
    }

    private static int Show(ParseResult parsed, ConfigLiveCheck answers)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(answers, WeirJsonIndented.Written.ConfigLiveCheck);
        }
        else
        {
            LiveCheckText.Write(answers);
        }

        return answers.Sound ? ExitCodes.Ok : ExitCodes.Failed;
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
        var workspace = new Option<bool>("--workspace")
        {
            Description = "That of a workspace's own document, weir.d/NAME.yaml",
        };
        var command = new Command("schema", "The JSON Schema of weir.yaml, for editors") { workspace };
        command.SetAction(parsed =>
            Console.Out.Write(parsed.GetValue(workspace) ? ConfigSchema.WorkspaceText : ConfigSchema.Text)
        );
        return command.WithExamples(
            "weir config schema > weir.schema.json",
            "weir config schema --workspace > weir-workspace.schema.json"
        );
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

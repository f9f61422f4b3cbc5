using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;
using Weir.Server.Configuration;

namespace Weir.Cli.Commands;

/// <summary><c>weir config</c>.</summary>
internal static class ConfigCommand
{
    private static readonly Argument<string?> FileArgument = new("file")
    {
        Description = "The file; default --config, WEIR_CONFIG, or weir.yaml in the data folder",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() => new("config", "The configuration") { Check(), Show() };

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
            var file =
                parsed.GetValue(FileArgument)
                ?? CommonOptions.ConfigPath(parsed)
                ?? Path.Combine(CommonOptions.DataFolder(parsed), "weir.yaml");
            var (faults, failure) = ConfigCheckup.Run(file, Environment.GetEnvironmentVariable);
            if (failure is not null)
            {
                CommandRun.Note($"{file}: {failure}");
                return ExitCodes.WrongUse;
            }

            if (parsed.GetValue(CommonOptions.Json))
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
        });
        return command.WithExamples("weir config check", "weir config check ./weir.yaml");
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

using System.CommandLine;
using System.Text;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Foundation.Storage;
using Weir.Server;
using Weir.Server.Configuration.Imports;

namespace Weir.Cli.Commands;

/// <summary><c>weir config import</c>: without <c>--write</c> nothing but the file is touched, and no key of it is shown.</summary>
internal static class ConfigImportCommand
{
    private static readonly Option<bool> WriteOption = new("--write")
    {
        Description = "Seal the keys that stand in it, and make it the configuration; there must be none yet",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = "config.json of claude-code-router, or config.yaml of LiteLLM; - for standard input",
        };
        var from = new Option<string?>("--from")
        {
            Description =
                $"Whose it is: {string.Join(" or ", ConfigImport.Programs)}; told by what stands in it otherwise",
            HelpName = "PROGRAM",
        };
        from.AcceptOnlyFromAmong([.. ConfigImport.Programs]);
        var command = new Command("import", "Make a weir.yaml of another program's configuration")
        {
            file,
            from,
            WriteOption,
            CommonOptions.Json,
        }.WithServer();
        command.Options.Add(CommonOptions.Config);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var path = parsed.GetValue(file)!;
                if (await ConfigCommand.ReadAsync(path, cancellationToken) is not { } text)
                {
                    return ExitCodes.WrongUse;
                }

                var (outcome, faults) = ConfigImport.Read(text, parsed.GetValue(from));
                foreach (var fault in outcome?.Faults ?? faults)
                {
                    Console.Error.WriteLine(fault.ToText(outcome is null ? path : "(the imported document)"));
                }

                if (outcome is null)
                {
                    return ExitCodes.WrongUse;
                }

                return parsed.GetValue(WriteOption)
                    ? await WriteAsync(parsed, path, outcome, cancellationToken)
                    : Show(parsed, outcome);
            }
        );
        return command.WithExamples(
            "weir config import ~/.claude-code-router/config.json > weir.yaml",
            "weir config import litellm.yaml --write",
            "weir config import config.yaml --from litellm --json"
        );
    }

    private static int Show(ParseResult parsed, ImportOutcome outcome)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(ImportShapes.Result(outcome), WeirJsonIndented.Written.ConfigImportResult);
        }
        else
        {
            Tell(outcome);
            foreach (var (name, reason) in outcome.Variables)
            {
                CommandRun.Note($"set {name} where the server runs: {reason}");
            }

            Console.Out.Write(outcome.Text);
        }

        return outcome.Faults.IsEmpty ? ExitCodes.Ok : ExitCodes.WrongUse;
    }

    private static void Tell(ImportOutcome outcome)
    {
        foreach (var note in outcome.Notes)
        {
            CommandRun.Note($"{note.Path}: {note.Message}");
        }
    }

    private static async Task<int> WriteAsync(
        ParseResult parsed,
        string path,
        ImportOutcome outcome,
        CancellationToken cancellationToken
    )
    {
        if (outcome.Sealed() is not { } import)
        {
            CommandRun.Note("it has faults: nothing was written");
            return ExitCodes.WrongUse;
        }

        var code = ExitCodes.Ok;
        var ran = await CommandRun.WithServerAsync(
            parsed,
            async client =>
            {
                var current = await client.ConfigAsync(cancellationToken);
                if (current.Source == "file")
                {
                    CommandRun.Note(
                        "there is a configuration already: put the two together, then weir config put FILE"
                    );
                    code = ExitCodes.Refused;
                    return;
                }

                var file = current.Source == "environment" ? LocalFile(parsed) : null;
                if (current.Source == "environment" && (file is null || File.Exists(file)))
                {
                    CommandRun.Note(
                        file is null
                            ? "that server has no configuration file: write one where it runs"
                            : $"{file} is there already"
                    );
                    code = ExitCodes.Refused;
                    return;
                }

                foreach (var key in import.Keys)
                {
                    await client.StoreSecretAsync(new SecretValue(key.Name, key.Value, key.Origin), cancellationToken);
                    CommandRun.Note($"{key.Name} is sealed, for {key.Origin} alone");
                }

                if (file is null)
                {
                    await client.PutConfigAsync(
                        import.Text,
                        current.Etag,
                        $"imported from {outcome.Program}",
                        cancellationToken
                    );
                }
                else
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                    AtomicFile.Write(file, Encoding.UTF8.GetBytes(import.Text), AtomicFile.OwnerOnly);
                }

                Tell(outcome);
                CommandRun.Note(
                    file is null
                        ? "the imported configuration is in force"
                        : $"{file} is written; a running server takes it in force"
                );
                if (parsed.GetValue(CommonOptions.Json))
                {
                    CommandRun.WriteJson(
                        ImportShapes.Result(outcome) with
                        {
                            Text = import.Text,
                        },
                        WeirJsonIndented.Written.ConfigImportResult
                    );
                }
            },
            cancellationToken
        );
        return ran == ExitCodes.Ok ? code : ran;
    }

    // Where a server on this machine looks for its document; null for a server elsewhere.
    private static string? LocalFile(ParseResult parsed) =>
        CommonOptions.ServerAddress(parsed) is not null
            ? null
            : Path.GetFullPath(
                CommonOptions.ConfigPath(parsed) ?? Path.Combine(CommonOptions.DataFolder(parsed), "weir.yaml")
            );
}

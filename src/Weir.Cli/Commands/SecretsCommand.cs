using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir secrets</c>.</summary>
internal static class SecretsCommand
{
    private static readonly Argument<string> Name = new("name")
    {
        Description = "The secret's name; a configuration uses it as apiKey: secret:NAME",
    };

    public static Command Create() =>
        new("secrets", "Keys of providers, kept sealed and never shown") { Set(), List(), Remove(), RotateKey() };

    private static Command Set()
    {
        var origin = new Option<string?>("--origin")
        {
            Description =
                "The only address that it may be sent to; needed for a new secret, unless it is named like a provider that Weir knows",
            HelpName = "URL",
        };
        var command = new Command("set", "Seal a value, read from standard input; another one takes force at once")
        {
            Name,
            origin,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                var name = parsed.GetValue(Name)!;
                if (HiddenInput.Read($"Value of {name}") is not { } value)
                {
                    CommandRun.Note("there is no value: write it to standard input, or type it");
                    return Task.FromResult(ExitCodes.WrongUse);
                }

                return CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var secret = await client.StoreSecretAsync(
                            new SecretValue(name, value, parsed.GetValue(origin)),
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(secret, WeirJsonIndented.Written.SecretItem);
                            return;
                        }

                        CommandRun.Note(
                            secret.Origin is { } bound
                                ? $"{name} is sealed, for {bound} alone"
                                : $"{name} is sealed; it will belong to the address that a configuration first sends it to"
                        );
                    },
                    cancellationToken
                );
            }
        );
        return command.WithExamples(
            "weir secrets set anthropic",
            "pass show ollama | weir secrets set own --origin https://ollama.example.com"
        );
    }

    private static Command List()
    {
        var command = new Command("list", "The secrets there are; never their values")
        {
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var secrets = await client.SecretsAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(secrets, WeirJsonIndented.Written.SecretList);
                            return;
                        }

                        var table = new TextTable("NAME", "ORIGIN", "USED BY", "CHANGED", "BY");
                        foreach (var secret in secrets.Items)
                        {
                            table.Add(
                                secret.Name,
                                secret.Origin ?? "-",
                                secret.UsedBy.Count == 0 ? "-" : string.Join(", ", secret.UsedBy),
                                secret
                                    .UpdatedAt.ToLocalTime()
                                    .ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                                secret.UpdatedBy
                            );
                        }

                        table.Write();
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir secrets list", "weir secrets list --json");
    }

    private static Command Remove()
    {
        var command = new Command("remove", "Remove a secret that no configuration uses")
        {
            Name,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var secret = await client.RemoveSecretAsync(parsed.GetValue(Name)!, cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(secret, WeirJsonIndented.Written.SecretItem);
                            return;
                        }

                        CommandRun.Note($"{secret.Name} is gone");
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir secrets remove openai");
    }

    private static Command RotateKey()
    {
        var command = new Command(
            "rotate-key",
            "Put another master key in force and seal every secret anew with it; broken off, it goes on when run again"
        )
        {
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var rotation = await client.RotateSecretKeyAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(rotation, WeirJsonIndented.Written.SecretKeyRotation);
                            return;
                        }

                        CommandRun.Note(
                            $"{rotation.Resealed} sealed anew with master key {rotation.Key}"
                                + (
                                    rotation.Unopened == 0
                                        ? ""
                                        : $"; {rotation.Unopened} did not open and are as they were"
                                )
                                + (rotation.Dropped == 0 ? "" : $"; {rotation.Dropped} older master keys dropped")
                        );
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir secrets rotate-key");
    }
}

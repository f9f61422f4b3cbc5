using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Identity;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir audit</c>.</summary>
internal static class AuditCommand
{
    private static readonly Option<string?> Since = new("--since")
    {
        Description = "From this time on, as 7d or 2026-07-01",
        HelpName = "TIME",
    };

    private static readonly Option<string?> Until = new("--until")
    {
        Description = "Before this time",
        HelpName = "TIME",
    };

    private static readonly Option<string?> Actor = new("--actor")
    {
        Description = "By this key or person, by name or id",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Action = new("--action")
    {
        Description = "This action (key.create), or all of a kind (key)",
        HelpName = "ACTION",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "At most so many entries, to 1000",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
    };

    private static readonly Argument<string?> Exported = new("file")
    {
        Description = "A file that weir audit export wrote; without one the trail on the server is looked at",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> PublicKey = new("--public-key")
    {
        Description = "The key that must have signed the file (audit/public.pem of the data folder)",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "Where to write; without it, standard output",
        HelpName = "FILE",
    };

    public static Command Create() =>
        new("audit", "Who changed what, and who read what is sensitive") { List(), Verify(), Export() };

    private static Command List()
    {
        var command = new Command("list", "The newest entries first")
        {
            Since,
            Until,
            Actor,
            Action,
            Limit,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var page = await client.AuditTrailAsync(
                            new UsageQueryString()
                                .With("from", parsed.GetValue(Since))
                                .With("to", parsed.GetValue(Until))
                                .With("actor", parsed.GetValue(Actor))
                                .With("action", parsed.GetValue(Action))
                                .With("limit", parsed.GetValue(Limit).ToString(CultureInfo.InvariantCulture)),
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(page, WeirJsonIndented.Written.AuditPage);
                            return;
                        }

                        var table = new TextTable("SEQ", "TIME", "ACTOR", "FROM", "ACTION", "TARGET", "AFTER");
                        foreach (var item in page.Items)
                        {
                            table.Add(
                                item.Seq.ToString(CultureInfo.InvariantCulture),
                                Figures.Time(item.At),
                                $"{item.ActorKind} {Figures.Name(item.Actor)}",
                                item.Address ?? "",
                                item.Action,
                                Figures.Name(item.Target),
                                Figures.Name(item.After?.ToString() ?? "")
                            );
                        }

                        table.Write();
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir audit list --since 7d --action key", "weir audit list --actor admin --json");
    }

    private static Command Verify()
    {
        var command = new Command("verify", "Look for entries that were edited, deleted or reordered")
        {
            Exported,
            PublicKey,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                parsed.GetValue(Exported) is { } file
                    ? Task.FromResult(VerifyFile(parsed, file))
                    : CommandRun.GuardAsync(async () =>
                    {
                        await using var connection = await ServerConnection.OpenAsync(
                            parsed,
                            readsLogs: false,
                            cancellationToken
                        );
                        return connection.Client is { } client
                            ? Tell(parsed, await client.VerifyAuditAsync(cancellationToken))
                            : CommandRun.Fail(connection);
                    })
        );
        return command.WithExamples("weir audit verify", "weir audit verify audit.ndjson --public-key public.pem");
    }

    private static Command Export()
    {
        var command = new Command("export", "Write the whole trail as a file that can be verified by itself")
        {
            Output,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    client =>
                        client.ExportAuditAsync(() => ResultFile.Open(parsed.GetValue(Output)), cancellationToken),
                    cancellationToken
                )
        );
        return command.WithExamples("weir audit export -o audit.ndjson");
    }

    private static int VerifyFile(ParseResult parsed, string file)
    {
        try
        {
            var key = parsed.GetValue(PublicKey) is { } path ? File.ReadAllText(path) : null;
            using var reader = new StreamReader(file);
            var verdict = AuditFile.Verify(reader, key);
            if (key is null)
            {
                CommandRun.Note(
                    "without --public-key the file's own key is believed: that shows it is whole, not whose it is"
                );
            }

            return Tell(parsed, new AuditVerification(verdict.IsSound, verdict.Entries, verdict.Faults, key ?? ""));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            CommandRun.Note(e.Message);
            return ExitCodes.WrongUse;
        }
    }

    private static int Tell(ParseResult parsed, AuditVerification found)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(found, WeirJsonIndented.Written.AuditVerification);
        }
        else if (found.Sound)
        {
            Console.Out.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"sound: {found.Entries} entries, each as it was written")
            );
        }
        else
        {
            foreach (var fault in found.Faults)
            {
                Console.Out.WriteLine(fault);
            }
        }

        return found.Sound ? ExitCodes.Ok : ExitCodes.Failed;
    }
}

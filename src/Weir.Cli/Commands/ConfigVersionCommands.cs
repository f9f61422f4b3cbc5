using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir config versions</c>, <c>diff</c> and <c>rollback</c>.</summary>
internal static class ConfigVersionCommands
{
    private const int MostListed = 500;

    /// <summary>Lists the versions.</summary>
    public static Command Versions()
    {
        var most = new Option<int>("--limit")
        {
            Description = "At most so many versions",
            HelpName = "N",
            DefaultValueFactory = _ => 20,
        };
        var command = new Command("versions", "Every text of the configuration that was accepted, newest first")
        {
            most,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var page = await client.ConfigVersionsAsync(
                            cursor: null,
                            Math.Clamp(parsed.GetValue(most), 1, MostListed),
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(page, WeirJsonIndented.Written.ConfigVersionPage);
                            return;
                        }

                        var table = new TextTable("VERSION", "ACCEPTED", "BY", "HOW", "COMMENT");
                        foreach (var version in page.Items)
                        {
                            table.Add(
                                version.Version.ToString(CultureInfo.InvariantCulture) + (version.InForce ? " *" : ""),
                                Figures.LocalTime(version.At),
                                Figures.Name(version.Actor),
                                version.Restores is { } restored
                                    ? string.Create(CultureInfo.InvariantCulture, $"rollback to {restored}")
                                    : version.Source,
                                version.Comment is { } comment ? Figures.Name(comment) : ""
                            );
                        }

                        table.Write();
                        if (page.Next is not null)
                        {
                            CommandRun.Note("there are older ones: --limit shows more");
                        }
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir config versions", "weir config versions --limit 100 --json");
    }

    /// <summary>Shows what changed.</summary>
    public static Command Diff()
    {
        var from = new Argument<long?>("from")
        {
            Description = "From this version; without it what the newest changed",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var to = new Argument<long?>("to")
        {
            Description = "To this version; without it the newest",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("diff", "What changed between two versions of the configuration, as a unified diff")
        {
            from,
            to,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var code = ExitCodes.Ok;
                var ran = await CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var number = parsed.GetValue(to);
                        if (number is null)
                        {
                            var page = await client.ConfigVersionsAsync(cursor: null, 1, cancellationToken);
                            number = page.Items is [var newest, ..] ? newest.Version : null;
                        }

                        if (number is not { } shown)
                        {
                            CommandRun.Note("there is no version yet: the configuration has no file");
                            code = ExitCodes.NotFound;
                            return;
                        }

                        var diff = await client.ConfigDiffAsync(shown, parsed.GetValue(from), cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(diff, WeirJsonIndented.Written.ConfigDiff);
                        }
                        else
                        {
                            Write(diff);
                        }
                    },
                    cancellationToken
                );
                return ran == ExitCodes.Ok ? code : ran;
            }
        );
        return command.WithExamples("weir config diff", "weir config diff 7", "weir config diff 7 9");
    }

    /// <summary>Brings a version back.</summary>
    public static Command Rollback()
    {
        var number = new Argument<long>("version") { Description = "The version's number" };
        var command = new Command("rollback", "Put an earlier version of the configuration back in force")
        {
            number,
            Comment,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var before = await client.ConfigAsync(cancellationToken);
                        var config = await client.RollBackConfigAsync(
                            new ConfigRollback(parsed.GetValue(number), parsed.GetValue(Comment)),
                            before.Etag,
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(config, WeirJsonIndented.Written.ConfigDocument);
                            return;
                        }

                        CommandRun.Note(
                            before.Etag == config.Etag
                                ? "that is the text in force already"
                                : string.Create(
                                    CultureInfo.InvariantCulture,
                                    $"version {parsed.GetValue(number)} is in force again, as version {config.Version}"
                                )
                        );
                        foreach (var setting in config.RestartNeededFor)
                        {
                            CommandRun.Note($"{setting} takes effect at the next start");
                        }
                    },
                    cancellationToken
                )
        );
        return command.WithExamples(
            "weir config rollback 7",
            "weir config rollback 7 --comment \"the new route failed\""
        );
    }

    /// <summary>What the author of a change says of it.</summary>
    public static Option<string?> Comment { get; } =
        new("--comment") { Description = "Why, for the list of versions", HelpName = "TEXT" };

    private static void Write(ConfigDiff diff)
    {
        if (diff.Diff.Length == 0)
        {
            CommandRun.Note(diff.Same ? "the two are the same" : "only keys that stand in the clear differ");
            return;
        }

        var colours = !Console.IsOutputRedirected && CommonOptions.Variable("NO_COLOR") is null;
        foreach (var line in Figures.Lines(diff.Diff.TrimEnd('\n')))
        {
            Console.Out.WriteLine(colours ? Coloured(line) : line);
        }
    }

    private static string Coloured(string line) =>
        line switch
        {
            ['-', '-', '-', ' ', ..] or ['+', '+', '+', ' ', ..] => $"\u001b[1m{line}\u001b[0m",
            ['-', ..] => $"\u001b[31m{line}\u001b[0m",
            ['+', ..] => $"\u001b[32m{line}\u001b[0m",
            ['@', ..] => $"\u001b[36m{line}\u001b[0m",
            _ => line,
        };
}

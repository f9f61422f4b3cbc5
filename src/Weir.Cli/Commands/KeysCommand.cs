using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir keys</c>.</summary>
internal static class KeysCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The key's name or id" };

    private static readonly Option<string[]> Scopes = new("--scope")
    {
        Description = "What it may do: gateway (default), read, admin, ingest, or permissions as config:read",
        HelpName = "SCOPES",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> User = new("--user")
    {
        Description = "The person it stands for",
        HelpName = "NAME",
    };
    private static readonly Option<string?> Team = new("--team")
    {
        Description = "The team it stands for",
        HelpName = "NAME",
    };
    private static readonly Option<string?> Project = new("--project")
    {
        Description = "The project it stands for",
        HelpName = "NAME",
    };
    private static readonly Option<string?> Expires = new("--expires")
    {
        Description = "When it ends by itself, as 90d",
        HelpName = "TIME",
    };

    private static readonly Option<string?> Owner = new("--owner")
    {
        Description = "The person whose roles bound it",
        HelpName = "NAME",
    };
    private static readonly Option<string[]> Models = new("--model")
    {
        Description = "Models that it may ask for, as claude-*; all without it",
        HelpName = "PATTERNS",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<string[]> Networks = new("--network")
    {
        Description = "Networks that it may be used from, as 10.0.0.0/8; all without it",
        HelpName = "NETWORKS",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<string[]> Origins = new("--origin")
    {
        Description = "Origins of the pages that may use it, as https://example.com",
        HelpName = "ORIGINS",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> Overlap = new("--overlap")
    {
        Description = "How long the old text goes on",
        HelpName = "TIME",
        DefaultValueFactory = _ => "0s",
    };

    private static readonly Option<bool> All = new("--all") { Description = "Revoked keys too" };

    public static Command Create() =>
        new("keys", "Keys for people and programs") { CreateKey(), List(), Rotate(), Revoke() };

    private static Command CreateKey()
    {
        var command = new Command("create", "Make a key; its text is printed this once")
        {
            Name,
            Scopes,
            User,
            Team,
            Project,
            Owner,
            Models,
            Networks,
            Origins,
            Expires,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                TimeSpan? life = null;
                if (parsed.GetValue(Expires) is { } text)
                {
                    if (!TimeSpans.TryParse(text, out var span))
                    {
                        CommandRun.Note("--expires takes a time with its unit, as 90d");
                        return Task.FromResult(ExitCodes.WrongUse);
                    }

                    life = span;
                }

                var scopes = Words(parsed, Scopes);
                return CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                        Show(
                            parsed,
                            await client.CreateKeyAsync(
                                new NewKey
                                {
                                    Name = parsed.GetValue(Name),
                                    Scopes = scopes.Length == 0 ? null : scopes,
                                    User = parsed.GetValue(User),
                                    Team = parsed.GetValue(Team),
                                    Project = parsed.GetValue(Project),
                                    Owner = parsed.GetValue(Owner),
                                    Models = Words(parsed, Models),
                                    Networks = Words(parsed, Networks),
                                    Origins = Words(parsed, Origins),
                                    ExpiresAt = TimeProvider.System.GetUtcNow() + life,
                                },
                                cancellationToken
                            )
                        ),
                    cancellationToken
                );
            }
        );
        return command.WithExamples(
            "weir keys create alice --user alice --team core",
            "weir keys create ci --project web --expires 90d --network 10.0.0.0/8",
            "weir keys create trainee --owner bob --model claude-haiku-*",
            "KEY=$(weir keys create reports --scope read)"
        );
    }

    private static Command List()
    {
        var command = new Command("list", "The keys there are") { All, CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var keys = await client.KeysAsync(parsed.GetValue(All), cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(keys, WeirJsonIndented.Written.KeyList);
                            return;
                        }

                        var table = new TextTable(
                            "NAME",
                            "ID",
                            "KEY",
                            "SCOPES",
                            "OWNER",
                            "BOUNDS",
                            "USER",
                            "TEAM",
                            "PROJECT",
                            "CREATED",
                            "LAST USED",
                            "ENDS"
                        );
                        foreach (var key in keys.Items)
                        {
                            table.Add(
                                Figures.Name(key.Name),
                                key.Id,
                                key.Prefix + "…",
                                string.Join(',', key.Scopes),
                                OwnerOf(key),
                                Bounds(key),
                                Optional(key.User),
                                Optional(key.Team),
                                Optional(key.Project),
                                Figures.Time(key.CreatedAt),
                                Figures.Time(key.LastUsedAt),
                                key.RevokedAt is { } revoked
                                    ? $"revoked {Figures.Time(revoked)}"
                                    : Figures.Time(key.ExpiresAt)
                            );
                        }

                        table.Write();
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir keys list", "weir keys list --all --json");
    }

    // A key of somebody who is not active opens nothing.
    private static string OwnerOf(KeyItem key) =>
        key.Owner is null ? ""
        : key.OwnerState == "active" ? Figures.Name(key.OwnerName ?? key.Owner)
        : $"{Figures.Name(key.OwnerName ?? key.Owner)} ({key.OwnerState ?? "gone"})";

    private static string Bounds(KeyItem key) =>
        string.Join(
            "; ",
            new[] { ("models", key.Models), ("from", key.Networks), ("pages", key.Origins) }
                .Where(bound => bound.Item2.Count > 0)
                .Select(bound => $"{bound.Item1} {Short(bound.Item2)}")
        );

    private static string Short(IReadOnlyList<string> words) =>
        Figures.Name(words.Count > 2 ? $"{words[0]}, {words[1]} and {words.Count - 2} more" : string.Join(", ", words));

    private static Command Rotate()
    {
        var command = new Command("rotate", "Give a key a new text, printed this once")
        {
            Name,
            Overlap,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                if (!TimeSpans.TryParse(parsed.GetValue(Overlap)!, out var overlap))
                {
                    CommandRun.Note("--overlap takes a time with its unit, as 1h");
                    return Task.FromResult(ExitCodes.WrongUse);
                }

                return CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                        Show(parsed, await client.RotateKeyAsync(parsed.GetValue(Name)!, overlap, cancellationToken)),
                    cancellationToken
                );
            }
        );
        return command.WithExamples("weir keys rotate ci --overlap 1h");
    }

    private static Command Revoke()
    {
        var command = new Command("revoke", "End a key, now") { Name, CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var key = await client.RevokeKeyAsync(parsed.GetValue(Name)!, cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(key, WeirJsonIndented.Written.KeyItem);
                        }
                        else
                        {
                            CommandRun.Note($"{Figures.Name(key.Name)} is revoked");
                        }
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir keys revoke ci");
    }

    private static string[] Words(ParseResult parsed, Option<string[]> option) =>
        [.. (parsed.GetValue(option) ?? []).SelectMany(words => words.Split(','))];

    // The key alone on standard output, so that it can be taken into a variable.
    private static void Show(ParseResult parsed, KeyWithText key)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(key, WeirJsonIndented.Written.KeyWithText);
            return;
        }

        CommandRun.Note(
            $"the key \"{Figures.Name(key.Name)}\" ({string.Join(", ", key.Scopes)}); it is not shown again:"
        );
        Console.Out.WriteLine(key.Text);
    }

    private static string Optional(string? name) => name is null ? "" : Figures.Name(name);
}

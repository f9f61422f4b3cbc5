using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir users</c>.</summary>
internal static class UsersCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The user's name or id" };

    private static readonly Argument<string[]> GivenRoles = new("roles")
    {
        Description = "All the roles he is to have",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Argument<string[]> GivenGrants = new("grants")
    {
        Description = "All of them, each ROLE:team=NAME, ROLE:project=NAME or ROLE:key=NAME",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string[]> Roles = new("--role")
    {
        Description = "What he may do: admin, moderator, analyst, viewer, user, …",
        HelpName = "ROLES",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> Display = new("--display-name")
    {
        Description = "What people call him",
        HelpName = "TEXT",
    };

    private static readonly Option<string?> Email = new("--email")
    {
        Description = "His address of mail",
        HelpName = "ADDRESS",
    };

    private static readonly Option<bool> Service = new("--service")
    {
        Description = "A service account: it has keys and cannot sign in",
    };

    private static readonly Option<bool> DropSecondFactor = new("--drop-second-factor")
    {
        Description = "One-time codes and passkeys too, for who has lost them",
    };

    public static Command Create() =>
        new("users", "People and service accounts")
        {
            List(),
            Invite(),
            CreateOne(),
            SetRoles(),
            SetGrants(),
            One(
                "suspend",
                "Shut somebody out, with his keys and sessions, now",
                "is suspended",
                (client, name, cancellationToken) => client.SuspendUserAsync(name, cancellationToken)
            ),
            One(
                "resume",
                "Let somebody in again",
                "may come in again",
                (client, name, cancellationToken) => client.ResumeUserAsync(name, cancellationToken)
            ),
            One(
                "remove",
                "Remove somebody, with his keys and sessions; what he used stays",
                "is removed",
                (client, name, cancellationToken) => client.RemoveUserAsync(name, cancellationToken)
            ),
            ResetPassword(),
        };

    private static Command List()
    {
        var command = new Command("list", "The users there are") { CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var users = await client.UsersAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(users, WeirJsonIndented.Written.UserList);
                            return;
                        }

                        var table = new TextTable(
                            "NAME",
                            "ID",
                            "KIND",
                            "STATE",
                            "ROLES",
                            "SECOND FACTOR",
                            "LAST SIGN-IN"
                        );
                        foreach (var user in users.Items)
                        {
                            table.Add(
                                Figures.Name(user.Name),
                                user.Id,
                                user.Kind,
                                user.State,
                                string.Join(
                                    ',',
                                    user.Roles.Concat(
                                        user.Grants.Select(g => $"{g.Role}:{g.On}={Figures.Name(g.Name)}")
                                    )
                                ),
                                user.HasSecondFactor ? "yes" : "no",
                                Figures.Time(user.LastSignInAt)
                            );
                        }

                        table.Write();
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir users list", "weir users list --json");
    }

    private static Command Invite()
    {
        var command = new Command("invite", "Invite a person; the link is printed this once")
        {
            Name,
            Roles,
            Display,
            Email,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction((parsed, cancellationToken) => AddAsync(parsed, "person", cancellationToken));
        return command.WithExamples(
            "weir users invite ada --role viewer",
            "weir users invite grace --role moderator --email grace@example.org"
        );
    }

    private static Command CreateOne()
    {
        var command = new Command("create", "Make a service account, or invite a person")
        {
            Name,
            Service,
            Roles,
            Display,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                AddAsync(parsed, parsed.GetValue(Service) ? "service" : "person", cancellationToken)
        );
        return command.WithExamples("weir users create ci --service --role api-user");
    }

    private static Command SetRoles()
    {
        var command = new Command("roles", "Give somebody these roles and no others; his sessions end")
        {
            Name,
            GivenRoles,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var user = await client.ChangeUserAsync(
                            parsed.GetValue(Name)!,
                            new UserPatch { Roles = Words(parsed.GetValue(GivenRoles)) },
                            cancellationToken
                        );
                        Show(
                            parsed,
                            user,
                            user.Roles.Count == 0 ? "has no role" : $"has the roles {string.Join(", ", user.Roles)}"
                        );
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir users roles ada analyst billing-admin", "weir users roles ada");
    }

    private static Command SetGrants()
    {
        var command = new Command(
            "grants",
            "Give somebody these roles for single teams, projects or keys and no others; his sessions end"
        )
        {
            Name,
            GivenGrants,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                var grants = (parsed.GetValue(GivenGrants) ?? []).Select(Grant).ToList();
                if (grants.Contains(null))
                {
                    CommandRun.Note("a grant is ROLE:team=NAME, ROLE:project=NAME or ROLE:key=NAME");
                    return Task.FromResult(ExitCodes.WrongUse);
                }

                return CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var user = await client.ChangeUserAsync(
                            parsed.GetValue(Name)!,
                            new UserPatch { Grants = [.. grants.OfType<GrantItem>()] },
                            cancellationToken
                        );
                        Show(
                            parsed,
                            user,
                            user.Grants.Count == 0
                                ? "has no role for single things"
                                : $"has {string.Join(", ", user.Grants.Select(g => $"{g.Role} for {g.On} {g.Name}"))}"
                        );
                    },
                    cancellationToken
                );
            }
        );
        return command.WithExamples(
            "weir users grants ada viewer:team=web viewer:team=core",
            "weir users grants ada analyst:project=weir",
            "weir users grants ada"
        );
    }

    private static GrantItem? Grant(string text)
    {
        var (colon, equals) = (
            text.IndexOf(':', StringComparison.Ordinal),
            text.IndexOf('=', StringComparison.Ordinal)
        );
        return colon > 0 && equals > colon + 1 && equals < text.Length - 1
            ? new GrantItem(text[..colon], text[(colon + 1)..equals], text[(equals + 1)..])
            : null;
    }

    private static Command ResetPassword()
    {
        var command = new Command(
            "reset-password",
            "Take a person's password away; the link to set another is printed this once"
        )
        {
            Name,
            DropSecondFactor,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                        ShowLink(
                            parsed,
                            await client.ResetUserAsync(
                                parsed.GetValue(Name)!,
                                new UserReset(parsed.GetValue(DropSecondFactor)),
                                cancellationToken
                            )
                        ),
                    cancellationToken
                )
        );
        return command.WithExamples(
            "weir users reset-password ada",
            "weir users reset-password ada --drop-second-factor"
        );
    }

    private static Command One(
        string verb,
        string description,
        string done,
        Func<WeirClient, string, CancellationToken, Task<UserItem>> change
    )
    {
        var command = new Command(verb, description) { Name, CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client => Show(parsed, await change(client, parsed.GetValue(Name)!, cancellationToken), done),
                    cancellationToken
                )
        );
        return command.WithExamples($"weir users {verb} ada");
    }

    private static Task<int> AddAsync(ParseResult parsed, string kind, CancellationToken cancellationToken) =>
        CommandRun.WithServerAsync(
            parsed,
            async client =>
                ShowLink(
                    parsed,
                    await client.AddUserAsync(
                        new NewUserItem
                        {
                            Name = parsed.GetValue(Name),
                            Kind = kind,
                            DisplayName = parsed.GetValue(Display),
                            Email = parsed.CommandResult.Command.Options.Contains(Email)
                                ? parsed.GetValue(Email)
                                : null,
                            Roles = Words(parsed.GetValue(Roles)),
                        },
                        cancellationToken
                    )
                ),
            cancellationToken
        );

    private static void Show(ParseResult parsed, UserItem user, string done)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(user, WeirJsonIndented.Written.UserItem);
        }
        else
        {
            CommandRun.Note($"{Figures.Name(user.Name)} {done}");
        }
    }

    // The link alone on standard output, so that it can be taken into a variable.
    private static void ShowLink(ParseResult parsed, InvitedUserItem user)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(user, WeirJsonIndented.Written.InvitedUserItem);
            return;
        }

        if (user.Invitation is not { } path)
        {
            CommandRun.Note(
                $"the service account {Figures.Name(user.Name)} is made: weir keys create NAME --owner {user.Id}"
            );
            return;
        }

        CommandRun.Note(
            $"{Figures.Name(user.Name)} sets a password at this page of the server until {Figures.Time(user.InvitationExpiresAt)}; it is not shown again:"
        );
        var server = CommonOptions.ServerAddress(parsed)?.TrimEnd('/');
        Console.Out.WriteLine(server + path);
    }

    private static string[] Words(string[]? given) =>
        [.. (given ?? []).SelectMany(words => words.Split(',', StringSplitOptions.RemoveEmptyEntries))];
}

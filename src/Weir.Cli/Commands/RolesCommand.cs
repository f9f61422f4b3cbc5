using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir roles</c>.</summary>
internal static class RolesCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The role's name" };

    private static readonly Option<string?> Description = new("--description")
    {
        Description = "What it is for",
        HelpName = "TEXT",
    };

    private static readonly Option<string[]> Permissions = new("--permission")
    {
        Description = "What it permits, as config:read (weir roles permissions lists them)",
        HelpName = "PERMISSIONS",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string[]> Parents = new("--parent")
    {
        Description = "Roles whose permissions it has too",
        HelpName = "ROLES",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Command Create() =>
        new("roles", "Named sets of permissions")
        {
            List(),
            ListPermissions(),
            Set("create", "Make a role", isNew: true),
            Set("change", "Give a role other permissions, for everybody who has it", isNew: false),
            Remove(),
        };

    private static Command List()
    {
        var command = new Command("list", "The roles there are") { CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var found = await client.RolesAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(found, WeirJsonIndented.Written.RoleList);
                            return;
                        }

                        var table = new TextTable("NAME", "KIND", "PARENTS", "PERMISSIONS", "DESCRIPTION");
                        foreach (var item in found.Items)
                        {
                            table.Add(
                                item.Name,
                                item.BuiltIn ? "built in" : "own",
                                string.Join(',', item.Parents),
                                string.Join(',', item.Permissions),
                                Figures.Name(item.Description)
                            );
                        }

                        table.Write();
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir roles list");
    }

    private static Command ListPermissions()
    {
        var command = new Command("permissions", "Every permission that there is") { CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var found = await client.PermissionsAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(found, WeirJsonIndented.Written.PermissionList);
                            return;
                        }

                        var table = new TextTable("NAME", "MAY", "INCLUDES");
                        foreach (var item in found.Items)
                        {
                            table.Add(item.Name, item.Meaning, string.Join(',', item.Includes));
                        }

                        table.Write();
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir roles permissions");
    }

    private static Command Set(string verb, string description, bool isNew)
    {
        var command = new Command(verb, description)
        {
            Name,
            Description,
            Permissions,
            Parents,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                var name = parsed.GetValue(Name)!;
                var role = new RoleText
                {
                    Name = name,
                    Description = parsed.GetValue(Description),
                    Permissions = Words(parsed, Permissions),
                    Parents = Words(parsed, Parents),
                };
                return CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                        Show(
                            parsed,
                            isNew
                                ? await client.CreateRoleAsync(role, cancellationToken)
                                : await client.ChangeRoleAsync(name, role, cancellationToken),
                            "permits"
                        ),
                    cancellationToken
                );
            }
        );
        return command.WithExamples($"weir roles {verb} auditor --parent viewer --permission audit:view,config:read");
    }

    private static Command Remove()
    {
        var command = new Command("remove", "Remove a role that nobody has") { Name, CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                        Show(
                            parsed,
                            await client.RemoveRoleAsync(parsed.GetValue(Name)!, cancellationToken),
                            "is removed; it permitted"
                        ),
                    cancellationToken
                )
        );
        return command.WithExamples("weir roles remove auditor");
    }

    private static string[] Words(ParseResult parsed, Option<string[]> option) =>
        [.. (parsed.GetValue(option) ?? []).SelectMany(words => words.Split(','))];

    private static void Show(ParseResult parsed, RoleItem role, string verb)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(role, WeirJsonIndented.Written.RoleItem);
        }
        else
        {
            CommandRun.Note($"{role.Name} {verb} {string.Join(", ", role.Permissions)}");
        }
    }
}

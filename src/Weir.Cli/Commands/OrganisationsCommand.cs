using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir organisations</c>.</summary>
internal static class OrganisationsCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The organisation's name" };

    public static Command Create() =>
        new("organisations", "What stands above workspaces, for budgets that they share")
        {
            List(),
            One(
                "create",
                "Make an organisation",
                (client, name, cancellationToken) => client.CreateOrganisationAsync(name, cancellationToken),
                "is there"
            ),
            One(
                "remove",
                "Remove an organisation that no workspace is in",
                (client, name, cancellationToken) => client.RemoveOrganisationAsync(name, cancellationToken),
                "is removed"
            ),
        };

    private static Command List()
    {
        var command = new Command("list", "The organisations there are") { CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var found = await client.OrganisationsAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(found, WeirJsonIndented.Written.OrganisationList);
                            return;
                        }

                        var table = new TextTable("NAME", "WORKSPACES", "CREATED");
                        foreach (var item in found.Items)
                        {
                            table.Add(item.Name, string.Join(", ", item.Workspaces), Figures.Time(item.CreatedAt));
                        }

                        table.Write();
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir organisations list");
    }

    private static Command One(
        string verb,
        string description,
        Func<WeirClient, string, CancellationToken, Task<OrganisationItem>> send,
        string done
    )
    {
        var command = new Command(verb, description) { Name, CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var item = await send(client, parsed.GetValue(Name)!, cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(item, WeirJsonIndented.Written.OrganisationItem);
                        }
                        else
                        {
                            CommandRun.Note($"{item.Name} {done}");
                        }
                    },
                    cancellationToken
                )
        );
        return command.WithExamples($"weir organisations {verb} holding");
    }
}

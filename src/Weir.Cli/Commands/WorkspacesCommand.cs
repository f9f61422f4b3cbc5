using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir workspaces</c>.</summary>
internal static class WorkspacesCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The workspace's name" };

    private static readonly Option<string?> Title = new("--title")
    {
        Description = "What people call it",
        HelpName = "TEXT",
    };

    private static readonly Option<string?> Organisation = new("--organisation")
    {
        Description = "The organisation whose budgets it shares (\"\" for none)",
        HelpName = "NAME",
    };

    private static readonly Option<bool?> SecondFactor = new("--require-second-factor")
    {
        Description = "Let its people do nothing before they have a passkey or one-time codes; \"false\" takes it back",
    };

    public static Command Create() =>
        new("workspaces", "Tenants that see nothing of each other")
        {
            List(),
            Make(),
            Change(),
            State("suspend", "Turn a workspace's keys and people away until it is resumed", "suspended"),
            State("resume", "Let a suspended workspace's keys and people in again", "active"),
            Archive(),
        };

    private static Command List()
    {
        var command = new Command("list", "The workspaces there are") { CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var found = await client.WorkspacesAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(found, WeirJsonIndented.Written.WorkspaceList);
                            return;
                        }

                        var table = new TextTable("NAME", "TITLE", "ORGANISATION", "STATE", "CREATED");
                        foreach (var item in found.Items)
                        {
                            table.Add(
                                item.Name,
                                Figures.Name(item.Title ?? ""),
                                item.Organisation ?? "",
                                item.State,
                                Figures.Time(item.CreatedAt)
                            );
                        }

                        table.Write();
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir workspaces list");
    }

    private static Command Make()
    {
        var command = new Command("create", "Make a workspace; the text of its first key is printed this once")
        {
            Name,
            Title,
            Organisation,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var made = await client.CreateWorkspaceAsync(
                            new NewWorkspaceItem
                            {
                                Name = parsed.GetValue(Name),
                                Title = parsed.GetValue(Title),
                                Organisation = parsed.GetValue(Organisation),
                            },
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(made, WeirJsonIndented.Written.WorkspaceWithKey);
                            return;
                        }

                        CommandRun.Note(
                            $"the workspace \"{made.Name}\" is there; the key of its admin is not shown again:"
                        );
                        Console.Out.WriteLine(made.AdminKey.Text);
                    },
                    cancellationToken
                )
        );
        return command.WithExamples(
            "KEY=$(weir workspaces create acme --title \"Acme Inc.\")",
            "weir workspaces create lab --organisation university --json"
        );
    }

    private static Command Change()
    {
        var command = new Command(
            "change",
            "Give a workspace another title or organisation, or ask for a second factor"
        )
        {
            Name,
            Title,
            Organisation,
            SecondFactor,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                SendAsync(
                    parsed,
                    new WorkspacePatch
                    {
                        Title = parsed.GetValue(Title),
                        Organisation = parsed.GetValue(Organisation),
                        RequiresSecondFactor = parsed.GetValue(SecondFactor),
                    },
                    cancellationToken
                )
        );
        return command.WithExamples(
            "weir workspaces change acme --organisation holding",
            "weir workspaces change acme --require-second-factor"
        );
    }

    private static Command State(string verb, string description, string state)
    {
        var command = new Command(verb, description) { Name, CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) => SendAsync(parsed, new WorkspacePatch { State = state }, cancellationToken)
        );
        return command.WithExamples($"weir workspaces {verb} acme");
    }

    private static Command Archive()
    {
        var command = new Command("archive", "Close a workspace for good; its records stay")
        {
            Name,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                        Show(parsed, await client.ArchiveWorkspaceAsync(parsed.GetValue(Name)!, cancellationToken)),
                    cancellationToken
                )
        );
        return command.WithExamples("weir workspaces archive acme");
    }

    private static Task<int> SendAsync(
        ParseResult parsed,
        WorkspacePatch change,
        CancellationToken cancellationToken
    ) =>
        CommandRun.WithServerAsync(
            parsed,
            async client =>
                Show(parsed, await client.ChangeWorkspaceAsync(parsed.GetValue(Name)!, change, cancellationToken)),
            cancellationToken
        );

    private static void Show(ParseResult parsed, WorkspaceItem item)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(item, WeirJsonIndented.Written.WorkspaceItem);
        }
        else
        {
            CommandRun.Note(
                $"{item.Name} is {item.State}{(item.RequiresSecondFactor ? "; its people need a second factor" : "")}"
            );
        }
    }
}

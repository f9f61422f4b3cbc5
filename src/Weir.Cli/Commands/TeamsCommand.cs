using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir teams</c>.</summary>
internal static class TeamsCommand
{
    private static readonly Argument<string> Team = new("team") { Description = "The team's name or id" };

    private static readonly Argument<string> User = new("user") { Description = "The person's name or id" };

    private static readonly Option<string?> Description = new("--description")
    {
        Description = "What it is for",
        HelpName = "TEXT",
    };

    public static Command Create() =>
        new("teams", "People who work together, for figures and budgets")
        {
            List(),
            Make(),
            Remove(),
            Member("add", "Take a person into a team", isMember: true),
            Member("drop", "Take a person out of a team", isMember: false),
        };

    private static Command List()
    {
        var command = new Command("list", "The teams there are") { CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var found = await client.TeamsAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(found, WeirJsonIndented.Written.TeamList);
                            return;
                        }

                        var table = new TextTable("NAME", "ID", "MEMBERS", "DESCRIPTION");
                        foreach (var item in found.Items)
                        {
                            table.Add(
                                Figures.Name(item.Name),
                                item.Id,
                                string.Join(", ", item.Members.Select(name => Figures.Name(name))),
                                Figures.Name(item.Description ?? "")
                            );
                        }

                        table.Write();
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir teams list");
    }

    private static Command Make()
    {
        var command = new Command("create", "Make a team") { Team, Description, CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    parsed,
                    client =>
                        client.CreateTeamAsync(
                            new TeamText { Name = parsed.GetValue(Team), Description = parsed.GetValue(Description) },
                            cancellationToken
                        ),
                    team => $"the team \"{Figures.Name(team.Name)}\" is there",
                    cancellationToken
                )
        );
        return command.WithExamples("weir teams create core --description \"the core team\"");
    }

    private static Command Remove()
    {
        var command = new Command("remove", "Remove a team; figures that carry its name stay")
        {
            Team,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    parsed,
                    client => client.RemoveTeamAsync(parsed.GetValue(Team)!, cancellationToken),
                    team => $"the team \"{Figures.Name(team.Name)}\" is removed",
                    cancellationToken
                )
        );
        return command.WithExamples("weir teams remove core");
    }

    private static Command Member(string verb, string description, bool isMember)
    {
        var command = new Command(verb, description) { Team, User, CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    parsed,
                    client =>
                        client.SetTeamMemberAsync(
                            parsed.GetValue(Team)!,
                            parsed.GetValue(User)!,
                            isMember,
                            cancellationToken
                        ),
                    team =>
                        $"in \"{Figures.Name(team.Name)}\": {string.Join(", ", team.Members.Select(name => Figures.Name(name)))}",
                    cancellationToken
                )
        );
        return command.WithExamples($"weir teams {verb} core ada");
    }

    private static Task<int> RunAsync(
        ParseResult parsed,
        Func<WeirClient, Task<TeamItem>> send,
        Func<TeamItem, string> tell,
        CancellationToken cancellationToken
    ) =>
        CommandRun.WithServerAsync(
            parsed,
            async client =>
            {
                var item = await send(client);
                if (parsed.GetValue(CommonOptions.Json))
                {
                    CommandRun.WriteJson(item, WeirJsonIndented.Written.TeamItem);
                }
                else
                {
                    CommandRun.Note(tell(item));
                }
            },
            cancellationToken
        );
}

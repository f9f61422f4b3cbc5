using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir activity</c>.</summary>
internal static class ActivityCommand
{
    private static readonly Option<string> Since = new("--since")
    {
        Description = "From when: 24h, 7d, a day or a time",
        HelpName = "TIME",
        DefaultValueFactory = _ => "7d",
    };

    private static readonly Option<string?> Kind = new("--kind")
    {
        Description = "Only these kinds (breaker.opened) or families (budget), separated by commas",
        HelpName = "KINDS",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "At most so many, 1 to 1000",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
    };

    private static readonly Option<bool> Follow = new("--follow", "-f")
    {
        Description = "Go on telling what happens, until it is stopped; with --json a line for each event",
    };

    public static Command Create()
    {
        var command = new Command("activity", "What changed how Weir stands: breakers, budgets, configuration")
        {
            Since,
            Kind,
            Limit,
            Follow,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.GuardAsync(async () =>
                {
                    await using var connection = await ServerConnection.OpenAsync(
                        parsed,
                        readsLogs: false,
                        cancellationToken
                    );
                    if (connection.Client is not { } client)
                    {
                        return CommandRun.Fail(connection);
                    }

                    if (parsed.GetValue(Follow) && !connection.IsRunningServer)
                    {
                        CommandRun.Note("no server runs on this folder: nothing new will come");
                    }

                    await RunAsync(parsed, client, cancellationToken);
                    return ExitCodes.Ok;
                })
        );
        return command.WithExamples(
            "weir activity",
            "weir activity --kind budget,limit --since 24h",
            "weir activity --follow --json"
        );
    }

    private static async Task RunAsync(ParseResult parsed, WeirClient client, CancellationToken cancellationToken)
    {
        var page = await client.ActivityAsync(
            new UsageQueryString()
                .With("from", parsed.GetValue(Since))
                .With("kind", parsed.GetValue(Kind))
                .With("limit", parsed.GetValue(Limit).ToString(CultureInfo.InvariantCulture)),
            cancellationToken
        );
        var isJson = parsed.GetValue(CommonOptions.Json);
        if (parsed.GetValue(Follow))
        {
            foreach (var item in page.Items.Reverse())
            {
                Tell(item, isJson);
            }

            await new ActivityFollower(client, TimeProvider.System).RunAsync(
                page.Cursor,
                item =>
                {
                    if (IsWanted(item, parsed.GetValue(Kind)))
                    {
                        Tell(item, isJson);
                    }
                },
                CommandRun.Note,
                cancellationToken
            );
        }
        else if (isJson)
        {
            CommandRun.WriteJson(page, WeirJsonIndented.Written.ActivityPage);
        }
        else if (page.Items.Count == 0)
        {
            CommandRun.Note("nothing has changed");
        }
        else
        {
            var table = new TextTable("WHEN", "SEVERITY", "KIND", "WHAT");
            foreach (var item in page.Items)
            {
                table.Add(Figures.LocalTime(item.At), item.Severity, item.Kind, Line(item));
            }

            table.Write();
        }
    }

    private static void Tell(ActivityEventItem item, bool isJson) =>
        Console.Out.WriteLine(
            isJson
                ? JsonSerializer.Serialize(item, WeirJson.Written.ActivityEventItem)
                : $"{Figures.LocalTime(item.At)}  {item.Severity, -7}  {item.Kind, -20}  {Line(item)}"
        );

    private static string Line(ActivityEventItem item) => string.Join(' ', Figures.Lines(item.Text));

    private static bool IsWanted(ActivityEventItem item, string? kinds) =>
        string.IsNullOrEmpty(kinds)
        || kinds
            .Split(',')
            .Any(word => item.Kind == word || item.Kind.StartsWith(word + ".", StringComparison.Ordinal));
}

using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir session ID</c>.</summary>
internal static class SessionCommand
{
    private const int MostCandidates = 10;

    // As far back as the API reaches.
    private const string Always = "3650d";

    private static readonly Option<bool> Content = new("--content")
    {
        Description = "What was said in it: prompts, answers and calls of tools, where they are kept",
    };

    private static readonly Argument<string> Id = new("ID") { Description = "The session's id, or how it begins" };

    public static Command Create()
    {
        var command = new Command("session", "One session: its prompts, agents, tools and requests, and what each cost")
        {
            Id,
            Content,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(RunAsync);
        return command.WithExamples(
            "weir session cc66af4b",
            "weir session cc66af4b --content",
            "weir session cc66af4b-3d84-4abd-8215-c31ab16cdbed --json"
        );
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var given = parsed.GetValue(Id)!;
        var found = ExitCodes.Ok;
        var code = await CommandRun.WithUsageAsync(
            parsed,
            async client =>
            {
                (var id, found) = await FindAsync(client, given, cancellationToken);
                if (id is null)
                {
                    return;
                }

                if (parsed.GetValue(Content))
                {
                    var content = await client.SessionContentAsync(id, cancellationToken);
                    found = SessionContentText.Write(content, parsed.GetValue(CommonOptions.Json));
                    return;
                }

                var detail = await client.SessionAsync(id, cancellationToken);
                if (parsed.GetValue(CommonOptions.Json))
                {
                    CommandRun.WriteJson(detail, WeirJsonIndented.Written.SessionDetail);
                }
                else
                {
                    Show(detail);
                }
            },
            cancellationToken
        );
        return code == ExitCodes.Ok ? found : code;
    }

    private static async Task<(string? Id, int Code)> FindAsync(
        WeirClient client,
        string given,
        CancellationToken cancellationToken
    )
    {
        var page = await client.SessionsAsync(
            new UsageQueryString().With("id", given).With("from", Always).With("limit", $"{MostCandidates + 1}"),
            cancellationToken
        );
        if (page.Items.Count == 0)
        {
            CommandRun.Note($"there is no session \"{Figures.Name(given)}\"");
            return (null, ExitCodes.NotFound);
        }

        if (page.Items.Count == 1 || page.Items.Any(s => s.Id == given))
        {
            return (page.Items.FirstOrDefault(s => s.Id == given)?.Id ?? page.Items[0].Id, ExitCodes.Ok);
        }

        CommandRun.Note($"several sessions begin with \"{Figures.Name(given)}\":");
        foreach (var session in page.Items.Take(MostCandidates))
        {
            CommandRun.Note($"  {Figures.Name(session.Id)}  {Figures.Time(session.LastAt)}");
        }

        if (page.Items.Count > MostCandidates)
        {
            CommandRun.Note("  …");
        }

        return (null, ExitCodes.WrongUse);
    }

    private static void Show(SessionDetail detail)
    {
        foreach (var line in SessionHeadText.Lines(detail))
        {
            Console.Out.WriteLine(line);
        }

        Console.Out.WriteLine();
        foreach (var line in SessionTreeText.Lines(detail.Tree))
        {
            Console.Out.WriteLine(line);
        }

        if (detail.IsCut)
        {
            CommandRun.Note(SessionHeadText.Cut);
        }
    }
}

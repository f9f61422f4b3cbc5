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
        var session = detail.Session;
        Console.Out.WriteLine($"session {Figures.Name(session.Id)}  {session.State}");
        Write("client", session.Client, session.Version, session.Entrypoint);
        Write("project", session.Project);
        Write("folder", session.Folder);
        Write("repository", session.Repository);
        Write("branch", session.Branch);
        Write("continues", session.ParentSession);
        Write("host", session.Host, session.Terminal, session.ProcessId is { } process ? $"pid {process}" : null);
        foreach (var address in session.PullRequests)
        {
            Write("pull request", address);
        }

        Write("models", [.. session.Models]);
        Write(
            "time",
            $"{Figures.Time(session.FirstAt)} to {Figures.Time(session.LastAt)} ({SessionTreeText.Span((session.LastAt - session.FirstAt).TotalMilliseconds)})"
        );
        Write(
            "happened",
            $"{Figures.Count(session.Prompts)} prompts, {Figures.Count(session.Requests)} requests, {Figures.Count(session.Subagents)} subagents, {Figures.Count(session.ToolCalls)} tools, {Figures.Count(Math.Max(session.Errors, session.AgentErrors))} errors, {Figures.Count(session.Compactions)} compactions"
        );
        Write(
            "tokens",
            $"{Figures.Count(session.InputTokens)} input, {Figures.Count(session.CacheReadTokens)} cache read, {Figures.Count(session.CacheWrite5mTokens + session.CacheWrite1hTokens)} cache write, {Figures.Count(session.OutputTokens)} output"
        );
        Write(
            "cost",
            $"{Figures.Cost(session.CostUsd, session.UnpricedRequests)} (billed {Figures.Cost(session.BilledUsd, session.UnpricedRequests)})"
        );
        if (detail.Tree.WaitedMs is { } waited)
        {
            Write("waited", SessionTreeText.Span(waited));
        }

        Console.Out.WriteLine();
        foreach (var line in SessionTreeText.Lines(detail.Tree))
        {
            Console.Out.WriteLine(line);
        }

        if (detail.IsCut)
        {
            CommandRun.Note("it has more requests than can be shown: these are the newest");
        }
    }

    private static void Write(string name, params IEnumerable<string?> values)
    {
        var known = values.OfType<string>().Select(Figures.Name).ToList();
        if (known.Count > 0)
        {
            Console.Out.WriteLine($"  {name, -12}  {string.Join(", ", known)}");
        }
    }
}

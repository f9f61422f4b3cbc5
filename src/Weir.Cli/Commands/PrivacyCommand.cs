using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir privacy</c>.</summary>
internal static class PrivacyCommand
{
    private static readonly Argument<string> User = new("user")
    {
        Description = "A user's name or id, or what requests call somebody, exactly",
    };

    private static readonly Option<string[]> Also = new("--also")
    {
        Description = "What else requests call him, as an address of mail",
        HelpName = "NAME",
    };

    private static readonly Option<bool> Content = new("--content")
    {
        Description = "Also what was said in his sessions, where it is kept",
    };

    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "Where to write; without it, standard output",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Yes = new("--yes")
    {
        Description = "Do it: without it you are only told what there is",
    };

    public static Command Create() => new("privacy", "Export and erase what is kept of a person") { Export(), Erase() };

    private static Command Export()
    {
        var command = new Command("export", "Write everything that is kept of a person, as JSON lines")
        {
            User,
            Also,
            Content,
            Output,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var query = new UsageQueryString()
                            .With("user", parsed.GetValue(User))
                            .With("content", parsed.GetValue(Content) ? "true" : null);
                        foreach (var name in parsed.GetValue(Also) ?? [])
                        {
                            query.With("also", name);
                        }

                        await client.ExportPersonAsync(
                            query,
                            () => ResultFile.Open(parsed.GetValue(Output)),
                            cancellationToken
                        );
                    },
                    cancellationToken
                )
        );
        return command.WithExamples(
            "weir privacy export ada -o ada.ndjson",
            "weir privacy export ada --also ada@example.org --content"
        );
    }

    private static Command Erase()
    {
        var command = new Command(
            "erase",
            "Forget a person: account, keys, sessions and content go, figures stay under a pseudonym"
        )
        {
            User,
            Also,
            Yes,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var result = await client.EraseAsync(
                            new ErasureRequest
                            {
                                User = parsed.GetValue(User),
                                Also = parsed.GetValue(Also),
                                DryRun = !parsed.GetValue(Yes),
                            },
                            cancellationToken
                        );
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(result, WeirJsonIndented.Written.ErasureResult);
                            return;
                        }

                        Tell(result);
                    },
                    cancellationToken
                )
        );
        return command.WithExamples(
            "weir privacy erase ada --also ada@example.org",
            "weir privacy erase ada --also ada@example.org --yes"
        );
    }

    private static void Tell(ErasureResult result)
    {
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"{(result.IsUser ? "a user, " : "")}{result.Records:N0} requests, {result.Sessions:N0} sessions, {result.Keys:N0} keys"
        );
        if (result.DryRun)
        {
            Console.Out.WriteLine($"found: {found}");
            CommandRun.Note("nothing was changed: add --yes to erase, which cannot be undone");
            return;
        }

        Console.Out.WriteLine($"erased: {found}; the figures go by {result.Pseudonym}");
        foreach (var left in result.Left)
        {
            CommandRun.Note(left);
        }
    }
}

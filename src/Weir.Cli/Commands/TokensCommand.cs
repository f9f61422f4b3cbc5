using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;
using Weir.Tokens;

namespace Weir.Cli.Commands;

/// <summary><c>weir tokens</c>: needs no server.</summary>
internal static class TokensCommand
{
    // What is larger is no prompt.
    private const long Largest = 512L * 1024 * 1024;

    private static readonly Argument<string> File = new("FILE")
    {
        Description = "A file of text, or - for standard input",
    };

    private static readonly Option<string> Model = new("--model")
    {
        Description = "The model whose tokens to count",
        HelpName = "MODEL",
        Required = true,
    };

    public static Command Create()
    {
        var command = new Command("tokens", "Tokens of texts") { Count() };
        return command.WithExamples("weir tokens count notes.md --model gpt-5");
    }

    private static Command Count()
    {
        var command = new Command("count", "Count the tokens of a text, on this machine")
        {
            File,
            Model,
            CommonOptions.Json,
        };
        command.SetAction(RunAsync);
        return command.WithExamples(
            "weir tokens count notes.md --model gpt-5",
            "git diff | weir tokens count - --model claude-sonnet-4-5 --json"
        );
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var text = new MemoryStream();
        try
        {
            await using var source = Open(parsed.GetValue(File)!);
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (text.Length + read > Largest)
                {
                    CommandRun.Note($"the text is larger than {Largest / 1024 / 1024} MB");
                    return ExitCodes.Failed;
                }

                text.Write(buffer, 0, read);
            }
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            CommandRun.Note($"there is no file {parsed.GetValue(File)}");
            return ExitCodes.NotFound;
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            CommandRun.Note(denied.Message);
            return ExitCodes.Failed;
        }

        var model = parsed.GetValue(Model)!;
        var counter = TokenCounter.For(model);
        var count = new TokenCount(
            model,
            counter.Count(text.GetBuffer().AsSpan(0, (int)text.Length)),
            text.Length,
            counter.IsExact,
            counter.Basis
        );
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(count, WeirJsonIndented.Written.TokenCount);
            return ExitCodes.Ok;
        }

        var table = new TextTable("MODEL", ">TOKENS", ">BYTES", "", "COUNTED BY");
        table.Add(
            Figures.Name(model),
            Figures.Count(count.Tokens),
            Figures.Count(count.Bytes),
            count.Exact ? "exact" : "estimated",
            count.Basis
        );
        table.Write();
        return ExitCodes.Ok;
    }

    private static Stream Open(string file) =>
        file == "-"
            ? Console.OpenStandardInput()
            : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
}

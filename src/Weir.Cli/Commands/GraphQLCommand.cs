using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Output;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir graphql</c>.</summary>
internal static class GraphQLCommand
{
    private static readonly Option<string> Query = new("--query") { Description = "The question" };
    private static readonly Option<FileInfo> File = new("--file") { Description = "A file with the question" };
    private static readonly Option<string> Variables = new("--variables") { Description = "Its variables, as JSON" };
    private static readonly Option<string> Operation = new("--operation")
    {
        Description = "Which of its operations, when it has several",
    };

    // As the server writes: letters of every script as they are.
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = WeirJson.Encoder };

    public static Command Create()
    {
        var command = new Command("graphql", "Ask a question in GraphQL; the answer is JSON")
        {
            Query,
            File,
            Variables,
            Operation,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) => CommandRun.GuardAsync(() => RunAsync(parsed, cancellationToken))
        );
        return command.WithExamples(
            "weir graphql --query '{ health }'",
            "weir graphql --query '{ providerStats { provider totalCost } }'",
            "weir graphql --file month.graphql --variables '{\"from\":\"30d\"}'"
        );
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (query, file) = (parsed.GetValue(Query), parsed.GetValue(File));
        if (query is null == file is null)
        {
            CommandRun.Note("give the question with --query, or a file that holds it with --file");
            return ExitCodes.WrongUse;
        }

        if (file is { Exists: false })
        {
            CommandRun.Note($"there is no file {file}");
            return ExitCodes.WrongUse;
        }

        JsonElement? variables = null;
        if (parsed.GetValue(Variables) is { } text)
        {
            try
            {
                using var given = JsonDocument.Parse(text);
                variables = given.RootElement.Clone();
            }
            catch (JsonException)
            {
                CommandRun.Note("--variables is no JSON");
                return ExitCodes.WrongUse;
            }
        }

        var connection = await ServerConnection.OpenAsync(parsed, readsLogs: true, cancellationToken);
        if (connection.Client is not { } client)
        {
            return CommandRun.Fail(connection);
        }

        await using (connection)
        {
            query ??= await System.IO.File.ReadAllTextAsync(file!.FullName, cancellationToken);
            var answer = await client.GraphQLAsync(query, variables, parsed.GetValue(Operation), cancellationToken);
            using var output = new MemoryStream();
            await using (var json = new Utf8JsonWriter(output, Indented))
            {
                answer.WriteTo(json);
            }

            Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length));
            return answer.TryGetProperty("errors", out _) ? ExitCodes.Failed : ExitCodes.Ok;
        }
    }
}

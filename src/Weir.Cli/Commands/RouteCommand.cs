using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Commands;

/// <summary><c>weir route explain</c>.</summary>
internal static class RouteCommand
{
    private const string UsualPath = "/v1/messages";

    private static readonly Argument<string?> Body = new("file")
    {
        Description = "The request's body in JSON; - for standard input",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Path = new("--path")
    {
        Description = $"The path that the caller asks; default {UsualPath}",
        HelpName = "PATH",
    };

    private static readonly Option<string?> Dialect = new("--dialect")
    {
        Description = "Instead of the path: anthropic, openai-chat, openai-responses, openai-embeddings or gemini",
        HelpName = "DIALECT",
    };

    private static readonly Option<string?> Model = new("--model")
    {
        Description = "The model, where there is no body that names it",
        HelpName = "MODEL",
    };

    private static readonly Option<string?> Client = new("--client")
    {
        Description = "The calling program, as claude-code",
        HelpName = "NAME",
    };

    // --key is the key that the command itself shows to a server.
    private static readonly Option<string?> AsKey = new("--as-key")
    {
        Description = "The name of the key that the caller shows",
        HelpName = "NAME",
    };

    private static readonly Option<string[]> Headers = new("--header")
    {
        Description = "A header that routes look at; may be given often",
        HelpName = "NAME=VALUE",
    };

    private static readonly Option<DateTimeOffset?> At = new("--at")
    {
        Description = "When it would be sent, as 2026-07-01T22:30Z, for routes with a schedule; default now",
        HelpName = "TIME",
    };

    public static Command Create() => new("route", "Where requests go") { Explain() };

    private static Command Explain()
    {
        var command = new Command(
            "explain",
            "Say where a request would go and what would become of it; nothing is sent"
        )
        {
            Body,
            Path,
            Dialect,
            Model,
            Client,
            AsKey,
            Headers,
            At,
            CommonOptions.Config,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command.WithExamples(
            "weir route explain --model claude-sonnet-5",
            "weir route explain request.json --path /v1/responses --client codex",
            "weir route explain --dialect openai-chat --model gpt-5 --header x-tier=gold --json"
        );
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var headers = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in parsed.GetValue(Headers) ?? [])
        {
            var equals = header.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                CommandRun.Note($"--header takes NAME=VALUE, not \"{header}\"");
                return ExitCodes.WrongUse;
            }

            headers[header[..equals]] = header[(equals + 1)..];
        }

        JsonElement? body = null;
        if (parsed.GetValue(Body) is { } file)
        {
            (body, var fault) = await ReadAsync(file, cancellationToken);
            if (fault is not null)
            {
                CommandRun.Note($"{file}: {fault}");
                return ExitCodes.WrongUse;
            }
        }

        var dialect = parsed.GetValue(Dialect);
        var code = ExitCodes.Ok;
        var ended = await CommandRun.WithServerAsync(
            parsed,
            async client =>
            {
                var explanation = await client.ExplainRouteAsync(
                    new RouteQuestionItem
                    {
                        Path = parsed.GetValue(Path) ?? (dialect is null ? UsualPath : null),
                        Dialect = dialect,
                        Headers = headers.Count == 0 ? null : headers.ToImmutable(),
                        Body = body,
                        Model = parsed.GetValue(Model),
                        Key = parsed.GetValue(AsKey),
                        Client = parsed.GetValue(Client),
                        At = parsed.GetValue(At),
                    },
                    cancellationToken
                );
                if (parsed.GetValue(CommonOptions.Json))
                {
                    CommandRun.WriteJson(explanation, WeirJsonIndented.Written.RouteExplanationItem);
                }
                else
                {
                    RouteText.Write(explanation);
                }

                code =
                    explanation.Refusal is null ? ExitCodes.Ok
                    : explanation.Refusal.Status == 404 ? ExitCodes.NotFound
                    : ExitCodes.Refused;
            },
            cancellationToken
        );
        return ended == ExitCodes.Ok ? code : ended;
    }

    private static async Task<(JsonElement? Body, string? Fault)> ReadAsync(
        string file,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var text =
                file == "-"
                    ? await Console.In.ReadToEndAsync(cancellationToken)
                    : await File.ReadAllTextAsync(file, cancellationToken);
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = WeirJson.MaxDepth });
            return (document.RootElement.Clone(), null);
        }
        catch (JsonException bad)
        {
            return (null, $"is not JSON: line {(bad.LineNumber ?? 0) + 1}, byte {(bad.BytePositionInLine ?? 0) + 1}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, failure.Message);
        }
    }
}

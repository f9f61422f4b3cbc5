using System.CommandLine;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir overrides</c>.</summary>
internal static class OverridesCommand
{
    private static readonly Argument<string> Provider = new("provider") { Description = "The provider's name" };

    private static readonly Argument<string> Route = new("route") { Description = "The route's name" };

    private static readonly Option<string> To = new("--to")
    {
        Description = "The provider that its requests go to first",
        HelpName = "PROVIDER",
        Required = true,
    };

    private static readonly Option<string?> Model = new("--model")
    {
        Description = "The model to ask for there, in the place of the one that the caller named",
        HelpName = "MODEL",
    };

    private static readonly Option<bool> Everywhere = new("--everywhere") { Description = "That of every workspace" };

    private static readonly Option<string?> For = new("--for")
    {
        Description = "For how long: 30m, 2h, 7d; else until it is lifted",
        HelpName = "SPAN",
    };

    private static readonly Option<string?> Reason = new("--reason")
    {
        Description = "Why, for the audit trail and for callers that are refused",
        HelpName = "TEXT",
    };

    public static Command Create()
    {
        var command = new Command(
            "overrides",
            "What is to happen at once, whatever the configuration says: stop spending, switch a provider off, move a route"
        )
        {
            List(),
            Sets(
                "stop-spending",
                "Stop spending: no request that may cost something is passed on",
                [Everywhere],
                (client, parsed, cancellationToken) =>
                    client.StopSpendingAsync(
                        new SpendingStop
                        {
                            Everywhere = parsed.GetValue(Everywhere),
                            Until = Until(parsed),
                            Reason = parsed.GetValue(Reason),
                        },
                        cancellationToken
                    ),
                "weir overrides stop-spending --reason \"key leaked\""
            ),
            Lifts(
                "resume-spending",
                "Let spending go on",
                [],
                (client, _, cancellationToken) => client.ResumeSpendingAsync(cancellationToken),
                "weir overrides resume-spending"
            ),
            Sets(
                "provider-off",
                "Switch a provider off: nothing is sent there",
                [Provider],
                (client, parsed, cancellationToken) =>
                    client.SwitchProviderOffAsync(
                        parsed.GetValue(Provider)!,
                        new OverrideEdit { Until = Until(parsed), Reason = parsed.GetValue(Reason) },
                        cancellationToken
                    ),
                "weir overrides provider-off openai --for 2h --reason \"incident\""
            ),
            Lifts(
                "provider-on",
                "Switch a provider on again",
                [Provider],
                (client, parsed, cancellationToken) =>
                    client.SwitchProviderOnAsync(parsed.GetValue(Provider)!, cancellationToken),
                "weir overrides provider-on openai"
            ),
            Sets(
                "move-route",
                "Let a route's requests go to one target first",
                [Route, To, Model],
                (client, parsed, cancellationToken) =>
                    client.MoveRouteAsync(
                        parsed.GetValue(Route)!,
                        new RouteMove
                        {
                            Target = new OverrideTarget(parsed.GetValue(To), parsed.GetValue(Model)),
                            Until = Until(parsed),
                            Reason = parsed.GetValue(Reason),
                        },
                        cancellationToken
                    ),
                "weir overrides move-route coding --to bedrock --for 2h"
            ),
            Lifts(
                "move-route-back",
                "Let a route go where the configuration says again",
                [Route],
                (client, parsed, cancellationToken) =>
                    client.MoveRouteBackAsync(parsed.GetValue(Route)!, cancellationToken),
                "weir overrides move-route-back coding"
            ),
        };
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "What is set now") { CommonOptions.Json }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var list = await client.OverridesAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(list, WeirJsonIndented.Written.OverrideList);
                        }
                        else
                        {
                            Show(list);
                        }
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir overrides list", "weir overrides list --json");
    }

    private static Command Sets(
        string name,
        string description,
        IEnumerable<Symbol> parts,
        Func<WeirClient, ParseResult, CancellationToken, Task<OverrideItem>> send,
        string example
    )
    {
        var command = Make(
            name,
            description,
            [.. parts, For, Reason],
            send,
            one => $"{Words(one)}{Time(one)}",
            example
        );
        command.Validators.Add(result =>
        {
            if (
                result.GetValue(For) is { } span
                && (!TimeSpans.TryParse(span, out var length) || length <= TimeSpan.Zero)
            )
            {
                result.AddError($"--for: \"{span}\" is no span of time; write it as 30m, 2h or 7d");
            }
        });
        return command;
    }

    private static Command Lifts(
        string name,
        string description,
        IEnumerable<Symbol> parts,
        Func<WeirClient, ParseResult, CancellationToken, Task<OverrideItem>> send,
        string example
    ) => Make(name, description, parts, send, one => $"no longer: {Words(one)}", example);

    private static Command Make(
        string name,
        string description,
        IEnumerable<Symbol> parts,
        Func<WeirClient, ParseResult, CancellationToken, Task<OverrideItem>> send,
        Func<OverrideItem, string> tell,
        string example
    )
    {
        var command = new Command(name, description);
        foreach (var part in parts)
        {
            if (part is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)part);
            }
        }

        command.Options.Add(CommonOptions.Json);
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var one = await send(client, parsed, cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(one, WeirJsonIndented.Written.OverrideItem);
                        }
                        else
                        {
                            CommandRun.Note(tell(one));
                        }
                    },
                    cancellationToken
                )
        );
        return command.WithServer().WithExamples(example);
    }

    // Its validator has seen to it.
    private static DateTimeOffset? Until(ParseResult parsed) =>
        parsed.GetValue(For) is { } span && TimeSpans.TryParse(span, out var length)
            ? TimeProvider.System.GetUtcNow() + length
            : null;

    private static string Words(OverrideItem one) =>
        one.Kind switch
        {
            "spending-stopped" => one.Everywhere ? "spending of every workspace is stopped" : "spending is stopped",
            "provider-off" => $"{Figures.Name(one.Subject)} is switched off",
            _ => $"route {Figures.Name(one.Subject)} goes to {Figures.Name(TargetOf(one))} first",
        };

    private static string TargetOf(OverrideItem one) =>
        one.Target is { Model: { } model } ? $"{one.Target.Provider}/{model}" : $"{one.Target?.Provider}";

    private static string Time(OverrideItem one) =>
        one.Until is { } until ? $" until {Figures.LocalTime(until)}" : " until it is lifted";

    private static void Show(OverrideList list)
    {
        if (list.Overrides.Count == 0)
        {
            CommandRun.Note("all is as the configuration says");
            return;
        }

        var table = new TextTable("WHAT", "SINCE", "UNTIL", "BY", "REASON");
        foreach (var one in list.Overrides)
        {
            table.Add(
                Words(one),
                Figures.LocalTime(one.At),
                one.Until is { } until ? Figures.LocalTime(until) : "lifted",
                one.Own ? one.By ?? one.ByKind : "the server",
                one.Reason is { } reason ? Figures.Name(reason) : ""
            );
        }

        table.Write();
    }
}

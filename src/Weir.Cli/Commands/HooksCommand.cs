using System.CommandLine;
using System.Globalization;
using Weir.Capture.Hooks;
using Weir.Cli.Hooks;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;
using Weir.Server.DataFolder;

namespace Weir.Cli.Commands;

/// <summary><c>weir hooks</c>.</summary>
internal static class HooksCommand
{
    private const string DefaultAddress = "http://127.0.0.1:8082";

    private static readonly Option<string> Scope = new("--scope")
    {
        Description = "user: every project of yours; project: the working folder's alone",
        HelpName = "user|project",
        DefaultValueFactory = _ => "user",
    };

    private static readonly Option<string?> Url = new("--url")
    {
        Description = "Where Weir answers; by default the server of the data folder",
        HelpName = "URL",
    };

    private static readonly Option<bool> StatusLine = new("--statusline")
    {
        Description = "Show spend and limits in Claude Code's status line too, when it has none",
    };

    public static Command Create() =>
        new("hooks", "Let Claude Code tell Weir what it does, as it does it") { Install(), Remove(), Status() };

    private static Command Install()
    {
        var command = new Command("install", "Put Weir's hooks into Claude Code's settings")
        {
            Scope,
            Url,
            StatusLine,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            async (parsed, cancellationToken) =>
                await WithFileAsync(
                    parsed,
                    async file =>
                    {
                        var was = file.Read();
                        var path = HookDelivery.PathIn(CommonOptions.DataFolder(parsed));
                        var edit = HookSettings.Install(
                            was,
                            HookDelivery.Command(path),
                            parsed.GetValue(StatusLine) ? StatusLineCommand() : null
                        );
                        if (edit.Text is not { } now)
                        {
                            CommandRun.Note($"{file.Path} is left as it is: {edit.Fault}");
                            return ExitCodes.WrongUse;
                        }

                        if (Address(parsed) is not { } address)
                        {
                            CommandRun.Note("--url takes an http or https address, as http://127.0.0.1:8082");
                            return ExitCodes.WrongUse;
                        }

                        if (!IsOnPath(OperatingSystem.IsWindows() ? "curl.exe" : "curl"))
                        {
                            CommandRun.Note("the hooks deliver with curl, which is not on the PATH; install it first");
                            return ExitCodes.Failed;
                        }

                        var url = new Uri(address, "/hooks/claude-code");
                        var code = await EnsureKeyAsync(parsed, path, url, cancellationToken);
                        if (code != ExitCodes.Ok)
                        {
                            return code;
                        }

                        var changed = file.Change(was, now);
                        Tell(
                            parsed,
                            file,
                            changed
                                ? $"Weir's hooks are in {file.Path}; sessions that start from now on tell {url}"
                                : $"Weir's hooks were in {file.Path} already"
                        );
                        return ExitCodes.Ok;
                    }
                )
        );
        return command.WithExamples(
            "weir hooks install",
            "weir hooks install --statusline",
            "weir hooks install --scope project --url https://weir.example.com --server https://weir.example.com"
        );
    }

    private static Command Remove()
    {
        var command = new Command("remove", "Take Weir's hooks out again") { Scope, CommonOptions.Json }.WithServer();
        command.SetAction(
            async (parsed, cancellationToken) =>
                await WithFileAsync(
                    parsed,
                    async file =>
                    {
                        var was = file.Read();
                        var edit = HookSettings.Remove(was);
                        if (edit.Text is not { } without)
                        {
                            CommandRun.Note($"{file.Path} is left as it is: {edit.Fault}");
                            return ExitCodes.WrongUse;
                        }

                        if (
                            HookSettings.Look(was).State is not { } state
                            || (state.Events.Count == 0 && !state.StatusLineIsOurs)
                        )
                        {
                            Tell(parsed, file, $"there are no hooks of Weir's in {file.Path}");
                            return ExitCodes.Ok;
                        }

                        var keptBackup = file.Restore(was, without);
                        await EndKeyAsync(parsed, cancellationToken);
                        Tell(
                            parsed,
                            file,
                            $"Weir's hooks are out of {file.Path}"
                                + (keptBackup ? $"; as it was before them it lies in {file.Backup}" : "")
                        );
                        return ExitCodes.Ok;
                    }
                )
        );
        return command.WithExamples("weir hooks remove", "weir hooks remove --scope project");
    }

    private static Command Status()
    {
        var command = new Command("status", "Whether Weir's hooks are there") { Scope, CommonOptions.Json };
        command.Options.Add(CommonOptions.Data);
        command.SetAction(parsed =>
            WithFileAsync(
                parsed,
                file =>
                {
                    var (state, fault) = HookSettings.Look(file.Read());
                    if (state is null)
                    {
                        CommandRun.Note($"{file.Path} cannot be read: {fault}");
                        return Task.FromResult(ExitCodes.Failed);
                    }

                    var report = Report(parsed, file);
                    Tell(
                        parsed,
                        file,
                        report.Installed
                            ? $"Weir's hooks are in {file.Path} ({report.Events.Count.ToString(CultureInfo.InvariantCulture)} events) and tell {report.Url ?? "nobody: the file with the address is gone; install them again"}"
                            : $"there are no hooks of Weir's in {file.Path}"
                    );
                    return Task.FromResult(report.Installed ? ExitCodes.Ok : ExitCodes.NotFound);
                }
            )
        );
        return command.WithExamples("weir hooks status", "weir hooks status --scope project --json");
    }

    private static async Task<int> WithFileAsync(ParseResult parsed, Func<SettingsFile, Task<int>> body)
    {
        if (parsed.GetValue(Scope) is not ("user" or "project"))
        {
            CommandRun.Note("--scope takes user or project");
            return ExitCodes.WrongUse;
        }

        try
        {
            return await body(SettingsFile.Of(parsed.GetValue(Scope) == "project"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            CommandRun.Note(failure.Message);
            return ExitCodes.Failed;
        }
    }

    private static Uri? Address(ParseResult parsed)
    {
        var named =
            parsed.GetValue(Url)
            ?? CommonOptions.ServerAddress(parsed)
            ?? ServerFile.Read(CommonOptions.DataFolder(parsed))?.Address
            ?? DefaultAddress;
        return Uri.TryCreate(named, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : null;
    }

    /// <summary>A key for the hooks alone: the one that they have, when it leads to the same place, else a new one.</summary>
    private static async Task<int> EnsureKeyAsync(
        ParseResult parsed,
        string path,
        Uri url,
        CancellationToken cancellationToken
    )
    {
        if (HookDelivery.Read(path) is { } there && there.Url == url)
        {
            return ExitCodes.Ok;
        }

        return await CommandRun.WithServerAsync(
            parsed,
            async client =>
            {
                var key = await client.CreateKeyAsync(
                    new NewKey { Name = $"hooks-claude-code-{Guid.NewGuid():N}"[..26], Scopes = ["ingest"] },
                    cancellationToken
                );
                DataFolders.Create(Path.GetDirectoryName(path)!);
                new HookDelivery(url, key.Text, key.Id).Write(path);
            },
            cancellationToken
        );
    }

    // The other scope's hooks may still use the key; a server that cannot be reached must not keep hooks from going.
    private static async Task EndKeyAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var path = HookDelivery.PathIn(CommonOptions.DataFolder(parsed));
        var other = SettingsFile.Of(parsed.GetValue(Scope) != "project");
        if (
            HookDelivery.Read(path) is not { } delivery
            || HookSettings.Look(other.Read()).State is { Events.Count: > 0 }
        )
        {
            return;
        }

        File.Delete(path);
        if (
            delivery.KeyId is { } id
            && await CommandRun.WithServerAsync(
                parsed,
                client => client.RevokeKeyAsync(id, cancellationToken),
                cancellationToken
            ) != ExitCodes.Ok
        )
        {
            CommandRun.Note($"the hooks' key could not be ended; weir keys revoke {id} does it");
        }
    }

    private static HooksReport Report(ParseResult parsed, SettingsFile file)
    {
        var state = HookSettings.Look(file.Read()).State!;
        var delivery = HookDelivery.Read(HookDelivery.PathIn(CommonOptions.DataFolder(parsed)));
        var installed = state.Events.Count > 0;
        return new HooksReport(
            installed,
            file.Path,
            state.Events,
            installed ? delivery?.Url.AbsoluteUri : null,
            installed ? delivery?.KeyId : null,
            state.StatusLine,
            state.StatusLineIsOurs,
            File.Exists(file.Backup) ? file.Backup : null
        );
    }

    private static void Tell(ParseResult parsed, SettingsFile file, string words)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(Report(parsed, file), WeirJsonIndented.Written.HooksReport);
        }
        else
        {
            CommandRun.Note(words);
        }
    }

    private static string StatusLineCommand() =>
        IsOnPath(OperatingSystem.IsWindows() ? "weir.exe" : "weir") ? "weir statusline"
        : Environment.ProcessPath is { } path ? $"\"{path}\" statusline"
        : "weir statusline";

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}

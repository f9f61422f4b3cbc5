using System.CommandLine;
using System.CommandLine.Help;
using Weir.Cli.Commands;
using Weir.Cli.Output;
using Weir.Server;

namespace Weir.Cli;

/// <summary>The command line of <c>weir</c>.</summary>
internal static class WeirCommandLine
{
    /// <summary>Runs one command line and returns the process's exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = Root();
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"weir: {error.Message}");
            }

            await Console.Error.WriteLineAsync("Try \"weir --help\".");
            return ExitCodes.WrongUse;
        }

        // Ctrl-C ends a short command at once; serve handles its signals itself.
        return await parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
        );
    }

    /// <summary>Every command.</summary>
    public static RootCommand Root()
    {
        var root = new RootCommand("The gateway and the meter for AI traffic.")
        {
            ServeCommand.Create(),
            UsageCommand.Create(),
            ExportCommand.Create(),
            TopCommand.Create(),
            SessionsCommand.Create(),
            SessionCommand.Create(),
            HandoffsCommand.Create(),
            BlocksCommand.Create(),
            CaptureCommand.Create(),
            ImportCommand.Create(),
            KeysCommand.Create(),
            UsersCommand.Create(),
            AuthSessionsCommand.Create(),
            WorkspacesCommand.Create(),
            OrganisationsCommand.Create(),
            TeamsCommand.Create(),
            RolesCommand.Create(),
            ActivityCommand.Create(),
            AuditCommand.Create(),
            PrivacyCommand.Create(),
            ConfigCommand.Create(),
            SecretsCommand.Create(),
            BudgetsCommand.Create(),
            OverridesCommand.Create(),
            LimitsCommand.Create(),
            GraphQLCommand.Create(),
            ProvidersCommand.Create(),
            PricesCommand.Create(),
            TokensCommand.Create(),
            RouteCommand.Create(),
            HooksCommand.Create(),
            DemoCommand.Create(),
            BackupCommand.Create(),
            RestoreCommand.Create(),
            LedgerCommand.Create(),
            DoctorCommand.Create(),
            HealthCommand.Create(),
            StatusLineCommand.Create(),
            CompletionCommand.Create(),
        };
        root.SetAction(parsed => new HelpAction().Invoke(parsed));
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Action = new HelpWithExamples();
            // "/h" is how another system writes options; here it is a path.
            option.Aliases.Remove("/h");
            option.Aliases.Remove("/?");
        }

        return root;
    }
}

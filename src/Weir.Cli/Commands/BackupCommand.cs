using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weir.Cli.Output;
using Weir.Server;
using Weir.Server.Backups;

namespace Weir.Cli.Commands;

/// <summary><c>weir backup</c>.</summary>
internal static class BackupCommand
{
    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "The file to write, or a folder for it; without it, the folder one is in",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        var command = new Command("backup", "Write the data folder into one file, also while a server is using it")
        {
            Output,
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(RunAsync);
        return command.WithExamples(
            "weir backup",
            "weir backup --output /backups",
            "weir backup -o today.weirbackup --json",
            "weir backup --server https://weir.example.com"
        );
    }

    /// <summary>Says what was made.</summary>
    public static void Tell(ParseResult parsed, BackupReport report)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(report, BackupReportJson.Default.BackupReport));
            return;
        }

        var parts = report.Parts is { } count ? $"{Figures.Count(count)} files, " : "";
        CommandRun.Note($"{report.File}: {parts}{Figures.Count(report.Bytes)} bytes");
        CommandRun.Note("secrets in it are sealed as in the data folder: keep the master key too, elsewhere");
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var place = Path.GetFullPath(parsed.GetValue(Output) is { Length: > 0 } chosen ? chosen : ".");
        var file = Directory.Exists(place) ? null : place;
        return CommonOptions.ServerAddress(parsed) is not null
            ? RemoteBackup.RunAsync(parsed, file, place, cancellationToken)
            : Task.Run(() => Local(parsed, file, place, cancellationToken), CancellationToken.None);
    }

    private static int Local(ParseResult parsed, string? file, string folder, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        if (file is null)
        {
            var stamp = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            file = Path.Combine(folder, $"weir-{stamp}.weirbackup");
        }

        BackupManifest? manifest;
        string? failure;
        using (var note = new StepNote())
        {
            (manifest, failure) = DataBackup.Write(
                CommonOptions.DataFolder(parsed),
                file,
                clock,
                note.Progress,
                cancellationToken
            );
        }

        if (manifest is null)
        {
            CommandRun.Note(failure!);
            return ExitCodes.Failed;
        }

        Tell(
            parsed,
            new BackupReport(file, new FileInfo(file).Length, manifest.BegunAt, manifest.LedgerAt, manifest.Parts.Count)
        );
        return ExitCodes.Ok;
    }
}

using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;
using Weir.Foundation.Network;
using Weir.Server;
using Weir.Server.Configuration;
using Weir.Server.DataFolder;

namespace Weir.Cli.Commands;

/// <summary><c>weir doctor</c>.</summary>
internal static class DoctorCommand
{
    private const long Gibibyte = 1024L * 1024 * 1024;
    private static readonly TimeSpan OldPrices = TimeSpan.FromDays(120);
    private static readonly TimeSpan OnlinePatience = TimeSpan.FromSeconds(10);

    private static readonly Option<bool> Online = new("--online")
    {
        Description = "Also see whether the providers can be reached (opens connections to them)",
    };

    private static readonly Option<bool> OfLedger = new("--ledger")
    {
        Description = "Look the whole ledger over: its file, its tables, its journal, every sum against the records",
    };

    private static readonly Option<bool> Indexes = new("--indexes")
    {
        Description = "With --ledger: hold every index against its table too, which takes longer",
    };

    private static readonly Option<bool> Mend = new("--repair")
    {
        Description =
            "With --ledger, when no server runs or with --server: make sums that differ anew from the records",
    };

    public static Command Create()
    {
        var command = new Command("doctor", "Look for what could go wrong")
        {
            Online,
            OfLedger,
            Indexes,
            Mend,
            CommonOptions.Json,
        }.WithServer();
        command.Options.Add(CommonOptions.Config);
        command.SetAction(RunAsync);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(OfLedger) && (result.GetValue(Mend) || result.GetValue(Indexes)))
            {
                result.AddError("--repair and --indexes go with --ledger");
            }
        });
        return command.WithExamples(
            "weir doctor",
            "weir doctor --online --json",
            "weir doctor --ledger",
            "weir doctor --ledger --repair",
            "weir doctor --ledger --repair --server http://127.0.0.1:8082"
        );
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (
            parsed.GetValue(OfLedger)
            && parsed.GetValue(Mend)
            && parsed.GetValue(CommonOptions.Server) is { Length: > 0 }
        )
        {
            return await RemoteUpkeep.RunAsync(parsed, "repair", LedgerDoctor.Tell, cancellationToken);
        }

        if (parsed.GetValue(OfLedger))
        {
            return await Task.Run(
                () => LedgerDoctor.Run(parsed, parsed.GetValue(Indexes), parsed.GetValue(Mend), cancellationToken),
                CancellationToken.None
            );
        }

        var checks = new List<CheckItem>();
        if (CommonOptions.ServerAddress(parsed) is null)
        {
            checks.AddRange(Local(CommonOptions.DataFolder(parsed)));
        }

        await ServerAsync(parsed, checks, cancellationToken);
        var failed = checks.Any(check => check.Status == "failed");
        var report = new DoctorReport(
            failed ? "failed"
                : checks.Any(check => check.Status == "warning") ? "warning"
                : "ok",
            checks
        );
        if (parsed.GetValue(CommonOptions.Json))
        {
            CommandRun.WriteJson(report, WeirJsonIndented.Written.DoctorReport);
        }
        else
        {
            var table = new TextTable("CHECK", "STATUS", "DETAIL");
            foreach (var check in checks)
            {
                table.Add(check.Name, check.Status, check.Detail ?? "");
            }

            table.Write();
        }

        return failed ? ExitCodes.Failed : ExitCodes.Ok;
    }

    /// <summary>Whether requests pass some model of a provider over.</summary>
    private static CheckItem Providers(ProviderHealthList list)
    {
        var away = list
            .Providers.SelectMany(provider => provider.Models.Select(model => (provider.Provider, Model: model)))
            .Where(target => target.Model.Stands is "open" or "probing" or "cooling")
            .Select(target => $"{target.Provider} {target.Model.Model} {ProvidersCommand.Words(target.Model)}")
            .ToList();
        return away.Count == 0
            ? Ok("providers", "none is left alone")
            : Warning("providers", $"{string.Join("; ", away.Take(5))}; \"weir providers\" says more");
    }

    private static IEnumerable<CheckItem> Local(string dataFolder)
    {
        yield return Folder(dataFolder);
        if (Directory.Exists(dataFolder))
        {
            yield return Lock(dataFolder);
            yield return Disk(dataFolder);
        }
    }

    /// <summary>The configuration that a server would start with.</summary>
    private static CheckItem ConfigurationToCome(ParseResult parsed)
    {
        var named = CommonOptions.ConfigPath(parsed);
        var file = named ?? Path.Combine(CommonOptions.DataFolder(parsed), "weir.yaml");
        if (named is null && !File.Exists(file))
        {
            return Ok("configuration", "none; providers come from the environment");
        }

        var (faults, failure) = ConfigCheckup.Run(file, Environment.GetEnvironmentVariable);
        return failure is not null ? Failed("configuration", $"{file}: {failure}")
            : faults.IsEmpty ? Ok("configuration", file)
            : Failed(
                "configuration",
                $"{file} has {ConfigFault.Count(faults.Length)}; \"weir config check {file}\" says more"
            );
    }

    /// <summary>The configuration that the running server has in force.</summary>
    private static CheckItem ConfigurationInForce(ConfigDocument config) =>
        config.PendingFaults.Count > 0
            ? Failed(
                "configuration",
                $"{config.Path} has {ConfigFault.Count(config.PendingFaults.Count)}; the one before it is in force. \"weir config show\" names them"
            )
        : config.RestartNeededFor.Count > 0
            ? Warning(
                "configuration",
                $"{config.Path}: {string.Join(", ", config.RestartNeededFor)} takes effect at the next start"
            )
        : Ok("configuration", config.Path ?? "none; providers come from the environment");

    private static CheckItem Folder(string dataFolder)
    {
        if (!Directory.Exists(dataFolder))
        {
            return Ok("data folder", $"{dataFolder} is made at the first start");
        }

        if (!OperatingSystem.IsWindows())
        {
            var others =
                File.GetUnixFileMode(dataFolder)
                & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (others != UnixFileMode.None)
            {
                return Warning(
                    "data folder",
                    $"{dataFolder} is open to other users of this machine; chmod 700 closes it"
                );
            }
        }

        return Ok("data folder", dataFolder);
    }

    private static CheckItem Lock(string dataFolder)
    {
        using var taken = DataFolderLock.TryTake(dataFolder);
        if (taken is null)
        {
            return Ok(
                "lock",
                $"held by {DataFolderLock.ReadHolder(dataFolder)?.Describe() ?? "a process that does not say"}"
            );
        }

        return ServerFile.Read(dataFolder) is { } stale
            ? Warning("lock", $"free; server.json tells of {stale.Describe()}, which ended without a word")
            : Ok("lock", "free; no server is running");
    }

    private static CheckItem Disk(string dataFolder)
    {
        var free = new DriveInfo(dataFolder).AvailableFreeSpace;
        var text = string.Create(CultureInfo.InvariantCulture, $"{(double)free / Gibibyte:0.0} GiB free");
        return free < Gibibyte / 10 ? Failed("disk", text)
            : free < Gibibyte ? Warning("disk", text)
            : Ok("disk", text);
    }

    private static async Task ServerAsync(
        ParseResult parsed,
        List<CheckItem> checks,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await using var connection = await ServerConnection.OpenAsync(parsed, readsLogs: true, cancellationToken);
            if (!connection.IsRunningServer && CommonOptions.ServerAddress(parsed) is null)
            {
                checks.Add(ConfigurationToCome(parsed));
            }

            if (connection.Client is not { } client)
            {
                checks.Add(Failed("ledger", string.Join("; ", connection.Reasons)));
                return;
            }

            var status = await client.StatusAsync(cancellationToken);
            if (connection.IsRunningServer)
            {
                checks.Add(ConfigurationInForce(await client.ConfigAsync(cancellationToken)));
                checks.Add(Providers(await client.ProviderHealthAsync(cancellationToken)));
            }

            checks.Add(Ok("schema", "as this version knows it"));
            checks.Add(Ok("sqlite", status.SqliteVersion));
            checks.AddRange(Ledger(status.Ledger));
            if (status.Ledger.Unavailable is null)
            {
                var sums = await client.AuditAsync(new UsageQueryString().With("from", "30d"), cancellationToken);
                checks.Add(Audit(sums));
                checks.AddRange(Months(await client.MonthsAsync(cancellationToken)));
            }

            checks.Add(await TrailAsync(client, cancellationToken));
            if (connection.IsRunningServer && status.Backups is { } backups)
            {
                checks.Add(Backups(backups));
            }

            checks.Add(Prices(status.PriceVersion));
            checks.AddRange(Logs(await client.CaptureSourcesAsync(cancellationToken)));
            if (parsed.GetValue(Online))
            {
                foreach (var provider in status.Providers)
                {
                    checks.Add(await ReachAsync(provider, cancellationToken));
                }
            }
        }
        catch (WeirApiException refusal)
        {
            checks.Add(Failed("server", refusal.Message));
        }
        catch (HttpRequestException unreachable)
        {
            checks.Add(Failed("server", unreachable.Message));
        }
    }

    private static IEnumerable<CheckItem> Ledger(LedgerItem ledger)
    {
        var account = $"{ledger.Journalled} journalled = {ledger.Written} written + {ledger.Pending} pending";
        yield return ledger.Journalled == ledger.Written + ledger.Pending
            ? Ok("ledger account", account)
            : Failed("ledger account", account);
        yield return ledger.RefusesBecause is { } refusal
            ? Failed("journal", refusal)
            : Ok("journal", $"{ledger.JournalBytes} bytes in use");
        if (ledger.Unavailable is { } shut)
        {
            yield return Failed("ledger", shut);
        }
        else if (ledger.WriteFailure is { } failure)
        {
            yield return Failed("ledger writer", failure);
        }

        if (ledger.ReplayWarning is { } warning)
        {
            yield return Warning("replay", warning);
        }
    }

    private static IEnumerable<CheckItem> Months(KeptResult kept)
    {
        const string Name = "archived months";
        if (kept.Items.Count == 0)
        {
            yield break;
        }

        var missing = kept.Items.Where(month => month.Bytes is null).ToList();
        yield return missing.Count == 0
            ? Ok(
                Name,
                $"{kept.Items.Count}, {Figures.Count(kept.Items.Sum(month => month.Requests))} requests in {Figures.Count(kept.Items.Sum(month => month.Bytes!.Value))} bytes"
            )
            : Failed(
                Name,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the file of {missing[0].Month:yyyy-MM} is missing: put it back from a backup; \"weir ledger months\" names it"
                )
            );
    }

    private static CheckItem Backups(BackupsItem backups)
    {
        const string Name = "backups";
        var last = backups.LastAt is { } at
            ? string.Create(CultureInfo.InvariantCulture, $"the newest is of {at:yyyy-MM-dd HH:mm} UTC")
            : "there is none";
        if (backups.Failure is { } failure)
        {
            return Failed(Name, $"{failure}; {last}");
        }

        if (backups.EverySeconds is not { } every)
        {
            return Ok(Name, $"none is made by itself (backup.every in weir.yaml); {last}");
        }

        var isLate =
            backups.LastAt is not { } newest
            || TimeProvider.System.GetUtcNow() - newest > TimeSpan.FromSeconds(2 * every);
        return isLate ? Warning(Name, $"late: {last}") : Ok(Name, last);
    }

    private static IEnumerable<CheckItem> Logs(CaptureSources capture)
    {
        if (capture.Failure is { } failure)
        {
            yield return Failed("agents' logs", failure);
        }

        foreach (var source in capture.Sources.Where(source => source.Exists))
        {
            var name = $"logs of {source.Agent}";
            var read =
                $"{source.Path}: {Figures.Count(source.Files)} files, {Figures.Count(source.Bytes / 1_000_000)} MB";
            var faults = new List<string>();
            if (source.Problems is [var first, ..])
            {
                faults.Add($"{source.Problems.Count} could not be read, {first.File}: {first.Problem}");
            }

            if (source.Skipped.Count > 0)
            {
                faults.Add($"cannot be read in them: {Kinds(source.Skipped)}");
            }

            yield return faults.Count > 0 ? Warning(name, $"{read}; {string.Join("; ", faults)}")
            : source.Ignored.Count > 0 ? Ok(name, $"{read}; as usual not counted: {Kinds(source.Ignored)}")
            : Ok(name, read);
        }

        static string Kinds(IReadOnlyDictionary<string, long> counts) =>
            string.Join(", ", counts.Select(kind => $"{Figures.Count(kind.Value)} {kind.Key}"));
    }

    private static CheckItem Audit(AuditResult audit) =>
        audit.Differences == 0
            ? Ok("ledger audit", $"{audit.Records} records of 30 days agree with their sums")
            : Failed("ledger audit", $"{audit.Differences} of {audit.Combinations} sums differ from their records");

    private static async Task<CheckItem> TrailAsync(WeirClient client, CancellationToken cancellationToken)
    {
        const string Name = "audit trail";
        try
        {
            var found = await client.VerifyAuditAsync(cancellationToken);
            return found.Sound
                ? Ok(Name, $"{Figures.Count(found.Entries)} entries, each as it was written")
                : Failed(Name, $"{found.Faults[0]}; \"weir audit verify\" says all");
        }
        catch (WeirApiException refusal)
        {
            return Warning(Name, refusal.Message);
        }
    }

    private static CheckItem Prices(string version)
    {
        var dated = DateOnly.TryParseExact(
            version.Split('+')[0],
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var day
        );
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        return dated && today.DayNumber - day.DayNumber > OldPrices.TotalDays
            ? Warning("prices", $"{version}: newer models may be unknown; a newer Weir brings newer prices")
            : Ok("prices", version);
    }

    private static async Task<CheckItem> ReachAsync(ProviderItem provider, CancellationToken cancellationToken)
    {
        var name = $"provider {provider.Name}";
        if (provider.BaseUrl is not { } address)
        {
            return Ok(name, "built in");
        }

        // The address comes from a server that may be another's: nothing that a server itself would not connect to.
        using var http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectCallback = new OutboundGuard(AddressPolicy.Server).ConnectAsync,
            }
        );
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(OnlinePatience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(address));
            using var response = await http.SendAsync(request, limit.Token);
            return Ok(name, $"{address} answers");
        }
        catch (HttpRequestException failure)
        {
            return Failed(name, $"{address}: {failure.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(name, $"{address} does not answer within {OnlinePatience.TotalSeconds} s");
        }
    }

    private static CheckItem Ok(string name, string detail) => new(name, "ok", detail);

    private static CheckItem Warning(string name, string detail) => new(name, "warning", detail);

    private static CheckItem Failed(string name, string detail) => new(name, "failed", detail);
}

using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Foundation.Storage;
using Weir.Gateway;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api.Usage;
using Weir.Server.Backups;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Status;

/// <summary>The server's account of itself.</summary>
internal static class StatusRoutes
{
    /// <summary>Weir's version.</summary>
    public static string Version { get; } =
        typeof(StatusRoutes)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "0";

    /// <summary>Maps <c>/status</c>.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("System");
        group
            .MapGet("/status", Status)
            .WithName("getSystemStatus")
            .WithSummary("The server's account of itself")
            .TakesQuery()
            .Needs(Permission.InstanceView);
        group
            .MapGet("/audit", Audit)
            .WithName("auditLedger")
            .WithSummary("Holds every sum of a range against its records")
            .Needs(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest);
    }

    private static async Task<Results<Ok<AuditResult>, ApiProblem>> Audit(
        [AsParameters] RangeParameters parameters,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(parameters.Request, groupsByPeriod: false);
        var query = reader.Read(caller, clock);
        if (!query.Filters.IsEmpty)
        {
            reader.Fault(query.Filters[0].Dimension.ToString(), "the audit takes no filters");
        }

        if (reader.Errors.Count > 0)
        {
            return ApiProblem.Invalid(reader.Errors);
        }

        var audit = await ledger.Queries.AuditAsync(query.Workspace, query.From, query.To, cancellationToken);
        return TypedResults.Ok(
            new AuditResult(query.From, query.To, audit.Records, audit.Combinations, audit.Differences)
        );
    }

    private static Ok<SystemStatus> Status(ServerState state)
    {
        var ledger = state.Modules.Ledger.Status;
        return TypedResults.Ok(
            new SystemStatus
            {
                Version = Version,
                ProcessId = Environment.ProcessId,
                StartedAt = state.StartedAt,
                Urls = state.Addresses,
                SqliteVersion = SqliteLibrary.Version,
                PriceVersion = state.Modules.Prices.Current.Version,
                InFlight = state.Modules.Gateway?.InFlight ?? 0,
                Providers = [.. state.Config.Current.Config.Gateway.Providers.Select(Provider)],
                Ledger = new LedgerItem
                {
                    Journalled = ledger.Journalled,
                    Written = ledger.Written,
                    Pending = ledger.Pending,
                    JournalBytes = ledger.JournalBytes,
                    RefusesBecause = ledger.RefusesBecause,
                    WriteFailure = ledger.WriteFailure,
                    Unavailable = ledger.Unavailable,
                    ReplayWarning = ledger.ReplayWarning,
                },
                Backups = Backups(state.Modules.Backups),
            }
        );
    }

    private static BackupsItem Backups(BackupJobs jobs) =>
        new()
        {
            EverySeconds = (long?)jobs.Config.Every?.TotalSeconds,
            LastAt = jobs.List().FirstOrDefault(entry => entry.State == BackupState.Done)?.CreatedAt,
            Failure = jobs.Failure,
        };

    private static ProviderItem Provider(ProviderConfig provider) =>
        new(
            provider.Name,
            ProviderReader.Word(provider.Kind),
            provider.Address?.OriginalString,
            provider.Kind == ProviderKind.Simulator ? "none"
                : !provider.HasKey ? "caller"
                : "own"
        );
}

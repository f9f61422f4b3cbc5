using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Gateway;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Config;

/// <summary>Tries a text of the caller's workspace's configuration on its requests of the past. Nothing is changed.</summary>
internal static class ConfigDryRunRoute
{
    private static readonly TimeSpan UsualSpan = TimeSpan.FromHours(24);

    /// <summary>Maps it below <c>/config</c>.</summary>
    public static void Map(RouteGroupBuilder group) =>
        group
            .MapPost("/dry-run", RunAsync)
            .WithName("dryRunConfig")
            .WithSummary(
                "Says what a text of the configuration would have done to the requests of the past; changes nothing"
            )
            .WithDescription(
                "The text is checked as PUT checks it. The newest 100,000 records of the workspace's requests in the span are asked of "
                    + "the routes in force and of the text's, and held to the text's budgets and limits in the order in which they came. "
                    + "What records do not tell (what a request's body or headers said) is counted as open, never guessed."
            )
            .For(
                new ApiAccess
                {
                    Needs = PermissionSet.Of(Permission.ConfigWrite, Permission.AnalyticsView),
                    InDefault = PermissionSet.Of(Permission.InstanceManage),
                }
            )
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status422UnprocessableEntity
            );

    private static async Task<Results<Ok<ConfigDryRunResult>, ApiProblem>> RunAsync(
        ConfigDryRun body,
        ApiCaller caller,
        Documents documents,
        UsageLedger ledger,
        DryRunQueue queue,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (body.Text is not { } text)
        {
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "Send { \"text\": \"…\" } with the whole text.");
        }

        var span = UsualSpan;
        if (
            body.Span is { } written
            && !(Durations.TryParse(written, out span) && span > TimeSpan.Zero && span <= DryRunQuery.LongestSpan)
        )
        {
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "span: a time as 24h, above zero and at most 7d");
        }

        if (documents.Of(caller.Workspace) is not { } store)
        {
            return ConfigRoutes.None();
        }

        var trial = documents.Try(caller.Workspace, store, text);
        if (trial is not { InForce: { } inForce, Tried: { } tried })
        {
            return trial.Outcome == ConfigReplacementOutcome.NoFile
                ? ConfigRoutes.NoFile(store)
                : ApiProblem.Faulty(trial.Faults);
        }

        await ledger.FlushAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var (result, fault) = await queue.RunAsync(
            new DryRunQuery
            {
                Workspace = caller.Workspace,
                From = now - span,
                To = now,
                InForce = DocumentsOf(inForce),
                Tried = DocumentsOf(tried),
            },
            ledger,
            cancellationToken
        );
        return result is not null
            ? TypedResults.Ok(DryRunShapes.Result(result))
            : ApiProblem.Faulty([new ConfigFault(1, 1, "", fault!)]);
    }

    private static DryRunDocuments DocumentsOf(ConfigState state)
    {
        var prices = new PriceBook();
        prices.SetOverrides(state.Server.Prices);
        return new DryRunDocuments(state.Server.Gateway, state.Workspaces, prices.Current);
    }
}

/// <summary>Lets one dry run at a time hold its records. Thread-safe.</summary>
internal sealed class DryRunQueue : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Runs one when it is its turn.</summary>
    public async Task<(DryRunResult? Result, string? Fault)> RunAsync(
        DryRunQuery query,
        UsageLedger ledger,
        CancellationToken cancellationToken
    )
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await ModelGateway.DryRunAsync(query, ledger, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => turn.Dispose();
}

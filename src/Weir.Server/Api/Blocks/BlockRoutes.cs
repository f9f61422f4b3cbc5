using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Insights.Blocks;
using Weir.Ledger;
using Weir.Server.Api.Usage;
using Weir.Server.Blocks;

namespace Weir.Server.Api.Blocks;

/// <summary>What a list of blocks takes beside, for the API's description.</summary>
internal sealed record BlockParameters
{
    /// <summary>Whether gaps are told.</summary>
    [FromQuery(Name = "gaps")]
    [Description("true tells the silences between blocks too. Default false.")]
    public string? Gaps { get; init; }

    /// <summary>Whether only the running block is.</summary>
    [FromQuery(Name = "active")]
    [Description("true tells the running block alone. Default false.")]
    public string? Active { get; init; }
}

/// <summary>Use in blocks of five hours.</summary>
internal static class BlockRoutes
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/blocks", List)
            .WithTags("Limits")
            .WithName("listBlocks")
            .WithSummary("Use in blocks of five hours, of coding agents unless client says otherwise")
            .Needs(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest);

    /// <summary>A block as the API tells it.</summary>
    public static BlockItem Shape(UsageBlock block, DateTimeOffset now) =>
        new()
        {
            Start = block.Start,
            End = block.End,
            FirstAt = block.FirstAt,
            LastAt = block.LastAt,
            IsActive = block.IsActive,
            IsGap = block.IsGap,
            Requests = block.Entries,
            InputTokens = block.Tokens.Input ?? 0,
            CacheReadTokens = block.Tokens.CacheRead ?? 0,
            CacheWrite5mTokens = block.Tokens.CacheWrite5m ?? 0,
            CacheWrite1hTokens = block.Tokens.CacheWrite1h ?? 0,
            OutputTokens = block.Tokens.Output ?? 0,
            TotalTokens = block.Tokens.Total,
            CostUsd = block.Cost.ToUsd(),
            Models = block.Models,
            BurnRate = block.BurnRate is { } rate
                ? new BlockRate
                {
                    TokensPerMinute = rate.TokensPerMinute,
                    UncachedTokensPerMinute = rate.UncachedTokensPerMinute,
                    CostUsdPerHour = rate.CostPerHour.ToUsd(),
                }
                : null,
            Projection = block.Project(now) is { } end
                ? new BlockEnd
                {
                    MinutesLeft = (long)end.Left.TotalMinutes,
                    TotalTokens = end.Tokens,
                    CostUsd = end.Cost.ToUsd(),
                }
                : null,
        };

    private static async Task<Results<Ok<BlockList>, ApiProblem>> List(
        [AsParameters] UsageParameters parameters,
        [AsParameters] BlockParameters shape,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var reader = new UsageQueryReader(parameters.Request, groupsByPeriod: false, "gaps", "active");
        var query = reader.Read(caller, clock);
        var (gaps, active) = (reader.Flag("gaps"), reader.Flag("active"));
        if (reader.Errors.Count > 0)
        {
            return ApiProblem.Invalid(reader.Errors);
        }

        var blocks = await BlockReader.ReadAsync(ledger.Queries, query, now, cancellationToken);
        return TypedResults.Ok(
            new BlockList(
                query.From,
                query.To,
                (int)UsageBlocks.Length.TotalMinutes,
                [
                    .. blocks
                        .Where(block => (gaps || !block.IsGap) && (!active || block.IsActive))
                        .Select(block => Shape(block, now)),
                ]
            )
        );
    }
}

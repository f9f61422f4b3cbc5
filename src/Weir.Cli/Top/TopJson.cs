using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>A state as programs read it.</summary>
internal static class TopJson
{
    /// <summary>The state's snapshot.</summary>
    public static TopSnapshot Of(TopState state)
    {
        var (tokens, usd) = state.Minutes.Rate(state.Now);
        return new TopSnapshot
        {
            At = state.Now,
            Source = state.Source,
            Workspace = state.Workspace,
            Link = state.Link switch
            {
                Link.Live => "live",
                Link.Once => "once",
                Link.Broken => "broken",
                Link.Folder => "folder",
                _ => "connecting",
            },
            Today = state.Today is { } today ? Day(today) : null,
            Rate = new TopRate(Math.Round(tokens, 1), usd),
            Block = state.Block,
            Limits = state.Limits?.Limits ?? [],
            Sessions = [.. (state.Sessions ?? []).OrderByDescending(session => session.LastAt)],
            Alerts = [.. Alerts.Of(state).Select(alert => new TopAlert(alert.IsBad ? "bad" : "warning", alert.Text))],
        };
    }

    private static TopDay Day(Today today) =>
        new(
            Figures(today.Total),
            today.From,
            today.To,
            [
                .. today.Models.Select(model => new TopModelFigures(
                    Figures(model.Value),
                    model.Key.Length == 0 ? null : model.Key
                )),
            ]
        );

    private static TopFigures Figures(Sums sums) =>
        new()
        {
            Requests = sums.Requests,
            Errors = sums.Errors,
            UnpricedRequests = sums.Unpriced,
            InputTokens = sums.Input,
            CacheReadTokens = sums.CacheRead,
            CacheWriteTokens = sums.CacheWrite,
            OutputTokens = sums.Output,
            ReasoningTokens = sums.Reasoning,
            TotalTokens = sums.Tokens,
            CostUsd = sums.KnownCost,
        };
}

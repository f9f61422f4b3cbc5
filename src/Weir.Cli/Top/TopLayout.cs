namespace Weir.Cli.Top;

/// <summary>How the lines of a screen are shared out among what it shows.</summary>
/// <param name="Alerts">Lines of alerts.</param>
/// <param name="Block">Lines of the block and the limits.</param>
/// <param name="HasTitle">Whether a line says which sessions are shown.</param>
/// <param name="SessionRows">Sessions.</param>
/// <param name="Models">Lines of models, with the columns' names.</param>
/// <param name="IsSpaced">Whether empty lines stand between the parts.</param>
internal sealed record TopLayout(int Alerts, int Block, bool HasTitle, int SessionRows, int Models, bool IsSpaced)
{
    private const int Low = 20;
    private const int Tall = 30;
    private const int LeastSessions = 3;

    /// <summary>The layout of a state.</summary>
    public static TopLayout Of(TopState state)
    {
        var height = state.Height;
        var isSpaced = height >= Tall;
        var hasTitle = height >= Low;
        var alerts = Math.Min(Top.Alerts.Of(state).Count, height < Low ? 1 : height / 8);
        var block = Math.Min(BlockView.Wanted(state), height < Low ? 2 : height / 5);
        var fixedRows =
            HeaderView.Rows
            + alerts
            + block
            + (hasTitle ? 1 : 0)
            // The columns' names and the foot.
            + 2
            + (isSpaced ? 2 + (alerts > 0 ? 1 : 0) : 0);
        var rest = Math.Max(1, height - fixedRows);
        var sessions = Math.Max(LeastSessions, SessionChoice.Shown(state).Length);
        var models =
            height < Low
                ? 0
                : Math.Min(ModelsView.Wanted(state) + (isSpaced ? 1 : 0), Math.Max(rest / 3, rest - sessions));
        models = models < 2 + (isSpaced ? 1 : 0) ? 0 : models;
        return new TopLayout(
            alerts,
            block,
            hasTitle,
            rest - models,
            models > 0 && isSpaced ? models - 1 : models,
            isSpaced
        );
    }
}

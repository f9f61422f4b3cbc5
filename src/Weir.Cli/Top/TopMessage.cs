using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>Something that happened: read, heard, typed, or that time has passed.</summary>
internal abstract record TopMessage;

/// <summary>What changes often was read.</summary>
internal record ListsRead(SessionPage Sessions, BlockList Blocks, LimitList Limits) : TopMessage;

/// <summary>Everything was read; of the server itself nothing where the key is not of the instance's own workspace.</summary>
internal sealed record AllRead(
    DateTimeOffset At,
    SessionPage Sessions,
    BlockList Blocks,
    LimitList Limits,
    UsageSummaryResult Summary,
    UsageSeriesResult Tokens,
    UsageSeriesResult Cost,
    string Workspace,
    CaptureSources? Sources,
    SystemStatus? Status
) : ListsRead(Sessions, Blocks, Limits);

/// <summary>It could not be read; it is tried again.</summary>
internal sealed record ReadFailed(string Reason, bool IsAll) : TopMessage;

/// <summary>One session was read; null when there is none of that id any more.</summary>
internal sealed record SessionRead(string Id, SessionDetail? Detail) : TopMessage;

/// <summary>One session could not be read.</summary>
internal sealed record SessionFailed(string Id, string Reason) : TopMessage;

/// <summary>How it stands with the server has changed.</summary>
internal sealed record Linked(Link Link) : TopMessage;

/// <summary>The feed told something.</summary>
internal sealed record Told(LiveMessage Message) : TopMessage;

/// <summary>A key was pressed.</summary>
internal sealed record Pressed(ConsoleKeyInfo Key) : TopMessage;

/// <summary>The terminal has another size.</summary>
internal sealed record Resized(int Width, int Height) : TopMessage;

/// <summary>Time has passed.</summary>
internal sealed record Ticked(DateTimeOffset Now) : TopMessage;

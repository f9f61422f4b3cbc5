using Weir.Cli.Top;
using Weir.Client;

namespace Weir.Cli.Tests.Top;

/// <summary>What servers tell, for tests; what a test does not name is ordinary.</summary>
internal static class TopExamples
{
    public static readonly DateTimeOffset Now = new(2026, 7, 2, 12, 30, 20, TimeSpan.Zero);

    private static readonly DateTimeOffset Today = new(Now.Date, TimeSpan.Zero);

    public static SessionItem Session(
        string id,
        string state = "idle",
        string? project = "weir",
        int minutesAgo = 1,
        decimal? cost = 1,
        long output = 100,
        string? host = null,
        params string[] models
    ) =>
        new()
        {
            Id = id,
            Client = "claude-code",
            State = state,
            FirstAt = Now.AddHours(-1),
            LastAt = Now.AddMinutes(-minutesAgo),
            HasLog = true,
            Host = host,
            Terminal = null,
            ProcessId = null,
            Project = project,
            User = null,
            Folder = null,
            Repository = null,
            Branch = "main",
            Version = null,
            Entrypoint = null,
            ParentSession = null,
            PullRequests = [],
            Models = models,
            Prompts = 1,
            Subagents = 0,
            ToolCalls = 0,
            ToolErrors = 0,
            AgentErrors = 0,
            Compactions = 0,
            Turns = 0,
            Permissions = 0,
            Requests = 2,
            Errors = 0,
            UnpricedRequests = 0,
            EstimatedRequests = 0,
            InputTokens = 0,
            CacheReadTokens = 0,
            CacheWrite5mTokens = 0,
            CacheWrite1hTokens = 0,
            OutputTokens = output,
            ReasoningTokens = 0,
            CostUsd = cost,
            BilledUsd = 0,
            SavingsUsd = 0,
        };

    public static RequestItem Request(
        string id,
        string? model = "claude-opus-4-8",
        DateTimeOffset? at = null,
        decimal? cost = 0.5m,
        long? input = 1000,
        string status = "ok",
        string? session = null
    ) =>
        new()
        {
            Id = id,
            Revision = 1,
            StartedAt = at ?? Now.AddSeconds(-5),
            DurationMs = 1,
            TimeToFirstTokenMs = 1,
            Model = model,
            RequestedModel = model,
            Provider = "anthropic",
            Key = null,
            User = null,
            Team = null,
            Project = null,
            Session = session,
            Agent = null,
            ParentAgent = null,
            Client = "claude-code",
            Source = "gateway",
            Status = status,
            HttpStatus = 200,
            ErrorType = null,
            Route = null,
            HandoffReason = null,
            Dialect = null,
            UpstreamDialect = null,
            Dropped = [],
            Streaming = true,
            PriceMode = null,
            InputTokens = input,
            CacheReadTokens = 10,
            CacheWrite5mTokens = 20,
            CacheWrite1hTokens = 30,
            OutputTokens = 40,
            ReasoningTokens = 5,
            WebSearches = null,
            CostUsd = cost,
            BilledUsd = 0,
            SavingsUsd = 0,
            Billing = "plan",
            PriceVersion = null,
            Estimated = false,
            Quality = "exact",
            SeenBy = [],
            Doubts = [],
            UpstreamId = null,
            MessageId = null,
            Tags = new Dictionary<string, string>(),
            Attempts = [],
        };

    public static LiveChange Created(long sequence, RequestItem request) => new(sequence, "created", null, request);

    public static Told Told(params LiveChange[] changes) => new(new LiveChanges(changes[^1].Sequence, changes));

    public static UsageSummaryResult Summary(long asOf, params (string? Model, decimal? Cost, long Tokens)[] rows) =>
        new(Today, Today.AddDays(1), [.. rows.Select(row => Row(row.Model, row.Cost, row.Tokens))], Row(null, 0, 0))
        {
            AsOf = asOf,
        };

    public static LimitItem Limit(
        string scope = "five_hour",
        double? used = 41,
        string? status = null,
        LimitForecast? forecast = null,
        bool estimated = true
    ) =>
        new()
        {
            Client = "claude-code",
            Account = null,
            Scope = scope,
            WindowMinutes = 300,
            ModelClass = null,
            UsedPercent = used,
            Estimated = estimated,
            Told = new LimitTold
            {
                At = Now,
                By = "statusline",
                UsedPercent = used,
                ResetsAt = Now.AddHours(2),
                Status = status,
                Limit = null,
                Remaining = null,
            },
            Running = null,
            Learned = new LimitLearned
            {
                Kind = "estimate",
                MedianUsd = 7.5m,
                LowUsd = 6.8m,
                HighUsd = 8.2m,
                AtLeastUsd = 6,
                Evidence = "4 limits met",
                LimitsMet = 4,
                Unlimited = 0,
                Readings = 0,
                Since = null,
                ChangedAt = null,
            },
            TimeToLimit = forecast,
        };

    public static BlockItem Block() =>
        new()
        {
            Start = Now.AddHours(-2),
            End = Now.AddHours(3),
            FirstAt = Now.AddHours(-2),
            LastAt = Now.AddMinutes(-1),
            IsActive = true,
            IsGap = false,
            Requests = 12,
            InputTokens = 1,
            CacheReadTokens = 2,
            CacheWrite5mTokens = 3,
            CacheWrite1hTokens = 4,
            OutputTokens = 5,
            TotalTokens = 1_234_567,
            CostUsd = 3.1m,
            Models = ["claude-opus-4-8"],
            BurnRate = new BlockRate
            {
                TokensPerMinute = 100,
                UncachedTokensPerMinute = 10,
                CostUsdPerHour = 1.5m,
            },
            Projection = new BlockEnd
            {
                MinutesLeft = 180,
                TotalTokens = 3_000_000,
                CostUsd = 7.6m,
            },
        };

    public static CaptureSources Sources(string? failure = null, params CaptureProblem[] problems) =>
        new()
        {
            State = failure is null ? "following" : "failed",
            Failure = failure,
            Files = 1,
            FilesInAll = 1,
            Bytes = 1,
            BytesInAll = 1,
            Requests = 1,
            Sources =
            [
                new CaptureSourceItem
                {
                    Agent = "claude-code",
                    Path = "/home/me/.claude/projects",
                    Exists = true,
                    Files = 1,
                    Bytes = 1,
                    LastChange = null,
                    Skipped = new Dictionary<string, long>(),
                    Ignored = new Dictionary<string, long>(),
                    Problems = problems,
                },
            ],
            Archive = null,
        };

    public static SystemStatus Status(string? refuses = null) =>
        new()
        {
            Version = "0.1.0",
            ProcessId = 1,
            StartedAt = Now,
            Urls = ["http://127.0.0.1:8082"],
            SqliteVersion = "3",
            PriceVersion = "2026-01-01",
            InFlight = 0,
            Providers = [],
            Ledger = new LedgerItem
            {
                Journalled = 1,
                Written = 1,
                Pending = 0,
                JournalBytes = 0,
                RefusesBecause = refuses,
                WriteFailure = null,
                ReplayWarning = null,
            },
        };

    public static AllRead All(
        UsageSummaryResult? summary = null,
        IReadOnlyList<SessionItem>? sessions = null,
        IReadOnlyList<LimitItem>? limits = null,
        CaptureSources? sources = null,
        SystemStatus? status = null,
        BlockItem? block = null,
        IReadOnlyList<LimitNoticeItem>? notices = null,
        UsageSeriesResult? tokens = null,
        string workspace = "default"
    ) =>
        new(
            Now,
            Page(sessions ?? []),
            Blocks(block),
            new LimitList(Now, limits ?? [], notices ?? []),
            summary ?? Summary(10),
            tokens ?? Series([]),
            Series([]),
            workspace,
            sources ?? Sources(),
            status ?? Status()
        );

    public static SessionPage Page(IReadOnlyList<SessionItem> sessions) =>
        new(Now.AddDays(-1), Now, sessions, Next: null);

    public static BlockList Blocks(BlockItem? block) => new(Now.AddDays(-7), Now, 300, block is null ? [] : [block]);

    public static UsageSeriesResult Series(IReadOnlyList<(DateTimeOffset Time, decimal Value)> points) =>
        new(
            "totalTokens",
            "minute",
            Now.AddHours(-1),
            Now,
            [
                new SeriesLine(
                    new Dictionary<string, string?>(),
                    [.. points.Select(point => new SeriesPoint(point.Time, new SeriesValue(point.Value, false)))]
                ),
            ]
        );

    public static TopState Begin(int width = 100, int height = 30) =>
        TopState.Begin("127.0.0.1:8082", Now) with
        {
            Width = width,
            Height = height,
            Link = new Link.Live(),
        };

    /// <summary>The state after messages, one after the other.</summary>
    public static TopState After(this TopState state, params TopMessage[] messages) =>
        messages.Aggregate(state, TopModel.Next);

    /// <summary>The state after keys: <c>↑ ↓ ← →</c>, <c>⏎</c>, <c>⎋</c>, <c>⌫</c>, and characters as they are.</summary>
    public static TopState Type(this TopState state, string keys) =>
        keys.Aggregate(state, (now, key) => TopModel.Next(now, new Pressed(Key(key))));

    public static ConsoleKeyInfo Key(char key) =>
        key switch
        {
            '↑' => new('\0', ConsoleKey.UpArrow, false, false, false),
            '↓' => new('\0', ConsoleKey.DownArrow, false, false, false),
            '←' => new('\0', ConsoleKey.LeftArrow, false, false, false),
            '→' => new('\0', ConsoleKey.RightArrow, false, false, false),
            '⇞' => new('\0', ConsoleKey.PageUp, false, false, false),
            '⇟' => new('\0', ConsoleKey.PageDown, false, false, false),
            '⏎' => new('\r', ConsoleKey.Enter, false, false, false),
            '⎋' => new('\u001b', ConsoleKey.Escape, false, false, false),
            '⌫' => new('\b', ConsoleKey.Backspace, false, false, false),
            '/' => new('/', ConsoleKey.Oem2, false, false, false),
            ' ' => new(' ', ConsoleKey.Spacebar, false, false, false),
            >= 'a' and <= 'z' => new(key, ConsoleKey.A + (key - 'a'), false, false, false),
            >= 'A' and <= 'Z' => new(key, ConsoleKey.A + (key - 'A'), shift: true, false, false),
            _ => new(key, ConsoleKey.None, false, false, false),
        };

    private static UsageSummaryRow Row(string? model, decimal? cost, long tokens)
    {
        var none = new LatencyFigures(null, null, null);
        var sums = Session("", cost: cost, output: 0) with
        {
            Requests = 1,
            UnpricedRequests = cost is null ? 1 : 0,
            InputTokens = tokens,
        };
        return new UsageSummaryRow(
            new UsageFigures(sums, none, none),
            new Dictionary<string, string?> { ["model"] = model }
        );
    }
}

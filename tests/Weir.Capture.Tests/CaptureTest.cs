using System.Collections.Immutable;
using System.Globalization;
using Weir.Capture.Agents;
using Weir.Foundation;
using Weir.Ledger;
using Weir.Testing;

namespace Weir.Capture.Tests;

/// <summary>A machine with a home, a data folder, and capture over both.</summary>
public abstract class CaptureTest : IDisposable
{
    private protected static readonly DateTimeOffset Noon = new(2026, 5, 13, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder folder = new();

    private protected string Home => folder.At("home");

    private protected string Data => folder.At("data");

    private protected string Projects => Path.Combine(Home, ".claude", "projects", "-home-ada-weir");

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected CaptureTest()
    {
        Directory.CreateDirectory(Projects);
        Directory.CreateDirectory(Data);
    }

    public void Dispose()
    {
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens ledger and capture, reads what is new, and closes them.</summary>
    private protected async Task<CaptureProgress> CatchUpAsync()
    {
        await using var open = await OpenAsync();
        return await open.Capture.CatchUpAsync(null, Cancel);
    }

    private protected Task<OpenCapture> OpenAsync() => OpenCapture.OpenAsync(Data, Home, Cancel);

    /// <summary>A path beside home and data.</summary>
    private protected string At(params string[] parts) => folder.At(parts);

    /// <summary>The records of the default workspace, oldest first.</summary>
    private protected async Task<ImmutableArray<UsageRecord>> RecordsAsync()
    {
        await using var ledger = UsageLedger.Open(new LedgerOptions { DataFolder = Data }, TimeProvider.System).Ledger!;
        return await OpenCapture.RecordsAsync(ledger, Cancel);
    }

    /// <summary>A line of a transcript: one answer's block.</summary>
    private protected static string Answer(
        string id,
        int output,
        string session = "s1",
        string? request = null,
        int minute = 0,
        string extra = ""
    ) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"type":"assistant","timestamp":"{{{Noon.AddMinutes(minute):yyyy-MM-ddTHH:mm:ss.fffZ}}}","sessionId":"{{{session}}}","cwd":"/home/ada/weir","gitBranch":"main","uuid":"{{{Guid.NewGuid()}}}","requestId":"{{{request ?? "req_" + id}}}"{{{extra}}},"message":{"id":"{{{id}}}","role":"assistant","model":"claude-sonnet-5","content":[{"type":"text","text":"x"}],"usage":{"input_tokens":10,"output_tokens":{{{output}}},"cache_creation_input_tokens":0,"cache_read_input_tokens":100} } }"""
        );

    private protected string Write(string name, params string[] lines)
    {
        var path = Path.Combine(Projects, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Concat(lines.Select(line => line + "\n")));
        return path;
    }

    private protected static string Show(IEnumerable<UsageRecord> records) =>
        string.Join(
            ' ',
            records
                .OrderBy(r => r.MessageId, StringComparer.Ordinal)
                .ThenBy(r => r.Usage.Output)
                .Select(r => $"{r.MessageId}:{r.Usage.Output}")
        );
}

/// <summary>Capture over a ledger, both open.</summary>
internal sealed class OpenCapture(UsageLedger ledger, UsageCapture capture) : IAsyncDisposable
{
    public UsageLedger Ledger => ledger;

    public UsageCapture Capture => capture;

    public static async Task<OpenCapture> OpenAsync(
        string data,
        string home,
        CancellationToken cancellationToken,
        ArchiveOptions? archive = null,
        TimeProvider? clock = null
    )
    {
        Directory.CreateDirectory(data);
        var ledger = UsageLedger.Open(new LedgerOptions { DataFolder = data }, TimeProvider.System).Ledger!;
        var opened = await UsageCapture.OpenAsync(
            new CaptureOptions
            {
                DataFolder = data,
                PollInterval = TimeSpan.FromSeconds(1),
                Archive = archive ?? new ArchiveOptions { KeepDays = null },
            },
            CodingAgents.All,
            new Places(home, _ => null) { System = OSPlatformKind.Linux },
            ledger,
            new PriceBook(),
            clock ?? TimeProvider.System,
            cancellationToken
        );
        Assert.Null(opened.Refusal);
        return new OpenCapture(ledger, opened.Capture!);
    }

    public static async Task<ImmutableArray<UsageRecord>> RecordsAsync(
        UsageLedger ledger,
        CancellationToken cancellationToken
    )
    {
        var query = new UsageQuery
        {
            Workspace = WorkspaceId.Default,
            From = DateTimeOffset.UnixEpoch,
            To = DateTimeOffset.MaxValue,
        };
        var page = await ledger.Queries.RecordsAsync(query, null, 1000, cancellationToken);
        var audit = await ledger.Queries.AuditAsync(WorkspaceId.Default, query.From, query.To, cancellationToken);
        Assert.True(audit.IsSound, audit.ToString());
        return [.. page.Items.Select(item => item.Record).Reverse()];
    }

    public async ValueTask DisposeAsync()
    {
        await capture.DisposeAsync();
        await ledger.DisposeAsync();
    }
}

using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Weir.Client;
using Weir.Exports;
using Weir.Exports.Pdf;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api.Usage;

namespace Weir.Server.Exports;

/// <summary>Answers export questions from the ledger. Thread-safe.</summary>
/// <param name="queries">The ledger.</param>
/// <param name="exporter">The formats.</param>
/// <param name="workspaces">What workspaces are called.</param>
/// <param name="scratchFolder">Where a format puts what does not fit into memory.</param>
/// <param name="clock">The time.</param>
internal sealed class ExportMaker(
    UsageQueries queries,
    RequestExporter exporter,
    WorkspaceRegistry workspaces,
    string scratchFolder,
    TimeProvider clock
)
{
    private const int PageSize = 1000;

    /// <summary>What a format lacks on this server; null when it can be made.</summary>
    public string? Missing(ExportFormat format) => exporter.Missing(format);

    /// <summary>How many requests a question is about, as the sums tell.</summary>
    public async Task<long> CountAsync(UsageQuery query, CancellationToken cancellationToken) =>
        (await queries.SummaryAsync(query with { GroupBy = [] }, cancellationToken)).Total.Requests;

    /// <summary>The first page, read before anything is answered, so that a failure can still be told.</summary>
    public Task<Foundation.Page<StoredRecord>> FirstPageAsync(UsageQuery query, CancellationToken cancellationToken) =>
        queries.RecordsAsync(query, null, PageSize, cancellationToken);

    /// <summary>Writes an export.</summary>
    /// <param name="question">Which.</param>
    /// <param name="first">Its first page, where it is known already.</param>
    /// <param name="output">Where to.</param>
    /// <param name="read">Told how many requests were read so far.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public async Task WriteAsync(
        ExportQuestion question,
        Foundation.Page<StoredRecord>? first,
        Stream output,
        Action<long>? read,
        CancellationToken cancellationToken
    )
    {
        var name = workspaces.Find(question.Query.Workspace)?.Name ?? question.Query.Workspace.ToString();
        if (question.Format == ExportFormat.Pdf)
        {
            var report = await ReportAsync(question.Query, name, cancellationToken);
            await RequestExporter.WriteReportAsync(report, output, cancellationToken);
            return;
        }

        ExportStore.Make(scratchFolder);
        var context = new ExportContext
        {
            WorkspaceId = question.Query.Workspace.ToString(),
            WorkspaceName = name,
            MadeAt = clock.GetUtcNow(),
            ScratchFolder = scratchFolder,
        };
        await exporter.WriteAsync(
            question.Format,
            PagesAsync(question.Query, first, read, cancellationToken),
            output,
            context,
            cancellationToken
        );
    }

    private async IAsyncEnumerable<IReadOnlyList<RequestItem>> PagesAsync(
        UsageQuery query,
        Foundation.Page<StoredRecord>? first,
        Action<long>? read,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var rows = 0L;
        var page = first ?? await FirstPageAsync(query, cancellationToken);
        while (true)
        {
            if (!page.Items.IsEmpty)
            {
                yield return page.Items.Select(UsageShapes.Request).ToImmutableArray();
            }

            rows += page.Items.Length;
            read?.Invoke(rows);
            if (page.Next is null)
            {
                yield break;
            }

            page = await queries.RecordsAsync(query, page.Next, PageSize, cancellationToken);
        }
    }

    private async Task<UsageReport> ReportAsync(UsageQuery query, string name, CancellationToken cancellationToken)
    {
        var interval = Interval(query.To - query.From);
        var series = await queries.SeriesAsync(query, UsageMetric.CostUsd, interval, cancellationToken);
        var summary = await queries.SummaryAsync(query, cancellationToken);
        return new UsageReport
        {
            Head = new PaperHead
            {
                Title = "Usage report",
                WorkspaceName = name,
                Filters = [.. query.Filters.Select(Told)],
                MadeAt = clock.GetUtcNow(),
            },
            GroupBy = [.. query.GroupBy.Select(dimension => dimension.ToString())],
            Summary = UsageShapes.Summary(query, summary),
            Series = new UsageSeriesResult(
                "costUsd",
                interval.ToString().ToLowerInvariant(),
                query.From,
                query.To,
                UsageShapes.Lines(query.GroupBy, series, UsageMetric.CostUsd)
            ),
        };
    }

    /// <summary>A filter in words.</summary>
    public static string Told(UsageFilter filter)
    {
        var values = string.Join(", ", filter.Values.Select(value => value ?? "unknown"));
        return filter.Kind switch
        {
            UsageFilterKind.NotIn => $"{filter.Dimension} not {values}",
            UsageFilterKind.Prefix => $"{filter.Dimension} beginning with {values}",
            _ => $"{filter.Dimension} = {values}",
        };
    }

    // Bars that can be told apart on paper: about a hundred at most.
    private static UsageInterval Interval(TimeSpan range) =>
        range.TotalDays switch
        {
            <= 3 => UsageInterval.Hour,
            <= 100 => UsageInterval.Day,
            <= 700 => UsageInterval.Week,
            _ => UsageInterval.Month,
        };
}

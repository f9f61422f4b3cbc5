using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Gateway;
using Weir.Identity;
using Weir.Server.Api.Status;
using Weir.Server.Api.Usage;
using Weir.Server.Live;

namespace Weir.Server.Api;

/// <summary>
/// <c>GET /metrics</c> in Prometheus' text format. Open to this machine, as exporters are; from elsewhere it needs a key
/// that may read.
/// </summary>
internal static class MetricsRoute
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/metrics", Write)
            .WithName("getMetrics")
            .WithTags("Health")
            .WithSummary("Counts and gauges in Prometheus' text format; open to callers on the server's machine")
            .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/plain"]))
            .For(new ApiAccess { Needs = PermissionSet.Of(Permission.InstanceView), OpenOnLoopback = true });

    private static async Task Write(HttpContext context, ServerState state, LiveFeed live)
    {
        var text = new PrometheusText();
        text.Begin("gauge", "weir_info", "Constant 1, with the version.");
        text.Sample("weir_info", 1, ("version", StatusRoutes.Version));
        text.Gauge(
            "weir_start_time_seconds",
            "When the server started, in Unix time.",
            state.StartedAt.ToUnixTimeSeconds()
        );
        if (state.Modules.Gateway is { } gateway)
        {
            Gateway(text, gateway);
        }

        text.Gauge("weir_live_listeners", "Listeners of the live feed.", live.Listeners);
        Ledger(text, state);
        Process(text);
        context.Response.ContentType = PrometheusText.ContentType;
        await context.Response.Body.WriteAsync(text.ToBytes(), context.RequestAborted);
    }

    private static void Gateway(PrometheusText text, ModelGateway gateway)
    {
        var all = gateway.Metrics.Series;
        text.Gauge("weir_requests_in_flight", "Requests to models being answered now.", gateway.InFlight);
        text.Counter("weir_refusals_total", "Requests that Weir itself turned away.", gateway.Metrics.Refusals);
        text.Counter("weir_retries_total", "Attempts that repeated one at the same target.", gateway.Metrics.Retries);
        text.Counter(
            "weir_sheds_total",
            "Times that a request found no place at a target: it went elsewhere, or was turned away.",
            gateway.Metrics.Sheds
        );
        text.Counter(
            "weir_breakers_opened_total",
            "Times that a breaker opened, or a probe failed.",
            gateway.Metrics.BreakersOpened
        );
        text.Counter("weir_cooldowns_total", "Rests that providers asked for.", gateway.Metrics.Cooldowns);
        text.Begin("gauge", "weir_targets", "Models that were asked for at a provider, by how they stand.");
        foreach (
            var group in gateway
                .HealthOfAll()
                .GroupBy(target => (target.Provider, target.Standing.Stands))
                .OrderBy(group => group.Key)
        )
        {
            text.Sample(
                "weir_targets",
                group.Count(),
                ("provider", group.Key.Provider),
                ("standing", group.Key.Stands)
            );
        }

        text.Begin("counter", "weir_requests_total", "Requests to models, by how they ended.");
        foreach (var series in all)
        {
            Sample(text, "weir_requests_total", series, series.Requests);
        }

        text.Begin("counter", "weir_tokens_total", "Tokens by class; the classes are disjoint.");
        foreach (var series in all)
        {
            Tokens(text, series, "input", series.InputTokens);
            Tokens(text, series, "cache_read", series.CacheReadTokens);
            Tokens(text, series, "cache_write_5m", series.CacheWrite5mTokens);
            Tokens(text, series, "cache_write_1h", series.CacheWrite1hTokens);
            Tokens(text, series, "output", series.OutputTokens);
        }

        text.Begin("counter", "weir_cost_usd_total", "List cost in US dollars of the requests with a known price.");
        foreach (var series in all)
        {
            Sample(text, "weir_cost_usd_total", series, (double)series.Cost.ToUsd());
        }

        text.Begin(
            "counter",
            "weir_unpriced_requests_total",
            "Requests with tokens but no known price: they are in no cost."
        );
        foreach (var series in all)
        {
            Sample(text, "weir_unpriced_requests_total", series, series.Unpriced);
        }

        text.Begin("histogram", "weir_request_duration_seconds", "From a request's start to its last byte.");
        foreach (var series in all)
        {
            Histogram(text, "weir_request_duration_seconds", series, series.Durations);
        }

        text.Begin(
            "histogram",
            "weir_time_to_first_token_seconds",
            "From a request's start to the first content of its answer."
        );
        foreach (var series in all)
        {
            Histogram(text, "weir_time_to_first_token_seconds", series, series.FirstTokens);
        }
    }

    private static void Sample(PrometheusText text, string name, GatewaySeries series, double value) =>
        text.Sample(
            name,
            value,
            ("provider", series.Provider),
            ("model", series.Model),
            ("status", Words.Of(series.Status))
        );

    private static void Tokens(PrometheusText text, GatewaySeries series, string kind, long count) =>
        text.Sample(
            "weir_tokens_total",
            count,
            ("provider", series.Provider),
            ("model", series.Model),
            ("status", Words.Of(series.Status)),
            ("class", kind)
        );

    private static void Histogram(PrometheusText text, string name, GatewaySeries series, LatencyHistogram histogram)
    {
        var status = Words.Of(series.Status);
        var bounds = LatencyHistogram.Bounds;
        var buckets = histogram.Buckets;
        long sum = 0;
        for (var i = 0; i < buckets.Length; i++)
        {
            sum += buckets[i];
            var bound = i < bounds.Length ? bounds[i] : double.PositiveInfinity;
            text.Sample(
                name + "_bucket",
                sum,
                ("provider", series.Provider),
                ("model", series.Model),
                ("status", status),
                ("le", PrometheusText.Number(bound))
            );
        }

        Sample(text, name + "_sum", series, histogram.Sum.TotalSeconds);
        Sample(text, name + "_count", series, sum);
    }

    private static void Ledger(PrometheusText text, ServerState state)
    {
        var ledger = state.Modules.Ledger.Status;
        text.Counter("weir_ledger_journalled_records_total", "Records taken into the journal.", ledger.Journalled);
        text.Counter("weir_ledger_written_records_total", "Records stored in the ledger.", ledger.Written);
        text.Gauge("weir_ledger_pending_records", "Records in the journal that wait for the writer.", ledger.Pending);
        text.Gauge("weir_ledger_journal_bytes", "Bytes of the journal in use.", ledger.JournalBytes);
        text.Gauge(
            "weir_ledger_accepting",
            "1 while new work is taken, 0 while it is refused.",
            ledger.RefusesBecause is null ? 1 : 0
        );
        text.Gauge(
            "weir_ledger_write_failing",
            "1 while the last attempt to store failed.",
            ledger.WriteFailure is null ? 0 : 1
        );
        text.Gauge(
            "weir_config_pending_faults",
            "Faults of configurations that were refused, of all workspaces; 0 when every file on disk is in force.",
            state.Documents.PendingFaults
        );
    }

    private static void Process(PrometheusText text)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        text.Counter("process_cpu_seconds_total", "CPU time of the process.", process.TotalProcessorTime.TotalSeconds);
        text.Gauge("process_resident_memory_bytes", "Resident memory of the process.", process.WorkingSet64);
        text.Gauge("process_threads", "Threads of the process.", process.Threads.Count);
        text.Gauge("dotnet_gc_heap_bytes", "Bytes on the managed heap.", GC.GetTotalMemory(forceFullCollection: false));
        text.Counter(
            "dotnet_gc_allocated_bytes_total",
            "Bytes allocated on the managed heap.",
            GC.GetTotalAllocatedBytes()
        );
        text.Counter("dotnet_gc_collections_total", "Collections, of any generation.", GC.CollectionCount(0));
        text.Counter(
            "dotnet_gc_pause_seconds_total",
            "Time in which the collector held everything.",
            GC.GetTotalPauseDuration().TotalSeconds
        );
    }
}

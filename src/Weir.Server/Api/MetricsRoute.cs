using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Identity;
using Weir.Server.Api.Status;

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
            .WithMetadata(new ApiAccess(KeyScopes.Read, InstanceOnly: true, OpenOnLoopback: true))
            .ExcludeFromDescription();

    private static async Task Write(HttpContext context, ServerState state)
    {
        var text = new PrometheusText();
        var ledger = state.Modules.Ledger.Status;
        text.Gauge("weir_info", "Constant 1, with the version.", 1, ("version", StatusRoutes.Version));
        text.Gauge(
            "weir_start_time_seconds",
            "When the server started, in Unix time.",
            state.StartedAt.ToUnixTimeSeconds()
        );
        text.Gauge(
            "weir_requests_in_flight",
            "Requests to models being answered now.",
            state.Modules.Gateway?.InFlight ?? 0
        );
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
            "Faults of a configuration that was refused; 0 when the file on disk is in force.",
            state.Config.Current.PendingFaults.Length
        );
        Process(text);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.Body.WriteAsync(text.ToBytes(), context.RequestAborted);
    }

    private static void Process(PrometheusText text)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        text.Counter("process_cpu_seconds_total", "CPU time of the process.", process.TotalProcessorTime.TotalSeconds);
        text.Gauge("process_resident_memory_bytes", "Resident memory of the process.", process.WorkingSet64);
        text.Gauge("process_threads", "Threads of the process.", process.Threads.Count);
        text.Gauge("dotnet_gc_heap_bytes", "Bytes on the managed heap.", GC.GetTotalMemory(forceFullCollection: false));
        text.Counter(
            "dotnet_gc_pause_seconds_total",
            "Time in which the collector held everything.",
            GC.GetTotalPauseDuration().TotalSeconds
        );
    }
}

/// <summary>Builds a text in Prometheus' exposition format.</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder text = new();

    /// <summary>A value that goes up and down.</summary>
    public void Gauge(
        string name,
        string help,
        double value,
        params ReadOnlySpan<(string Name, string Value)> labels
    ) => Metric("gauge", name, help, value, labels);

    /// <summary>A value that only grows.</summary>
    public void Counter(
        string name,
        string help,
        double value,
        params ReadOnlySpan<(string Name, string Value)> labels
    ) => Metric("counter", name, help, value, labels);

    /// <summary>The text so far.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(text.ToString());

    private void Metric(
        string kind,
        string name,
        string help,
        double value,
        ReadOnlySpan<(string Name, string Value)> labels
    )
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
        text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            text.Append(i == 0 ? '{' : ',')
                .Append(labels[i].Name)
                .Append("=\"")
                .Append(Escaped(labels[i].Value))
                .Append('"');
        }

        text.Append(labels.Length == 0 ? " " : "} ")
            .Append(value.ToString("R", CultureInfo.InvariantCulture))
            .Append('\n');
    }

    private static string Escaped(string value) =>
        value
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
}

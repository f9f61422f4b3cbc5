using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Weir.Foundation.Network;
using Weir.Gateway;
using Weir.Server.Api.Status;
using Weir.Server.Configuration;

namespace Weir.Server.Telemetry;

/// <summary>
/// Sends spans and measures over OTLP while the configuration says where to. Without that nothing listens to the
/// gateway, and no connection is opened. Thread-safe.
/// </summary>
internal sealed partial class TelemetryExport(Func<string, string?> variable, ILogger<TelemetryExport> log)
    : IAsyncDisposable
{
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private OtlpTargets targets = OtlpTargets.None;
    private Running? running;
    private Task ending = Task.CompletedTask;
    private bool isDisposed;

    /// <summary>Takes a configuration into force; what was gathered for another receiver still goes there.</summary>
    public void Apply(TelemetryConfig config)
    {
        var next = OtlpTargets.Resolve(config.Otlp, variable, LogFault) with { Network = config.Network };
        lock (gate)
        {
            if (isDisposed || next == targets)
            {
                return;
            }

            targets = next;
            End();
            if (next.Traces is null && next.Metrics is null)
            {
                return;
            }

            running = new Running(Traces(next.Traces, next.Network), Metrics(next), new ExportFailures(LogFailure));
            LogStarted(next.Traces?.Endpoint, next.Metrics?.Endpoint);
        }
    }

    /// <summary>Sends the measures as they stand, before what they are read from goes; for two seconds at most.</summary>
    public Task FlushAsync()
    {
        lock (gate)
        {
            var metrics = running?.Metrics;
            return metrics is null
                ? Task.CompletedTask
                : Task.Run(() => metrics.ForceFlush((int)FlushLimit.TotalMilliseconds));
        }
    }

    /// <summary>Sends what is left, for some seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        Task last;
        lock (gate)
        {
            isDisposed = true;
            End();
            last = ending;
        }

        await last;
    }

    private void End()
    {
        if (running is { } old)
        {
            running = null;
            // A receiver that is away takes seconds to give up: nobody waits for that but the end of the server.
            ending = Task.WhenAll(ending, Task.Run(old.Dispose));
        }
    }

    private static TracerProvider? Traces(OtlpTarget? target, AddressPolicy network) =>
        target is null
            ? null
            : Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(Describe)
                .AddSource(ModelGateway.TelemetryName)
                .AddOtlpExporter(options => Set(options, target, network))
                .Build();

    private static MeterProvider? Metrics(OtlpTargets targets) =>
        targets.Metrics is not { } target
            ? null
            : Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(Describe)
                .AddMeter(ModelGateway.TelemetryName, ServerMeter.Name, "System.Runtime")
                .AddOtlpExporter(
                    (options, reader) =>
                    {
                        Set(options, target, targets.Network);
                        reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)
                            targets.Interval.TotalMilliseconds;
                    }
                )
                .Build();

    private static void Describe(ResourceBuilder resource)
    {
        // The environment's word on the name stands.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME")))
        {
            resource.AddService("weir", serviceVersion: StatusRoutes.Version);
        }
    }

    private static void Set(OtlpExporterOptions options, OtlpTarget target, AddressPolicy network)
    {
        options.Endpoint = target.Endpoint;
        options.Protocol =
            target.Protocol == OtlpProtocol.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        options.Headers = target.Headers;
        options.TimeoutMilliseconds = (int)SendLimit.TotalMilliseconds;
        options.HttpClientFactory = () =>
            new HttpClient(
                new SocketsHttpHandler
                {
                    // As to providers: straight, and nowhere that the configuration does not name.
                    ConnectCallback = new OutboundGuard(network).ConnectAsync,
                    UseProxy = false,
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    ActivityHeadersPropagator = null,
                    ConnectTimeout = SendLimit,
                }
            )
            {
                Timeout = SendLimit,
            };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Spans go to {Traces}, measures to {Metrics}")]
    private partial void LogStarted(Uri? traces, Uri? metrics);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Variable}: {What}; that signal is not sent")]
    private partial void LogFault(string variable, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Telemetry cannot be sent: {Why}")]
    private partial void LogFailure(string why);

    private sealed record Running(TracerProvider? Traces, MeterProvider? Metrics, ExportFailures Failures) : IDisposable
    {
        public void Dispose()
        {
            Traces?.Dispose();
            Metrics?.Dispose();
            Failures.Dispose();
        }
    }
}

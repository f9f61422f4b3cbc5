using System.Globalization;
using Microsoft.Extensions.Logging;
using Weir.Foundation;

namespace Weir.Gateway.Pipeline;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Debug,
        "{RequestId} {Operation} workspace {Workspace}: {Provider} {Model} {Status}, HTTP {HttpStatus}, {Milliseconds} ms, the provider's id {ProviderRequestId}"
    )]
    public static partial void Served(
        ILogger logger,
        string requestId,
        Operation operation,
        WorkspaceId workspace,
        string? provider,
        string? model,
        RequestStatus status,
        int? httpStatus,
        double milliseconds,
        string? providerRequestId
    );

    /// <summary>Says what is known of a failed attempt, and nothing of what is not.</summary>
    public static void AttemptFailed(
        ILogger logger,
        string requestId,
        WorkspaceId workspace,
        string provider,
        string? route,
        RequestStatus status,
        int? httpStatus,
        string? error,
        string? providerRequestId,
        string next
    )
    {
        if (logger.IsEnabled(LogLevel.Warning))
        {
            var answer = httpStatus is { } code ? string.Create(CultureInfo.InvariantCulture, $", HTTP {code}") : "";
            AttemptFailed(
                logger,
                requestId,
                workspace,
                route is null ? provider : $"{provider} on route {route}",
                Words(status)
                    + answer
                    + (error is null ? "" : ", " + error.TrimEnd('.'))
                    + (providerRequestId is null ? "" : ", its id " + providerRequestId),
                next
            );
        }
    }

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "{RequestId} workspace {Workspace}: provider {Provider} failed: {Failure}; {Next}"
    )]
    private static partial void AttemptFailed(
        ILogger logger,
        string requestId,
        WorkspaceId workspace,
        string provider,
        string failure,
        string next
    );

    private static string Words(RequestStatus status) =>
        status switch
        {
            RequestStatus.RateLimited => "rate limited",
            RequestStatus.Overloaded => "overloaded",
            RequestStatus.UpstreamError => "upstream error",
            RequestStatus.RequestError => "request error",
            RequestStatus.StreamError => "stream error",
            RequestStatus.UpstreamReset => "upstream reset",
            RequestStatus.Timeout => "timeout",
            RequestStatus.Unreachable => "unreachable",
            RequestStatus.CallerAborted => "caller aborted",
            _ => "unknown",
        };

    [LoggerMessage(3, LogLevel.Debug, "{RequestId} {Operation} refused with {HttpStatus}: {Reason}")]
    public static partial void Refused(
        ILogger logger,
        string requestId,
        Operation operation,
        int httpStatus,
        string reason
    );

    [LoggerMessage(4, LogLevel.Error, "{RequestId} workspace {Workspace}: the journal takes no new work: {Reason}")]
    public static partial void JournalFull(ILogger logger, string requestId, WorkspaceId workspace, string? reason);

    [LoggerMessage(6, LogLevel.Information, "Refused {What} with {Status}: {Reason}; from {Address}, {Who}")]
    public static partial void CallerRefused(
        ILogger logger,
        string what,
        int status,
        string reason,
        string address,
        string who
    );

    [LoggerMessage(7, LogLevel.Information, "{Count} more refusals of callers from {Origin} are not told one by one")]
    public static partial void RefusalsLeftOut(ILogger logger, long count, string origin);

    [LoggerMessage(5, LogLevel.Error, "What a provider said of its limits could not be taken in: {Failure}")]
    public static partial void DelayedWorkFailed(ILogger logger, string failure);

    [LoggerMessage(
        8,
        LogLevel.Warning,
        "Workspace {Workspace}: {Provider} {Model} is left alone for {For}: {Failures} of its last {Attempts} attempts failed; time {Times} in a row"
    )]
    public static partial void BreakerOpened(
        ILogger logger,
        WorkspaceId workspace,
        string provider,
        string model,
        int failures,
        int attempts,
        string @for,
        int times
    );

    [LoggerMessage(9, LogLevel.Information, "Workspace {Workspace}: {Provider} {Model} answers again, after {After}")]
    public static partial void BreakerClosed(
        ILogger logger,
        WorkspaceId workspace,
        string provider,
        string model,
        string after
    );

    [LoggerMessage(10, LogLevel.Information, "Workspace {Workspace}: {Provider} {Model} rests for {For}: {Scope}")]
    public static partial void CooldownBegan(
        ILogger logger,
        WorkspaceId workspace,
        string provider,
        string model,
        string @for,
        string scope
    );

    [LoggerMessage(
        11,
        LogLevel.Information,
        "{Count} more changes in the health of providers were not told one by one"
    )]
    public static partial void HealthLeftOut(ILogger logger, long count);

    [LoggerMessage(12, LogLevel.Error, "Providers are not probed this time: {Failure}")]
    public static partial void ProbingFailed(ILogger logger, string failure);

    [LoggerMessage(
        13,
        LogLevel.Warning,
        "Since the last change of the configuration {After} of the requests are served, before it were {Before}"
    )]
    public static partial void ChangeDidHarm(ILogger logger, string after, string before);

    [LoggerMessage(14, LogLevel.Error, "What provider {Provider} lists could not be read: {Failure}")]
    public static partial void ModelsNotRead(ILogger logger, string provider, string failure);

    [LoggerMessage(
        15,
        LogLevel.Error,
        "held.db cannot be opened: which account holds what is remembered until the next start alone: {Failure}"
    )]
    public static partial void HeldNotOpened(ILogger logger, string failure);

    [LoggerMessage(16, LogLevel.Error, "held.db cannot be used, and is tried again: {Failure}")]
    public static partial void HeldNotUsed(ILogger logger, string failure);

    [LoggerMessage(
        17,
        LogLevel.Error,
        "What somebody stopped, switched off or moved is not in force yet, and is tried again: {Failure}"
    )]
    public static partial void OverridesNotInForce(ILogger logger, string failure);
}

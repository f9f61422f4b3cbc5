using Microsoft.Extensions.Logging;
using Weir.Foundation;

namespace Weir.Gateway.Pipeline;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Debug,
        "{Id} {Operation} workspace {Workspace}: {Provider} {Model} {Status}, HTTP {HttpStatus}, {Milliseconds} ms"
    )]
    public static partial void Served(
        ILogger logger,
        string id,
        Operation operation,
        WorkspaceId workspace,
        string? provider,
        string? model,
        RequestStatus status,
        int? httpStatus,
        double milliseconds
    );

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "{Id} workspace {Workspace}: provider {Provider}, route {Route}: {Status}, HTTP {HttpStatus}, {Error}; another target remains: {MayTryElsewhere}"
    )]
    public static partial void AttemptFailed(
        ILogger logger,
        string id,
        WorkspaceId workspace,
        string provider,
        string? route,
        RequestStatus status,
        int? httpStatus,
        string? error,
        bool mayTryElsewhere
    );

    [LoggerMessage(3, LogLevel.Debug, "{Id} {Operation} refused with {HttpStatus}: {Reason}")]
    public static partial void Refused(ILogger logger, string id, Operation operation, int httpStatus, string reason);

    [LoggerMessage(4, LogLevel.Error, "{Id} workspace {Workspace}: the journal takes no new work: {Reason}")]
    public static partial void JournalFull(ILogger logger, string id, WorkspaceId workspace, string? reason);
}

using System.Globalization;
using Weir.Foundation;

namespace Weir.Capture.Otlp;

/// <summary>Failures by their HTTP status.</summary>
internal static class ErrorTypes
{
    /// <summary>Anthropic's word for a status, as its API documents it; <c>http_NNN</c> for others, <c>unknown</c> without one.</summary>
    public static string OfStatus(long? status) =>
        status switch
        {
            400 => "invalid_request_error",
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            500 => "api_error",
            529 => "overloaded_error",
            >= 100 and <= 599 => "http_" + status.Value.ToString(CultureInfo.InvariantCulture),
            _ => "unknown",
        };

    /// <summary>How a request ended that failed with a status; not known without one.</summary>
    public static RequestStatus Ending(long? status) =>
        status switch
        {
            429 => RequestStatus.RateLimited,
            503 or 529 => RequestStatus.Overloaded,
            >= 500 and <= 599 => RequestStatus.UpstreamError,
            >= 400 and <= 499 => RequestStatus.RequestError,
            _ => RequestStatus.Unknown,
        };
}

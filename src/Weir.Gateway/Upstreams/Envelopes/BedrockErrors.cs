namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>
/// What Bedrock calls its errors, and what Anthropic would have called them. Pure. Source:
/// docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html and the operations' own pages.
/// </summary>
internal static class BedrockErrors
{
    private static readonly (string Name, int Status, string Type)[] Known =
    [
        ("AccessDeniedException", 403, "permission_error"),
        // Bad credentials are 403 at AWS; whoever reads Anthropic's errors looks for 401.
        ("ExpiredTokenException", 401, "authentication_error"),
        ("IncompleteSignature", 401, "authentication_error"),
        ("InvalidSignatureException", 401, "authentication_error"),
        ("MissingAuthenticationToken", 401, "authentication_error"),
        ("MissingAuthenticationTokenException", 401, "authentication_error"),
        ("UnrecognizedClientException", 401, "authentication_error"),
        ("InternalServerException", 500, "api_error"),
        ("InternalServerError", 500, "api_error"),
        ("InternalFailure", 500, "api_error"),
        // 424 at AWS, which a caller would take for a fault of its own request; it is the model's.
        ("ModelErrorException", 500, "api_error"),
        ("ModelStreamErrorException", 500, "api_error"),
        ("ModelNotReadyException", 529, "overloaded_error"),
        ("ModelTimeoutException", 408, "timeout_error"),
        ("ResourceNotFoundException", 404, "not_found_error"),
        ("ServiceQuotaExceededException", 429, "rate_limit_error"),
        ("ServiceUnavailableException", 529, "overloaded_error"),
        ("ThrottlingException", 429, "rate_limit_error"),
        ("ThrottledException", 429, "rate_limit_error"),
        ("TooManyRequestsException", 429, "rate_limit_error"),
        ("ValidationException", 400, "invalid_request_error"),
    ];

    /// <summary>The status and Anthropic's type of an error, by its name in a header or a frame (<c>throttlingException</c>, case aside).</summary>
    /// <param name="name">May be followed by a colon and an address, as AWS writes it.</param>
    /// <param name="status">The HTTP status that came, for names that are not known.</param>
    public static (int Status, string Type) Of(string? name, int status)
    {
        var bare = name?.Split(':', 2)[0];
        foreach (var (known, code, type) in Known)
        {
            if (known.Equals(bare, StringComparison.OrdinalIgnoreCase))
            {
                return (code, type);
            }
        }

        return (status, HostErrors.AnthropicType(status));
    }

    /// <summary>The <c>message</c> (or <c>Message</c>) of an error's document; null when it has none.</summary>
    public static string? MessageOf(ReadOnlySpan<byte> json) =>
        HostAnswer.Text(json, "message"u8) ?? HostAnswer.Text(json, "Message"u8);
}

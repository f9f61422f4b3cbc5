using System.Text;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>What a host must know of a request that the request itself does not say plainly.</summary>
/// <param name="Dialect">The vendor's dialect of request and answer; a pass-through goes as it is, but for the host's own sign-in.</param>
/// <param name="Model">The model asked for, as the host calls it; null where none is named.</param>
/// <param name="Streaming">Whether a stream is asked for.</param>
internal readonly record struct EnvelopeCall(Dialect Dialect, string? Model, bool Streaming);

/// <summary>
/// What a host puts around a vendor's dialect: other paths, a few members of the body, a signature, frames around the answer. It
/// goes on last and comes off first, so that all above it see the vendor's own dialect alone. Thread-safe.
/// </summary>
internal abstract class Envelope
{
    /// <summary>An error's body is no larger than this, or it is not read.</summary>
    protected const int MaxError = 256 * 1024;

    private static readonly HttpRequestOptionsKey<FeatureSet> CutKey = new("weir.cut");

    /// <summary>The texts that must never be shown to a caller, beside the provider's configured ones.</summary>
    public virtual IReadOnlyList<string> Secrets => [];

    /// <summary>The envelope of a kind; null for the vendors themselves.</summary>
    /// <param name="config">What was written.</param>
    /// <param name="address">The host's address.</param>
    /// <param name="upstream">Its connections.</param>
    /// <param name="clock">What signatures and tokens are dated by.</param>
    public static Envelope? For(ProviderConfig config, Uri address, Upstream upstream, TimeProvider clock) =>
        config.Kind switch
        {
            ProviderKind.Bedrock => new BedrockEnvelope(config, address, upstream, clock),
            ProviderKind.Vertex => new VertexEnvelope(config, address, upstream, clock),
            ProviderKind.AzureOpenAI => new AzureEnvelope(config, address, upstream),
            _ => null,
        };

    /// <summary>What the host needs changed in a body of the vendor's, before it is wrapped up; null for nothing.</summary>
    /// <param name="body">The body, in the vendor's dialect.</param>
    /// <param name="call">What is asked for.</param>
    /// <param name="operation">The vendor's operation.</param>
    /// <param name="betas">The values of <c>anthropic-beta</c>, joined by commas; null for none.</param>
    public abstract HostBody? Edits(
        ReadOnlyMemory<byte> body,
        in EnvelopeCall call,
        Operation operation,
        string? betas
    );

    /// <summary>What the envelope took out of a request that it sent, because the host knows no such beta.</summary>
    public static FeatureSet CutOf(HttpRequestMessage sent) =>
        sent.Options.TryGetValue(CutKey, out var cut) ? cut : default;

    /// <summary>
    /// Sends a request that stands in the vendor's dialect, with the vendor's own path below the host's address, and gives the
    /// answer in that dialect. What keeps a request from being sent (no token to be had) is an answer too, an error.
    /// </summary>
    /// <exception cref="HttpRequestException">The host cannot be reached, or broke off.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or no connection came about in time.</exception>
    public abstract Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        EnvelopeCall call,
        CancellationToken cancellationToken
    );

    /// <summary>Puts the edited body in the place of the vendor's, and notes what was cut out of it.</summary>
    protected static void Put(HttpRequestMessage request, BodyContent body, HostBody edits)
    {
        body.Pieces = edits.Pieces();
        if (!edits.Cut.IsEmpty)
        {
            request.Options.Set(CutKey, edits.Cut);
        }
    }

    /// <summary>What a vendor's path asks for; unknown for a pass-through.</summary>
    protected static Operation OperationOf(HttpRequestMessage request, in EnvelopeCall call) =>
        call.Dialect == Dialect.PassThrough
            ? Operation.PassThrough
            : Endpoint.Parse(request.RequestUri!.AbsolutePath, call.Dialect == Dialect.AnthropicMessages).Operation;

    /// <summary>A header's value; null when it is absent.</summary>
    protected static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out var values)
        || answer.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.ToString()
            : null;

    /// <summary>Puts one value in the place of whatever a header had.</summary>
    protected static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>
    /// Asks for an uncompressed answer: what an envelope looks into it must be able to read. Callers who asked for a coding are
    /// content with none (RFC 9110, 12.5.3).
    /// </summary>
    protected static void AskUncompressed(HttpRequestMessage request) => Set(request, "Accept-Encoding", "identity");

    /// <summary>An error's whole body; null when it is compressed all the same, or too large.</summary>
    protected static async Task<byte[]?> ErrorAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentLength > MaxError || Header(answer, "Content-Encoding") is not null)
        {
            return null;
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var body = new byte[MaxError + 1];
        var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        return body[..Math.Min(length, MaxError)];
    }

    /// <summary>The answer with another body in place of its own, which has been read; all its other headers stay.</summary>
    protected static HttpResponseMessage WithBody(HttpResponseMessage answer, int status, byte[] body)
    {
        var headers = answer.Content.Headers.NonValidated;
        var content = new ByteArrayContent(body);
        foreach (var (name, values) in headers)
        {
            if (!name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
            {
                content.Headers.TryAddWithoutValidation(name, values);
            }
        }

        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        answer.Content.Dispose();
        answer.Content = content;
        answer.StatusCode = (System.Net.HttpStatusCode)status;
        return answer;
    }

    /// <summary>Weir's own word in place of an answer.</summary>
    protected static HttpResponseMessage Refusal(Dialect dialect, int status, string message) =>
        new((System.Net.HttpStatusCode)status)
        {
            Content = new ByteArrayContent(HostErrors.Make(dialect, status, type: null, message, requestId: null))
            {
                Headers = { { "Content-Type", "application/json" } },
            },
        };

    /// <summary>UTF-8 without a mark.</summary>
    protected static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}

using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>
/// OpenAI's models on Azure: below <c>/openai/v1</c>, where the body names the deployment as its model, or, with a dated version
/// of the API, with the deployment in the path. Source: learn.microsoft.com/azure/foundry/openai/reference and
/// .../api-version-lifecycle.
/// </summary>
internal sealed class AzureEnvelope : Envelope
{
    private readonly ProviderConfig config;
    private readonly Upstream upstream;
    private readonly string root;
    private readonly string undatedQuery;
    private readonly bool isDated;

    /// <summary>Around one resource.</summary>
    public AzureEnvelope(ProviderConfig config, Uri address, Upstream upstream)
    {
        this.config = config;
        this.upstream = upstream;
        // One SDK takes the resource's address alone, the other one with the path of the API.
        var path = address.AbsolutePath.TrimEnd('/');
        foreach (var known in (ReadOnlySpan<string>)["/openai/v1", "/openai"])
        {
            if (path.EndsWith(known, StringComparison.Ordinal))
            {
                path = path[..^known.Length];
                break;
            }
        }

        root = address.GetLeftPart(UriPartial.Authority) + path;
        isDated = config.ApiVersion is { } version && version is not ("v1" or "preview" or "latest");
        undatedQuery = config.ApiVersion is { } word and not "v1" ? "?api-version=" + word : "";
    }

    /// <inheritdoc />
    public override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        EnvelopeCall call,
        CancellationToken cancellationToken
    )
    {
        AskUncompressed(request);
        if (call.Dialect == Dialect.PassThrough)
        {
            return await upstream.SendAsync(request, cancellationToken);
        }

        if (
            request.Content is not BodyContent body
            || call.Model is not { } model
            || SurfaceOf(OperationOf(request, call)) is not { } surface
        )
        {
            return Refusal(call.Dialect, 404, $"Provider {config.Name} has no such path.");
        }

        if (Edits(body.Whole(), call, Operation.Unknown, betas: null) is { } edits)
        {
            Put(request, body, edits);
        }

        request.RequestUri = new Uri(root + PathOf(surface, DeploymentOf(model)), ProviderModel.ExactUri);
        var answer = await upstream.SendAsync(request, cancellationToken);
        return answer.IsSuccessStatusCode ? answer : await TranslatedAsync(answer, call.Dialect, cancellationToken);
    }

    /// <inheritdoc />
    public override HostBody? Edits(
        ReadOnlyMemory<byte> body,
        in EnvelopeCall call,
        Operation operation,
        string? betas
    ) =>
        call.Model is { } model && DeploymentOf(model) is var deployment && deployment != model
            ? new HostBody(body).Replacing("model", JsonSerializer.Serialize(deployment, EnvelopeJson.Default.String))
            : null;

    private string DeploymentOf(string model) => config.Deployments.GetValueOrDefault(model) ?? model;

    private static string? SurfaceOf(Operation operation) =>
        operation switch
        {
            Operation.Chat => "chat/completions",
            Operation.Embeddings => "embeddings",
            Operation.Responses => "responses",
            Operation.ResponsesCompact => "responses/compact",
            _ => null,
        };

    private string PathOf(string surface, string deployment) =>
        !isDated ? $"/openai/v1/{surface}{undatedQuery}"
        // Responses never had the deployment in the path.
        : surface is "responses" or "responses/compact" ? $"/openai/{surface}?api-version={config.ApiVersion}"
        : $"/openai/deployments/{Uri.EscapeDataString(deployment)}/{surface}?api-version={config.ApiVersion}";

    /// <summary>
    /// The models' own errors have OpenAI's shape, content filters included, and come through as they are. The gateway before them
    /// says <c>{"statusCode":401,"message":"…"}</c>.
    /// </summary>
    private static async Task<HttpResponseMessage> TranslatedAsync(
        HttpResponseMessage answer,
        Dialect dialect,
        CancellationToken cancellationToken
    )
    {
        if (await ErrorAsync(answer, cancellationToken) is not { } body)
        {
            return answer;
        }

        var status = (int)answer.StatusCode;
        return HostAnswer.Object(body, "error"u8).IsEmpty && HostAnswer.Text(body, "message"u8) is { } message
            ? WithBody(answer, status, HostErrors.Make(dialect, status, type: null, message, requestId: null))
            : WithBody(answer, status, body);
    }
}

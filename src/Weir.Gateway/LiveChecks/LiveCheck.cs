using System.Globalization;
using Weir.Foundation;
using Weir.Foundation.Network;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Upstreams.Envelopes;

namespace Weir.Gateway.LiveChecks;

/// <summary>
/// Asks one provider for its list of models with each of its own keys: never a question that anybody bills. It connects where the
/// provider's own requests may, and nowhere else. Stateless.
/// </summary>
internal static class LiveCheck
{
    private const int MostBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks.</summary>
    /// <param name="owner">Whose document it stands in.</param>
    /// <param name="config">The provider.</param>
    /// <param name="named">The models that the document names for it.</param>
    /// <param name="clock">Bounds the waiting.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ProviderAnswer> AskAsync(
        WorkspaceId owner,
        ProviderConfig config,
        IReadOnlyCollection<string> named,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (WhyNot(config) is { } why)
        {
            return new ProviderAnswer(config.Name, ProviderOutcome.Unasked) { Detail = why };
        }

        var upstream = Upstream.Open(ProviderModel.KeyOf(config, owner));
        try
        {
            var provider = new ProviderModel(config, upstream, clock);
            ProviderAnswer? first = null;
            foreach (var key in provider.Keys?.Keys ?? [])
            {
                var answer = await AskAsync(provider, key, named, clock, cancellationToken);
                if (answer.Outcome != ProviderOutcome.Ok)
                {
                    return provider.Keys!.HasChoice
                        ? answer with
                        {
                            Detail = $"key {key.Name}: {answer.Detail}",
                        }
                        : answer;
                }

                first ??= answer;
            }

            return first ?? await AskAsync(provider, null, named, clock, cancellationToken);
        }
        finally
        {
            upstream.Dispose();
        }
    }

    private static string? WhyNot(ProviderConfig config) =>
        !config.IsOpened
            ? "its key is sealed, and is opened by the server alone"
            : config.Kind switch
            {
                ProviderKind.Simulator => "answers inside Weir",
                ProviderKind.Bedrock or ProviderKind.Vertex =>
                    "has no list of models at the address that its requests go to",
                _ => null,
            };

    private static async Task<ProviderAnswer> AskAsync(
        ProviderModel provider,
        PoolKey? key,
        IReadOnlyCollection<string> named,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var since = clock.GetTimestamp();
        try
        {
            using var request = Question(provider, key);
            using var response = await provider.SendAsync(
                request,
                new EnvelopeCall(Dialect.PassThrough, Model: null, Streaming: false),
                either.Token
            );
            var body = response.IsSuccessStatusCode ? await ReadAsync(response, either.Token) : null;
            return Judge(provider, key is not null, (int)response.StatusCode, body, named) with
            {
                Took = clock.GetElapsedTime(since),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(ProviderOutcome.Timeout, $"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return e.GetBaseException() is AddressRefusedException refused
                    ? Failed(ProviderOutcome.Forbidden, refused.Message)
                : e is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
                    ? Failed(ProviderOutcome.Tls, e.GetBaseException().Message)
                : Failed(ProviderOutcome.Unreachable, e.GetBaseException().Message);
        }

        ProviderAnswer Failed(ProviderOutcome outcome, string detail) =>
            new(provider.Name, outcome) { Detail = detail, Took = clock.GetElapsedTime(since) };
    }

    // platform.openai.com/docs/api-reference/models/list, docs.anthropic.com/en/api/models-list, ai.google.dev/api/models, and
    // learn.microsoft.com/azure/ai-foundry/openai/latest (models).
    private static HttpRequestMessage Question(ProviderModel provider, PoolKey? key)
    {
        var (path, query) = provider.Kind switch
        {
            ProviderKind.Anthropic => ("/v1/models", "?limit=1000"),
            ProviderKind.Gemini => ("/v1beta/models", "?pageSize=1000"),
            ProviderKind.AzureOpenAI when provider.Config.ApiVersion is { } version and not "v1" => (
                version is "preview" or "latest" ? "/openai/v1/models" : "/openai/models",
                "?api-version=" + version
            ),
            ProviderKind.AzureOpenAI => ("/openai/v1/models", ""),
            _ => ("/v1/models", ""),
        };
        var request = new HttpRequestMessage(HttpMethod.Get, provider.Address(path, query))
        {
            Version = provider.HttpVersion,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        request.Headers.TryAddWithoutValidation("User-Agent", "weir");
        if (provider.Kind == ProviderKind.Anthropic)
        {
            request.Headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
        }

        if (key is { Credential: var (name, value) })
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new PooledBuffer(64 * 1024);
        while (await stream.ReadAsync(body.Room(), cancellationToken) is > 0 and var count)
        {
            body.Advance(count);
            if (body.Length > MostBytes)
            {
                return null;
            }
        }

        return body.Memory.ToArray();
    }

    private static ProviderAnswer Judge(
        ProviderModel provider,
        bool hasKey,
        int status,
        ReadOnlyMemory<byte>? body,
        IReadOnlyCollection<string> named
    )
    {
        var answer = new ProviderAnswer(provider.Name, ProviderOutcome.Ok) { Status = status };
        if (status is 401 or 403)
        {
            return hasKey
                ? answer with
                {
                    Outcome = ProviderOutcome.Refused,
                    Detail = string.Create(CultureInfo.InvariantCulture, $"refused the key with {status}"),
                }
                : answer with
                {
                    Detail = "is there; it has no key of Weir's, and callers bring their own",
                };
        }

        if (status is 404 or 405)
        {
            return answer with { Detail = "is there, and has no list of models" };
        }

        if (body is not { } json || ListedNames.Read(json) is not { } listed)
        {
            return answer with
            {
                Outcome = ProviderOutcome.Failed,
                Detail = string.Create(
                    CultureInfo.InvariantCulture,
                    $"answered {status}{(status is >= 200 and < 300 ? " with no list of models" : "")}"
                ),
            };
        }

        return answer with
        {
            Models = listed.Names.Count,
            Missing =
                listed.IsWhole && ListsAll(provider)
                    ? [.. named.Where(name => !listed.Has(name)).Order(StringComparer.Ordinal)]
                    : [],
        };
    }

    // Elsewhere a list may be of what is usual, of one region, or of somebody else's.
    private static bool ListsAll(ProviderModel provider) =>
        provider.Kind is ProviderKind.Anthropic or ProviderKind.OpenAI or ProviderKind.Gemini
            ? Vendors.IsAt(provider.Vendor, provider.Config.Address)
            : provider is { Kind: ProviderKind.OpenAICompatible, Vendor.AddressVariable: not null };
}

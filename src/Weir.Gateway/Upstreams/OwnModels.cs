using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Upstreams.Envelopes;

namespace Weir.Gateway.Upstreams;

/// <summary>
/// The models that a provider lists itself, for those whose models no catalogue knows: programs on somebody's own machine, and hosts
/// that Weir knows nothing of. Asked when a caller asks for models, and remembered for a minute. Thread-safe.
/// </summary>
/// <remarks>The list is OpenAI's (platform.openai.com/docs/api-reference/models/list), which all of them have at the same place.</remarks>
internal sealed class OwnModels
{
    private const int MostBytes = 4 * 1024 * 1024;
    private const int MostModels = 2_000;
    private const int LongestName = 256;

    /// <summary>How long a list, or its absence, counts.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>Claude Code waits three seconds for a list; a program that is not running must not take them.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private ImmutableArray<string> known = [];
    private DateTimeOffset askedAt = DateTimeOffset.MinValue;
    private Task? asking;

    /// <summary>Whether a provider is asked for its models.</summary>
    public static bool AreAskedFor(ProviderModel provider) =>
        provider is { Kind: ProviderKind.OpenAICompatible, Listed.IsEmpty: true }
        && (provider.Vendor.AddressVariable is not null || provider.Vendor == Vendors.Generic);

    /// <summary>
    /// The models, of the newest list that came in time; empty where none has. Of names above 256 letters or with control characters
    /// there are none.
    /// </summary>
    /// <param name="provider">Whose.</param>
    /// <param name="clock">Bounds the waiting.</param>
    /// <param name="logger">Is told of what should not happen.</param>
    /// <param name="shutdown">Ends what is under way.</param>
    public async Task<ImmutableArray<string>> OfAsync(
        ProviderModel provider,
        TimeProvider clock,
        ILogger logger,
        CancellationToken shutdown
    )
    {
        Task wait;
        lock (gate)
        {
            if (clock.GetUtcNow() - askedAt < Fresh && asking is null)
            {
                return known;
            }

            wait = asking ??= AskAsync(provider, clock, logger, shutdown);
        }

        await Task.WhenAny(wait, Task.Delay(Patience, clock, shutdown));
        lock (gate)
        {
            return known;
        }
    }

    private async Task AskAsync(ProviderModel provider, TimeProvider clock, ILogger logger, CancellationToken shutdown)
    {
        // Nobody waits for the lock while the question goes out.
        await Task.Yield();
        ImmutableArray<string>? told = null;
        try
        {
            told = await ReadAsync(provider, clock, shutdown);
        }
        catch (Exception e)
        {
            // A bug. Nobody awaits this, so that it would be lost; and the caller gets the list that there was.
            Log.ModelsNotRead(logger, provider.Name, e.GetType().Name);
        }
        finally
        {
            lock (gate)
            {
                known = told ?? known;
                askedAt = clock.GetUtcNow();
                asking = null;
            }
        }
    }

    private static async Task<ImmutableArray<string>?> ReadAsync(
        ProviderModel provider,
        TimeProvider clock,
        CancellationToken shutdown
    )
    {
        using var limit = new CancellationTokenSource(10 * Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, shutdown);
        using var request = new HttpRequestMessage(HttpMethod.Get, provider.Address("/v1/models", ""))
        {
            Version = provider.HttpVersion,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        request.Headers.TryAddWithoutValidation("User-Agent", "weir");
        if (provider.Keys?.Pick("", holder: null, [], clock.GetUtcNow())?.Credential is { } credential)
        {
            request.Headers.TryAddWithoutValidation(credential.Name, credential.Value);
        }

        try
        {
            using var answer = await provider.SendAsync(
                request,
                new EnvelopeCall(Dialect.PassThrough, Model: null, Streaming: false),
                either.Token
            );
            if (!answer.IsSuccessStatusCode)
            {
                return null;
            }

            await using var stream = await answer.Content.ReadAsStreamAsync(either.Token);
            using var body = new PooledBuffer(64 * 1024);
            while (await stream.ReadAsync(body.Room(), either.Token) is > 0 and var count)
            {
                body.Advance(count);
                if (body.Length > MostBytes)
                {
                    return null;
                }
            }

            return Names(body.Memory);
        }
        catch (Exception e) when (UpstreamCall.IsFailure(e))
        {
            return null;
        }
    }

    private static ImmutableArray<string>? Names(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (
                document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("data", out var models)
                || models.ValueKind != JsonValueKind.Array
            )
            {
                return null;
            }

            var names = ImmutableArray.CreateBuilder<string>();
            foreach (var model in models.EnumerateArray())
            {
                if (
                    names.Count < MostModels
                    && model.ValueKind == JsonValueKind.Object
                    && model.TryGetProperty("id", out var id)
                    && id.ValueKind == JsonValueKind.String
                    && id.GetString() is { Length: > 0 and <= LongestName } name
                    && !name.Any(char.IsControl)
                )
                {
                    names.Add(name);
                }
            }

            return names.ToImmutable();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or a text that is no UTF-16.
            return null;
        }
    }
}

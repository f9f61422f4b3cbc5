using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;
using Endpoint = Weir.Gateway.Pipeline.Endpoint;

namespace Weir.Gateway.Routing;

/// <summary>A <see cref="RouteQuery"/> as the request that it stands for. Immutable.</summary>
/// <param name="Endpoint">What is asked for.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body; made up where the question names the model alone.</param>
internal sealed record AskedRequest(Endpoint Endpoint, IHeaderDictionary Headers, ReadOnlyMemory<byte> Body)
{
    private const int LongestPath = 2048;
    private const int LongestName = 256;
    private const int LongestValue = 8192;

    private const string Paths =
        "/v1/messages, /v1/chat/completions, /v1/responses, /v1/embeddings, /v1beta/models/MODEL:generateContent";

    private static readonly SearchValues<char> TokenLetters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    /// <summary>Null with all that is wrong, by JSON pointer, when the question stands for no request.</summary>
    public static AskedRequest? Read(RouteQuery query, out ImmutableSortedDictionary<string, string> faults)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var headers = HeadersOf(query, found);
        Short("/model", query.Model, LongestName, found);
        Short("/client", query.Client, LongestName, found);
        Short("/key", query.Key, LongestName, found);
        var endpoint = EndpointOf(query, headers, found);
        if (endpoint is { } known)
        {
            CheckModel(query, known, found);
        }

        faults = found.ToImmutable();
        return faults.IsEmpty ? new AskedRequest(endpoint!.Value, headers, query.Body ?? BodyOf(query)) : null;
    }

    private static Endpoint? EndpointOf(
        RouteQuery query,
        HeaderDictionary headers,
        ImmutableSortedDictionary<string, string>.Builder faults
    )
    {
        switch (query.Path, query.Dialect)
        {
            case (null, null):
                faults["/path"] = $"is missing: name a path ({Paths}) or a dialect";
                return null;
            case (not null, not null):
                faults["/dialect"] = "is told by the path: leave one of them out";
                return null;
            case (null, Dialect.Gemini) when string.IsNullOrEmpty(query.Model):
                faults["/model"] = "is missing: Gemini's stands in the path";
                return null;
            case (null, Dialect.OpenAIEmbeddings):
                return Endpoint.Parse("/v1/embeddings", speaksAnthropic: false);
            case (null, Dialect.AnthropicMessages or Dialect.OpenAIChat or Dialect.OpenAIResponses or Dialect.Gemini):
                return Endpoint.Parse(
                    Dialects.PathOf(query.Dialect.Value, query.Model ?? "", streams: false).Path,
                    speaksAnthropic: false
                );
            case (null, _):
                faults["/dialect"] = "is none that a caller speaks";
                return null;
        }

        var path = query.Path!;
        var end = path.IndexOf('?');
        path = end < 0 ? path : path[..end];
        if (path.Length > LongestPath || !path.StartsWith('/'))
        {
            faults["/path"] = $"begins with a slash and has at most {LongestPath} letters";
            return null;
        }

        var endpoint = Endpoint.Parse(path, headers.ContainsKey("anthropic-version"));
        if (!endpoint.IsMetered)
        {
            faults["/path"] =
                endpoint.Operation == Operation.PassThrough
                    ? "goes to the provider that it names, as it came: no route is asked"
                    : $"is none that a model answers at; those are {Paths}";
            return null;
        }

        return endpoint;
    }

    private static void CheckModel(
        RouteQuery query,
        in Endpoint endpoint,
        ImmutableSortedDictionary<string, string>.Builder faults
    )
    {
        if (endpoint.Dialect == Dialect.Gemini)
        {
            if (query is { Path: not null, Model: not null })
            {
                faults["/model"] = "is told by the path: leave it out";
            }
        }
        else if (query is { Body: null, Model: null })
        {
            faults["/model"] = "is missing: name a model, or send the whole body";
        }
        else if (query is { Body: not null, Model: not null })
        {
            faults["/model"] = "is told by the body: leave it out";
        }
    }

    private static HeaderDictionary HeadersOf(
        RouteQuery query,
        ImmutableSortedDictionary<string, string>.Builder faults
    )
    {
        var headers = new HeaderDictionary();
        if (query.Headers.Length > RouteQuery.MostHeaders)
        {
            faults["/headers"] = $"are more than {RouteQuery.MostHeaders}";
            return headers;
        }

        foreach (var (name, value) in query.Headers)
        {
            if (name.Length is 0 or > LongestName || name.AsSpan().ContainsAnyExcept(TokenLetters))
            {
                faults["/headers"] = "hold a name that is none (RFC 9110, 5.1)";
            }
            else if (value.Length > LongestValue || value.Any(char.IsControl))
            {
                faults[$"/headers/{name.Replace("~", "~0", StringComparison.Ordinal)}"] =
                    $"has at most {LongestValue} letters, and none that cannot be printed";
            }
            else
            {
                headers.Append(name, value);
            }
        }

        return headers;
    }

    private static void Short(
        string at,
        string? text,
        int most,
        ImmutableSortedDictionary<string, string>.Builder faults
    )
    {
        if (text is { Length: 0 } || text?.Length > most)
        {
            faults[at] = $"has 1 to {most} letters";
        }
    }

    /// <summary>A body that says nothing but the model.</summary>
    private static ReadOnlyMemory<byte> BodyOf(RouteQuery query)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        if (query is { Model: { } model, Dialect: not Dialect.Gemini })
        {
            json.WriteString("model", model);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}

using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Weir.Client;

/// <summary>Questions in GraphQL.</summary>
public sealed partial class WeirClient
{
    /// <summary>Asks a question in GraphQL.</summary>
    /// <param name="query">The document.</param>
    /// <param name="variables">An object; null for none.</param>
    /// <param name="operation">Which of the document's operations; null when it has but one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The whole answer: <c>data</c>, and <c>errors</c> when there are any.</returns>
    /// <exception cref="WeirApiException">It was refused as a whole.</exception>
    public async Task<JsonElement> GraphQLAsync(
        string query,
        JsonElement? variables,
        string? operation,
        CancellationToken cancellationToken
    )
    {
        var body = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("query"u8, query);
            if (variables is { } given)
            {
                json.WritePropertyName("variables"u8);
                given.WriteTo(json);
            }

            if (operation is not null)
            {
                json.WriteString("operationName"u8, operation);
            }

            json.WriteEndObject();
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/graphql", UriKind.Relative))
        {
            Content = new ReadOnlyMemoryContent(body.WrittenMemory),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new WeirApiException(response.StatusCode, await ReadProblemAsync(response, cancellationToken))
            {
                RetryAfter = response.Headers.RetryAfter?.Delta,
            };
        }

        try
        {
            await using var answer = await response.Content.ReadAsStreamAsync(cancellationToken);
            using var document = await JsonDocument.ParseAsync(answer, default, cancellationToken);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw NotWeir(response.StatusCode);
        }
    }
}

using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.GraphQL;

/// <summary>The answer to a request, or to one event of a subscription.</summary>
public sealed class GraphQLResponse
{
    // An answer is JSON for programs, never a part of a page.
    private static readonly JsonWriterOptions Options = new()
    {
        SkipValidation = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ResultMap? data;

    private GraphQLResponse(ResultMap? data, bool ran, ImmutableArray<GraphQLError> errors)
    {
        this.data = data;
        Ran = ran;
        Errors = errors;
    }

    /// <summary>What was wrong; empty when nothing was.</summary>
    public ImmutableArray<GraphQLError> Errors { get; }

    /// <summary>Whether anything ran: an answer that did not has no <c>data</c>.</summary>
    public bool Ran { get; }

    /// <summary>Of a request that was refused before anything ran.</summary>
    public static GraphQLResponse Refused(params ImmutableArray<GraphQLError> errors) => new(null, false, errors);

    internal static GraphQLResponse Of(ResultMap? data, ImmutableArray<GraphQLError> errors) => new(data, true, errors);

    /// <summary>As JSON, by chapter 7 of the specification.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, Options))
        {
            Write(writer);
        }

        return json.WrittenMemory;
    }

    /// <summary>As JSON, into a document that is being written.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (!Errors.IsEmpty)
        {
            json.WriteStartArray("errors"u8);
            WriteErrors(json);
            json.WriteEndArray();
        }

        if (Ran)
        {
            json.WritePropertyName("data"u8);
            ResultMap.Write(json, data);
        }

        json.WriteEndObject();
    }

    /// <summary>The errors alone, into an array that is being written.</summary>
    public void WriteErrors(Utf8JsonWriter json)
    {
        foreach (var error in Errors)
        {
            json.WriteStartObject();
            json.WriteString("message"u8, error.Message);
            if (!error.Locations.IsEmpty)
            {
                json.WriteStartArray("locations"u8);
                foreach (var place in error.Locations)
                {
                    json.WriteStartObject();
                    json.WriteNumber("line"u8, place.Line);
                    json.WriteNumber("column"u8, place.Column);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            if (!error.Path.IsEmpty)
            {
                json.WriteStartArray("path"u8);
                foreach (var key in error.Path)
                {
                    ResultMap.Write(json, key);
                }

                json.WriteEndArray();
            }

            if (error.Code is { } code)
            {
                json.WriteStartObject("extensions"u8);
                json.WriteString("code"u8, code);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    }
}

using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Exports.Text;

/// <summary>The formats of plain text: each page goes out as soon as it is there, so memory is one page's.</summary>
internal static class TextFiles
{
    /// <summary>Comma-separated values.</summary>
    public static async Task WriteCsvAsync(
        ImmutableArray<Column> columns,
        Func<RequestItem, bool> takes,
        IAsyncEnumerable<IReadOnlyList<RequestItem>> pages,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        var lines = new CsvWriter(buffer);
        foreach (var column in columns)
        {
            lines.Name(column.Name);
        }

        lines.EndLine();
        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            foreach (var item in page.Where(takes))
            {
                foreach (var column in columns)
                {
                    lines.Add(column.Of(item));
                }

                lines.EndLine();
            }

            await SendAsync(buffer, output, cancellationToken);
        }

        await SendAsync(buffer, output, cancellationToken);
    }

    /// <summary>JSON: one array, or a document in each line.</summary>
    public static async Task WriteJsonAsync(
        bool isArray,
        IAsyncEnumerable<IReadOnlyList<RequestItem>> pages,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        await using var json = new Utf8JsonWriter(
            buffer,
            // The shapes write what is valid; several documents follow one another in one writer.
            new JsonWriterOptions { Encoder = WeirJson.Encoder, SkipValidation = true }
        );
        buffer.Write(isArray ? "["u8 : ""u8);
        var isFirst = true;
        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            foreach (var item in page)
            {
                buffer.Write(
                    !isArray ? ""u8
                    : isFirst ? "\n"u8
                    : ",\n"u8
                );
                isFirst = false;
                json.Reset();
                JsonSerializer.Serialize(json, item, WeirJson.Written.RequestItem);
                json.Flush();
                buffer.Write(isArray ? ""u8 : "\n"u8);
            }

            await SendAsync(buffer, output, cancellationToken);
        }

        buffer.Write(isArray ? "]\n"u8 : ""u8);
        await SendAsync(buffer, output, cancellationToken);
    }

    private static async Task SendAsync(
        ArrayBufferWriter<byte> buffer,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
        await output.FlushAsync(cancellationToken);
        buffer.ResetWrittenCount();
    }
}

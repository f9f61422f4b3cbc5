using System.Buffers;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Weir.Client;

namespace Weir.Exports.Xlsx;

/// <summary>
/// Requests as a workbook. The package is written by hand, part after part into a zip that never goes back, because the usual
/// library keeps a part in memory until it is whole; so memory is one page's, and the answer begins with the first page. A sheet
/// that is full is followed by another.
/// </summary>
internal static class XlsxFile
{
    // As often as the buffer holds this much, it goes into the zip.
    private const int Portion = 1 << 16;

    /// <summary>Writes it.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="mostLines">The most lines of a sheet, the heading among them.</param>
    /// <param name="made">The time that stands in the zip; all else in the file comes of the rows.</param>
    /// <param name="pages">The requests.</param>
    /// <param name="output">Where it goes; need not be seekable.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public static async Task WriteAsync(
        ImmutableArray<Column> columns,
        int mostLines,
        DateTimeOffset made,
        IAsyncEnumerable<IReadOnlyList<RequestItem>> pages,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        var packed = new PackedBytes();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            var ranges = new List<string>();
            await using var rows = Rows(pages, cancellationToken).GetAsyncEnumerator(cancellationToken);
            var isMore = await rows.MoveNextAsync();
            do
            {
                var buffer = new ArrayBufferWriter<byte>(2 * Portion);
                var sheet = new SheetWriter(buffer, columns);
                using (var part = Open(zip, $"xl/worksheets/sheet{ranges.Count + 1}.xml", made))
                {
                    while (isMore && sheet.Lines < mostLines)
                    {
                        sheet.Add(rows.Current);
                        if (buffer.WrittenCount >= Portion)
                        {
                            part.Write(buffer.WrittenSpan);
                            buffer.ResetWrittenCount();
                            await packed.SendAsync(output, cancellationToken);
                        }

                        isMore = await rows.MoveNextAsync();
                    }

                    sheet.End();
                    part.Write(buffer.WrittenSpan);
                }

                ranges.Add(sheet.Range);
            } while (isMore);

            Add(zip, "xl/workbook.xml", XlsxParts.Workbook(ranges), made);
            Add(zip, "xl/_rels/workbook.xml.rels", XlsxParts.WorkbookRelations(ranges.Count), made);
            Add(zip, "xl/styles.xml", XlsxParts.StyleSheet, made);
            Add(zip, "_rels/.rels", XlsxParts.Root, made);
            Add(zip, "[Content_Types].xml", XlsxParts.ContentTypes(ranges.Count), made);
        }

        await packed.SendAsync(output, cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    private static async IAsyncEnumerable<RequestItem> Rows(
        IAsyncEnumerable<IReadOnlyList<RequestItem>> pages,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            foreach (var item in page)
            {
                yield return item;
            }
        }
    }

    private static void Add(ZipArchive zip, string name, string text, DateTimeOffset made)
    {
        using var part = Open(zip, name, made);
        part.Write(Encoding.UTF8.GetBytes(text));
    }

    private static Stream Open(ZipArchive zip, string name, DateTimeOffset made)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = made;
        return entry.Open();
    }

    /// <summary>
    /// What the zip has packed and nobody has sent yet: a zip also writes where it cannot wait, and an answer over HTTP takes no
    /// such writes.
    /// </summary>
    private sealed class PackedBytes : Stream
    {
        private readonly ArrayBufferWriter<byte> bytes = new(Portion);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public async Task SendAsync(Stream output, CancellationToken cancellationToken)
        {
            await output.WriteAsync(bytes.WrittenMemory, cancellationToken);
            bytes.ResetWrittenCount();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => bytes.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => bytes.Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

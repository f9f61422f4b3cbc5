using System.Collections.Immutable;
using System.Text.Json;
using Weir.Capture.Agents;
using Weir.Capture.Archive;
using Weir.Foundation;

namespace Weir.Capture.Sync;

/// <summary>Reduced records that another machine sends at once: what it says of itself on the first line, then a record a line.</summary>
/// <param name="Id">The sender's id of it: the same when it is sent again.</param>
/// <param name="User">Whom it is attributed to; null for the owner of the key.</param>
/// <param name="IsAttributed">Whether what names nobody is nobody's, the key's owner neither: it comes from an archive.</param>
/// <param name="Parts">What was caught, by where.</param>
/// <param name="Records">How many records could be read.</param>
/// <param name="Refused">How many could not, by reason.</param>
internal sealed record CaptureBatch(
    string Id,
    string? User,
    bool IsAttributed,
    ImmutableArray<BatchPart> Parts,
    int Records,
    ImmutableSortedDictionary<string, long> Refused
)
{
    /// <summary>The longest body once decompressed, in bytes.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    /// <summary>How much a sender puts into one, in bytes: most of the way to where compression gains no more.</summary>
    public const int UsualBytes = 1024 * 1024;

    private const int Version = 1;
    private const int LongestId = 64;
    private const int MostParts = 1_000;

    /// <summary>Writes the first line.</summary>
    public static byte[] Head(string id, BatchOrigin origin) =>
        [
            .. JsonSerializer.SerializeToUtf8Bytes(
                new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["kind"] = "batch",
                    ["version"] = Version,
                    ["id"] = id,
                    ["host"] = origin.Host,
                    ["user"] = origin.User,
                    ["attributed"] = origin.IsAttributed,
                }
            ),
            (byte)'\n',
        ];

    /// <summary>Reads a body that anybody may have sent.</summary>
    /// <returns>The batch; or null and why it is none.</returns>
    public static (CaptureBatch? Batch, string? Fault) Read(ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        var rest = body;
        var (id, origin, fault) = ReadHead(NextLine(ref rest), now);
        if (id is null || origin is null)
        {
            return (null, fault);
        }

        var reader = new ReducedReader(now);
        var caught = new Catch();
        var parts = new Dictionary<(string? Host, Billing? Billing), Catch> { [(origin.Host, null)] = caught };
        var refused = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var records = 0;
        while (!rest.IsEmpty)
        {
            var line = NextLine(ref rest);
            if (line.IsEmpty)
            {
                continue;
            }

            if (reader.Line(line, caught) is { } reason)
            {
                refused[reason] = refused.GetValueOrDefault(reason) + 1;
            }
            else if (reader.WasFrom)
            {
                var from = (reader.Host ?? origin.Host, reader.Billing);
                if (!parts.TryGetValue(from, out caught!))
                {
                    parts.Add(from, caught = new Catch());
                }

                if (parts.Count > MostParts)
                {
                    return (null, $"a batch is of at most {MostParts} machines");
                }
            }
            else
            {
                records++;
            }
        }

        return (
            new CaptureBatch(
                id,
                origin.User,
                origin.IsAttributed,
                [.. parts.Select(part => new BatchPart(part.Key.Host, part.Key.Billing, part.Value))],
                records,
                refused.ToImmutableSortedDictionary(StringComparer.Ordinal)
            ),
            null
        );
    }

    private static (string? Id, BatchOrigin? Origin, string? Fault) ReadHead(
        ReadOnlyMemory<byte> line,
        DateTimeOffset now
    )
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                var fields = new ReducedFields(document.RootElement, now);
                if (fields.Text("kind") == "batch")
                {
                    var version = fields.Number("version", 0, int.MaxValue);
                    var id = fields.Needed("id");
                    var origin = new BatchOrigin(
                        fields.Text("host"),
                        fields.Text("user"),
                        fields.Flag("attributed") ?? false
                    );
                    return fields.Fault is { } fault ? (null, null, $"the first line: {fault}")
                        : version != Version ? (null, null, $"batches of version {version} are not known here")
                        : id.Length > LongestId ? (null, null, $"an id has at most {LongestId} characters")
                        : (id, origin, null);
                }
            }
        }
        catch (JsonException)
        {
            // Told below.
        }

        return (null, null, "the first line is to be {\"kind\":\"batch\",\"version\":1,\"id\":\"…\"}");
    }

    private static ReadOnlyMemory<byte> NextLine(ref ReadOnlyMemory<byte> rest)
    {
        var end = rest.Span.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return line.Span is [.., (byte)'\r'] ? line[..^1] : line;
    }
}

/// <summary>What was caught in one place.</summary>
/// <param name="Host">The machine; null when unknown.</param>
/// <param name="Billing">Who pays where a request does not say; null when that is not told either.</param>
/// <param name="Caught">What.</param>
internal readonly record struct BatchPart(string? Host, Billing? Billing, Catch Caught);

/// <summary>Where a batch comes from.</summary>
/// <param name="Host">The machine; null when unknown, or when the lines say it.</param>
/// <param name="User">Whom it is attributed to; null for the key's owner.</param>
/// <param name="IsAttributed">See <see cref="CaptureBatch"/>.</param>
internal sealed record BatchOrigin(string? Host, string? User, bool IsAttributed = false);

/// <summary>What taking a batch in came to.</summary>
internal enum IngestState
{
    /// <summary>It is stored: it will not be lost.</summary>
    Stored,

    /// <summary>Too many are waiting: the sender is to come again.</summary>
    Busy,

    /// <summary>It could not be stored, or not yet: the sender is to come again.</summary>
    NotStored,
}

/// <summary>What taking a batch in came to.</summary>
/// <param name="State">Whether it is stored.</param>
/// <param name="New">Requests in it that nobody had told before.</param>
/// <param name="Reason">Why it is not stored; null when it is.</param>
internal sealed record IngestOutcome(IngestState State, int New, string? Reason);

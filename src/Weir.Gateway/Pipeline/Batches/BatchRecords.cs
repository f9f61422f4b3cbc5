using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Makes records of the answers in batches' results that pass through: one for each, under an id that is made of the provider, the file
/// and the answer's own names, so that the ledger counts it once however often it is fetched. Thread-safe.
/// </summary>
internal sealed class BatchRecords(RecordWriter records)
{
    /// <summary>No file is larger; a provider that claims one is not believed, so that no sum of places overflows.</summary>
    private const long LargestFile = 1L << 50;

    private readonly LineFragments fragments = new();
    private readonly RecentIds recent = new();

    /// <summary>The meter of an answer that may hold a batch's results; null for all others.</summary>
    public BatchMeter? MeterFor(UpstreamCall call, HttpResponseMessage answer)
    {
        var exchange = call.Exchange;
        var provider = call.Attempt.Target.Provider;
        if (
            !exchange.IsPassThrough
            || !HttpMethods.IsGet(exchange.Context.Request.Method)
            || (int)answer.StatusCode is not (200 or 206)
            || BatchPaths.Of(provider.Kind, exchange.VendorPath) is not { } path
        )
        {
            return null;
        }

        // Whose provider it is and where it stands, not its name: that may change, and be another's in another workspace.
        var key = provider.Upstream.Key;
        var source = string.Create(CultureInfo.InvariantCulture, $"{key.Owner.Value}\n{key.Address}\n{path.Source}");
        var (start, length) = PlaceOf(answer);
        return new BatchMeter(
            path.Format,
            source,
            start,
            length,
            fragments,
            line => Take(exchange, provider, source, line)
        );
    }

    /// <summary>Where in the file an answer begins, and the file's length; no place where its bytes are not the file's.</summary>
    private static (long? Start, long? Length) PlaceOf(HttpResponseMessage answer)
    {
        var headers = answer.Content.Headers;
        var isCoded =
            headers.NonValidated.TryGetValues("Content-Encoding", out var coding)
            && BodyDecoder.IsCoded(coding.ToString());
        if ((int)answer.StatusCode == 200)
        {
            return isCoded ? (null, null) : (0, headers.ContentLength);
        }

        // An answer of several ranges names none here: its whole lines are known, what it cuts through is not.
        return !isCoded && headers.ContentRange is { Unit: "bytes", From: { } from and < LargestFile } range
            ? (from, range.Length)
            : (null, null);
    }

    private bool Take(Exchange exchange, ProviderModel provider, string source, BatchLine line)
    {
        var id = DerivedRecordId.Of(
            Encoding.UTF8.GetBytes($"{source}\n{Escaped(line.Key)}\n{Escaped(line.Reading.MessageId)}")
        );
        if (recent.Contains(id))
        {
            return true;
        }

        if (!records.TryReserve())
        {
            return false;
        }

        try
        {
            records.WriteAside(
                exchange,
                new AnswerPart
                {
                    Id = id,
                    StartedAt = exchange.StartedAt,
                    Status = RequestStatus.Ok,
                    HttpStatus = StatusCodes.Status200OK,
                    Dialect = line.Dialect,
                    Reading = line.Reading,
                    UpstreamId = line.RequestId,
                }.Settle(exchange, provider)
            );
        }
        finally
        {
            records.Release();
        }

        recent.Add(id);
        return true;
    }

    // A line break in a name must not make two names out of one.
    private static string Escaped(string? name) => name is null ? "" : Uri.EscapeDataString(name);
}

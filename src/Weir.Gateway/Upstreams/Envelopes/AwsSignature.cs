using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>An AWS access key, and what it signs for.</summary>
/// <param name="AccessKeyId">Its id, which is no secret.</param>
/// <param name="SecretAccessKey">Its secret.</param>
/// <param name="Region">As <c>us-east-1</c>.</param>
/// <param name="Service">As <c>bedrock</c>.</param>
internal sealed record AwsSigner(string AccessKeyId, string SecretAccessKey, string Region, string Service)
{
    /// <summary>Nothing secret.</summary>
    public override string ToString() => $"{AccessKeyId} for {Service} in {Region}";
}

/// <summary>
/// Signature version 4 of AWS: a keyed hash over method, path, query, some headers and the body's hash, with a key that is
/// derived for day, region and service. Pure. Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
/// </summary>
internal static class AwsSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> Plain = SearchValues.Create(Unreserved);
    private static readonly SearchValues<char> PlainInPath = SearchValues.Create(Unreserved + "/");

    /// <summary>The time as the header <c>x-amz-date</c> writes it.</summary>
    public static string DateOf(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The hash of a body in pieces, in lower-case hexadecimal.</summary>
    public static string HashOf(IReadOnlyList<ReadOnlyMemory<byte>> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in body)
        {
            hash.AppendData(piece.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The value of <c>Authorization</c>.</summary>
    /// <param name="signer">Who signs.</param>
    /// <param name="date">As <see cref="DateOf"/> writes it; the header <c>x-amz-date</c> must say the same.</param>
    /// <param name="method">In capitals.</param>
    /// <param name="path">
    /// The path as it stands in the request line. Every service but S3 has its escapes escaped once more: <c>%3A</c> is signed
    /// as <c>%253A</c>.
    /// </param>
    /// <param name="query">The query without its question mark; empty for none.</param>
    /// <param name="headers">What is signed: names in lower case, <c>host</c> and <c>x-amz-date</c> among them.</param>
    /// <param name="bodyHash">As <see cref="HashOf"/> gives it.</param>
    public static string Authorization(
        AwsSigner signer,
        string date,
        string method,
        string path,
        string query,
        IEnumerable<KeyValuePair<string, string>> headers,
        string bodyHash
    )
    {
        var sorted = headers.OrderBy(header => header.Key, StringComparer.Ordinal).ToArray();
        var names = string.Join(';', sorted.Select(header => header.Key));
        var canonical = new StringBuilder()
            .Append(method)
            .Append('\n')
            .Append(Escaped(path.Length == 0 ? "/" : path, PlainInPath))
            .Append('\n')
            .Append(Query(query))
            .Append('\n');
        foreach (var (name, value) in sorted)
        {
            canonical.Append(name).Append(':').Append(Trimmed(value)).Append('\n');
        }

        canonical.Append('\n').Append(names).Append('\n').Append(bodyHash);
        var scope = $"{date[..8]}/{signer.Region}/{signer.Service}/aws4_request";
        var text = string.Join('\n', Algorithm, date, scope, Hex(SHA256.HashData(Utf8(canonical.ToString()))));
        var signature = Hex(HMACSHA256.HashData(Key(signer, date[..8]), Utf8(text)));
        return $"{Algorithm} Credential={signer.AccessKeyId}/{scope}, SignedHeaders={names}, Signature={signature}";
    }

    private static byte[] Key(AwsSigner signer, string day)
    {
        var key = HMACSHA256.HashData(Utf8("AWS4" + signer.SecretAccessKey), Utf8(day));
        key = HMACSHA256.HashData(key, Utf8(signer.Region));
        key = HMACSHA256.HashData(key, Utf8(signer.Service));
        return HMACSHA256.HashData(key, "aws4_request"u8);
    }

    /// <summary>Names and values, escaped alike however they came, in the order of the escaped names, then values.</summary>
    private static string Query(string query) =>
        query.Length == 0
            ? ""
            : string.Join(
                '&',
                query
                    .Split('&')
                    .Select(part => part.Split('=', 2))
                    .Select(part => (Name: Anew(part[0]), Value: part.Length > 1 ? Anew(part[1]) : ""))
                    .OrderBy(part => part.Name, StringComparer.Ordinal)
                    .ThenBy(part => part.Value, StringComparer.Ordinal)
                    .Select(part => $"{part.Name}={part.Value}")
            );

    private static string Anew(string text) => Escaped(Uri.UnescapeDataString(text), Plain);

    private static string Escaped(string text, SearchValues<char> plain)
    {
        if (!text.AsSpan().ContainsAnyExcept(plain))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var b in Utf8(text))
        {
            if (plain.Contains((char)b))
            {
                escaped.Append((char)b);
            }
            else
            {
                escaped.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return escaped.ToString();
    }

    /// <summary>Without white space around it, and with one blank for several.</summary>
    private static string Trimmed(string value) =>
        value.Contains("  ", StringComparison.Ordinal) || value.AsSpan().Trim().Length != value.Length
            ? string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Trim()
            : value;

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

using System.Net.Http.Headers;
using System.Text;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Keeps Weir's own keys out of what is passed on when a provider refuses and repeats what it was sent. Whoever calls may
/// use them and not know them. Answers that served are not looked at: they are the caller's, byte for byte.
/// </summary>
internal static class KeyEcho
{
    // Shorter texts than any real key has may stand in an answer for reasons of their own.
    private const int LeastKey = 8;

    private const int MostDecoded = 1024 * 1024;

    /// <summary>
    /// Puts asterisks, as many as the key is long, in a key's place in the body, and takes out headers that hold one.
    /// False when one is in a compressed body, which then must not be passed on.
    /// </summary>
    public static bool TryMask(ProviderModel provider, HttpResponseMessage answer, PooledBuffer body)
    {
        foreach (var secret in provider.Secrets)
        {
            if (secret.Length >= LeastKey && !TryMask(secret, answer, body))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryMask(string key, HttpResponseMessage answer, PooledBuffer body)
    {
        MaskHeaders(answer.Headers, key);
        MaskHeaders(answer.Content.Headers, key);
        var bytes = Encoding.ASCII.GetBytes(key);
        var coding = answer.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var values)
            ? values.ToString()
            : null;
        if (coding is not null && BodyDecoder.IsCoded(coding))
        {
            using var plain = new PooledBuffer(0);
            return !BodyDecoder.TryDecode(body.Span, coding, MostDecoded, plain) || plain.Span.IndexOf(bytes) < 0;
        }

        for (var rest = body.Writable; rest.IndexOf(bytes) is >= 0 and var at; rest = rest[(at + bytes.Length)..])
        {
            rest.Slice(at, bytes.Length).Fill((byte)'*');
        }

        return true;
    }

    private static void MaskHeaders(HttpHeaders headers, string key)
    {
        List<string>? holding = null;
        foreach (var (name, values) in headers.NonValidated)
        {
            if (values.ToString().Contains(key, StringComparison.Ordinal))
            {
                (holding ??= []).Add(name);
            }
        }

        foreach (var name in holding ?? [])
        {
            headers.Remove(name);
        }
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Gateway.Pipeline;

/// <summary>Whose account a request goes up with, told by the credential and never telling it.</summary>
internal static class UpstreamAccount
{
    /// <summary>The credential that goes up; empty for none.</summary>
    public static string CredentialOf(HttpRequestMessage request)
    {
        var sent = request.Headers.NonValidated;
        return
            sent.TryGetValues("authorization", out var credential)
            || sent.TryGetValues("x-api-key", out credential)
            || sent.TryGetValues("x-goog-api-key", out credential)
            || sent.TryGetValues("api-key", out credential)
            ? WithoutSignature(credential.ToString())
            : "";
    }

    /// <summary>A signature of AWS's is another for every request; the id of the key that signed it is the account's.</summary>
    private static string WithoutSignature(string credential) =>
        credential.StartsWith("AWS4-", StringComparison.Ordinal) ? credential.Split('/', 2)[0] : credential;

    /// <summary>
    /// A name for the account of a credential: enough to tell accounts apart, the same in every run; nothing leads back from it to
    /// the credential. Null for none.
    /// </summary>
    public static string? NameOf(string credential) =>
        credential.Length == 0
            ? null
            : BitConverter
                .ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(credential)))
                .ToString("x16", CultureInfo.InvariantCulture);
}

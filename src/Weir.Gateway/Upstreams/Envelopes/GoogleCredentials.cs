using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>
/// What Google's own libraries read from a credentials file, and the request that turns it into an access token: a service
/// account's signed assertion (RFC 7523), or a person's refresh token. Holds secrets and never shows them. Source:
/// developers.google.com/identity/protocols/oauth2/service-account; google.aip.dev/auth/4112 and 4113.
/// </summary>
internal sealed class GoogleCredentials
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";
    private const int LongestFile = 64 * 1024;

    private static readonly Uri GooglesTokens = new("https://oauth2.googleapis.com/token");
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);

    private readonly string? email;
    private readonly string? keyId;
    private readonly string? privateKey;
    private readonly string? refreshToken;
    private readonly string? clientId;
    private readonly string? clientSecret;

    private GoogleCredentials(byte[] json)
    {
        var isPerson = HostAnswer.Text(json, "type"u8) == "authorized_user";
        email = isPerson ? null : HostAnswer.Text(json, "client_email"u8);
        keyId = isPerson ? null : HostAnswer.Text(json, "private_key_id"u8);
        privateKey = isPerson ? null : HostAnswer.Text(json, "private_key"u8);
        refreshToken = HostAnswer.Text(json, "refresh_token"u8);
        clientId = HostAnswer.Text(json, "client_id"u8);
        clientSecret = HostAnswer.Text(json, "client_secret"u8);
        Tokens = Uri.TryCreate(HostAnswer.Text(json, "token_uri"u8), UriKind.Absolute, out var uri)
            ? uri
            : GooglesTokens;
    }

    /// <summary>Where tokens are asked for.</summary>
    public Uri Tokens { get; }

    private bool IsServiceAccount => email is not null && privateKey is not null;

    private bool IsPerson => refreshToken is not null && clientId is not null && clientSecret is not null;

    /// <summary>Reads credentials: a JSON document, one in base64, or the path of a file with one.</summary>
    /// <returns>The credentials, or what is wrong with them, without a word of what they hold.</returns>
    public static (GoogleCredentials? Credentials, string? Problem) Read(string text)
    {
        byte[] json;
        var trimmed = text.Trim();
        if (trimmed.StartsWith('{'))
        {
            json = Encoding.UTF8.GetBytes(trimmed);
        }
        else if (Decoded(trimmed) is { } decoded)
        {
            json = decoded;
        }
        else
        {
            try
            {
                using var file = File.OpenRead(trimmed);
                json = new byte[(int)Math.Min(file.Length, LongestFile)];
                file.ReadExactly(json);
            }
            catch (Exception e)
                when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                return (null, $"the file of its Google credentials cannot be read ({e.GetType().Name})");
            }
        }

        var read = new GoogleCredentials(json);
        return read.IsServiceAccount || read.IsPerson
            ? (read, null)
            : (null, "its Google credentials are neither a service account's nor a person's");
    }

    /// <summary>The form that asks for a token.</summary>
    /// <returns>The form, or what is wrong with the key.</returns>
    public (Dictionary<string, string>? Form, string? Problem) Form(DateTimeOffset now)
    {
        if (!IsServiceAccount)
        {
            return (
                new(StringComparer.Ordinal)
                {
                    ["grant_type"] = "refresh_token",
                    ["refresh_token"] = refreshToken!,
                    ["client_id"] = clientId!,
                    ["client_secret"] = clientSecret!,
                },
                null
            );
        }

        try
        {
            return (
                new(StringComparer.Ordinal)
                {
                    ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
                    ["assertion"] = Assertion(now),
                },
                null
            );
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return (null, "the private key of its Google credentials is no RSA key in PEM");
        }
    }

    /// <summary>Nothing secret.</summary>
    public override string ToString() => email ?? "a person's Google credentials";

    /// <summary>A JSON web token over the claims, signed with RS256 (RFC 7515, RFC 7519).</summary>
    private string Assertion(DateTimeOffset now)
    {
        var issued = now.ToUnixTimeSeconds();
        var header = keyId is null
            ? """{"alg":"RS256","typ":"JWT"}"""
            : $$"""{"alg":"RS256","typ":"JWT","kid":{{Quoted(keyId)}}}""";
        var claims = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"iss":{{Quoted(email!)}},"scope":"{{Scope}}","aud":{{Quoted(Tokens.OriginalString)}},"iat":{{issued}},"exp":{{issued + (long)Life.TotalSeconds}}}"""
        );
        var signed = $"{Encoded(header)}.{Encoded(claims)}";
        using var rsa = RSA.Create();
        rsa.ImportFromPem(privateKey);
        var signature = rsa.SignData(
            Encoding.ASCII.GetBytes(signed),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text, EnvelopeJson.Default.String);

    private static string Encoded(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static byte[]? Decoded(string text)
    {
        var room = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return
            Base64.DecodeFromUtf8(Encoding.UTF8.GetBytes(text), room, out _, out var length) == OperationStatus.Done
            && room.AsSpan(0, length).TrimStart(" \t\r\n"u8) is [(byte)'{', ..]
            ? room[..length]
            : null;
    }
}

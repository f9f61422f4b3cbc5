using System.Text;
using Weir.Gateway.Upstreams.Envelopes;

namespace Weir.Gateway.Tests.Upstreams.Envelopes;

/// <summary>
/// The requests and signatures of AWS's published test suite for signature version 4 (docs.aws.amazon.com, "Signature Version 4
/// test suite"), and two of Bedrock's own kind that were signed by AWS's SDK for JavaScript (@aws-sdk/signature-v4 3.266.1).
/// </summary>
public sealed class AwsSignatureTests
{
    private const string Date = "20150830T123600Z";

    private const string Token =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/"
        + "qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7Z"
        + "D0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

    private const string Unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Name, method, path, query, further headers, body, signed headers, signature.</summary>
    public static TheoryData<string, string, string, string, string[], string, string> Suite { get; } =
        new()
        {
            {
                "get-vanilla",
                "GET",
                "/",
                "",
                [],
                "",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
            },
            {
                "get-unreserved",
                "GET",
                "/" + Unreserved,
                "",
                [],
                "",
                "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
            },
            { "get-utf8", "GET", "/ሴ", "", [], "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85" },
            {
                "get-vanilla-empty-query-key",
                "GET",
                "/",
                "Param1=value1",
                [],
                "",
                "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"
            },
            {
                "get-vanilla-query-order-key-case",
                "GET",
                "/",
                "Param2=value2&Param1=value1",
                [],
                "",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
            },
            {
                "get-vanilla-query-unreserved",
                "GET",
                "/",
                Unreserved + "=" + Unreserved,
                [],
                "",
                "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"
            },
            {
                "get-vanilla-utf8-query",
                "GET",
                "/",
                "ሴ=bar",
                [],
                "",
                "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
            },
            {
                "get-header-key-duplicate",
                "GET",
                "/",
                "",
                ["my-header1", "value2,value2,value1"],
                "",
                "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
            },
            {
                "get-header-value-trim",
                "GET",
                "/",
                "",
                ["my-header1", " value1", "my-header2", " \"a   b   c\""],
                "",
                "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
            },
            {
                "post-vanilla",
                "POST",
                "/",
                "",
                [],
                "",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
            },
            {
                "post-vanilla-query",
                "POST",
                "/",
                "Param1=value1",
                [],
                "",
                "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"
            },
            {
                "post-header-value-case",
                "POST",
                "/",
                "",
                ["my-header1", "VALUE1"],
                "",
                "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"
            },
            {
                "post-sts-header-before",
                "POST",
                "/",
                "",
                ["x-amz-security-token", Token],
                "",
                "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
            },
            {
                "post-x-www-form-urlencoded",
                "POST",
                "/",
                "",
                ["content-type", "application/x-www-form-urlencoded"],
                "Param1=value1",
                "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
            },
        };

    [Theory]
    [MemberData(nameof(Suite))]
    public void A_request_of_the_published_suite_gets_the_published_signature(
        string name,
        string method,
        string path,
        string query,
        string[] further,
        string body,
        string signature
    )
    {
        var headers = new Dictionary<string, string> { ["host"] = "example.amazonaws.com", ["x-amz-date"] = Date };
        for (var i = 0; i < further.Length; i += 2)
        {
            headers[further[i]] = further[i + 1];
        }

        var authorization = AwsSignature.Authorization(
            Signer("service"),
            Date,
            method,
            path,
            query,
            headers,
            AwsSignature.HashOf([Encoding.UTF8.GetBytes(body)])
        );

        var names = string.Join(';', headers.Keys.Order(StringComparer.Ordinal));
        Assert.True(
            authorization
                == $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders={names}, Signature={signature}",
            $"{name}: {authorization}"
        );
    }

    [Theory]
    [InlineData(
        "/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/invoke",
        false,
        "634fcf5ffdd7d5108e230747e190e5a62bb525d89ed363e51a2b4188e80ff8e6"
    )]
    [InlineData(
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc/invoke-with-response-stream",
        true,
        "82b8a1e2f64806538e30cba539e6b471c3fa8fe40e84a42b8c0af332c158f14f"
    )]
    public void An_escaped_path_is_signed_as_the_vendors_own_library_signs_it(
        string path,
        bool temporary,
        string signature
    )
    {
        // In pieces, as a spliced body is.
        var hash = AwsSignature.HashOf([
            "{\"anthropic_version\":\"bedrock-2023-05-31\","u8.ToArray(),
            "\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\"Grüße\"}]}"u8.ToArray(),
        ]);
        var headers = new Dictionary<string, string>
        {
            ["host"] = "bedrock-runtime.us-east-1.amazonaws.com",
            ["content-type"] = "application/json",
            ["x-amz-content-sha256"] = hash,
            ["x-amz-date"] = Date,
        };
        if (temporary)
        {
            headers["x-amz-security-token"] = Token;
        }

        var authorization = AwsSignature.Authorization(Signer("bedrock"), Date, "POST", path, "", headers, hash);

        Assert.Equal("236d7c7a3200cf31303ffe98a327e65195ec531e5d489b5fac985b53ece7bf82", hash);
        Assert.EndsWith("Signature=" + signature, authorization, StringComparison.Ordinal);
    }

    [Fact]
    public void The_date_is_written_in_coordinated_time()
    {
        Assert.Equal(Date, AwsSignature.DateOf(new DateTimeOffset(2015, 8, 30, 14, 36, 0, TimeSpan.FromHours(2))));
    }

    [Fact]
    public void A_signer_does_not_show_its_secret()
    {
        Assert.DoesNotContain("wJalr", Signer("bedrock").ToString(), StringComparison.Ordinal);
    }

    private static AwsSigner Signer(string service) =>
        new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", service);
}

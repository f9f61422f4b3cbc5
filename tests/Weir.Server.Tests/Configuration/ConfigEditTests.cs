using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class ConfigEditTests
{
    private const string Stored = """
        version: 1 # the first
        providers:
          - name: anthropic
            kind: anthropic
            apiKey: sk-ant-secret   # mine
          # apiKey: sk-ant-older
          - { name: openai, kind: openai, apiKey: 'sk-oa-secret' }
          - { name: gemini, kind: gemini, apiKey: "${GEMINI}" }

        """;

    [Fact]
    public void Secrets_are_masked_and_all_else_is_kept()
    {
        var masked = ConfigEdit.Masked(Stored);

        Assert.DoesNotContain("secret", masked, StringComparison.Ordinal);
        Assert.DoesNotContain("older", masked, StringComparison.Ordinal);
        Assert.Contains("version: 1 # the first", masked, StringComparison.Ordinal);
        Assert.Contains("apiKey: \"********\"   # mine\n", masked, StringComparison.Ordinal);
        Assert.Contains("apiKey: \"${GEMINI}\"", masked, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_keeps_the_stored_secret_through_an_edit_and_a_move()
    {
        var edited = """
            version: 1
            providers:
              - { name: openai, kind: openai, apiKey: "********", models: [x] }
              - { name: anthropic, kind: anthropic, apiKey: "********" } # moved

            """;

        var (text, faults) = ConfigEdit.Prepare(Stored, edited);

        Assert.Empty(faults);
        Assert.Contains("apiKey: 'sk-oa-secret', models", text, StringComparison.Ordinal);
        Assert.Contains("apiKey: sk-ant-secret } # moved", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_read_can_be_sent_back()
    {
        var (text, faults) = ConfigEdit.Prepare(Stored, ConfigEdit.Masked(Stored));

        Assert.Empty(faults);
        Assert.Equal(Stored.Replace("sk-ant-older", "********", StringComparison.Ordinal), text);
    }

    [Theory]
    // the address changes under a kept secret
    [InlineData("{ name: anthropic, kind: anthropic, baseUrl: 'https://evil.example', apiKey: '********' }")]
    // another provider claims a secret
    [InlineData("{ name: evil, kind: anthropic, baseUrl: 'https://evil.example', apiKey: '********' }")]
    // the kind, and with it the vendor's own address, changes
    [InlineData("{ name: anthropic, kind: gemini, apiKey: '********' }")]
    // a variable of the environment is read out
    [InlineData("{ name: anthropic, kind: anthropic, apiKey: '${AWS_SECRET_ACCESS_KEY}' }")]
    [InlineData("{ name: anthropic, kind: anthropic, baseUrl: 'https://${AWS_SECRET_ACCESS_KEY}.evil.example' }")]
    [InlineData("{ name: anthropic, kind: anthropic, models: ['${AWS_SECRET_ACCESS_KEY}'] }")]
    // a variable that is in the file goes elsewhere
    [InlineData("{ name: evil, kind: gemini, baseUrl: 'https://evil.example', apiKey: '${GEMINI}' }")]
    [InlineData("{ name: gemini, kind: gemini, baseUrl: 'https://evil.example', apiKey: '${GEMINI}' }")]
    [InlineData("{ name: gemini, kind: gemini, baseUrl: 'https://${GEMINI}.evil.example' }")]
    // an alias lends a secret to another provider
    [InlineData(
        "{ name: gemini, kind: gemini, apiKey: &k '${GEMINI}' }, { name: evil, kind: gemini, baseUrl: 'https://evil.example', apiKey: *k }"
    )]
    [InlineData(
        "{ name: anthropic, kind: anthropic, apiKey: &k '********' }, { name: evil, kind: gemini, baseUrl: 'https://evil.example', apiKey: *k }"
    )]
    [InlineData(
        "{ name: anthropic, kind: anthropic, apiKey: &k '********' }, { name: openai, kind: openai, apiKey: *k }"
    )]
    public void Nobody_reads_a_secret_through_an_edit(string providers)
    {
        var (text, faults) = ConfigEdit.Prepare(Stored, $"version: 1\nproviders: [{providers}]\n");

        Assert.Null(text);
        Assert.NotEmpty(faults);
    }

    [Fact]
    public void A_new_secret_and_a_kept_reference_are_taken()
    {
        var (text, faults) = ConfigEdit.Prepare(
            Stored,
            "version: 1\nproviders: [{ name: gemini, kind: gemini, apiKey: '${GEMINI}' }, { name: new, kind: openai, baseUrl: 'https://x/v1', apiKey: sk-new }]\n"
        );

        Assert.Empty(faults);
        Assert.Contains("sk-new", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("baseUrl: 'https://mine', apiKeys: ['${A}', '${B}']", true)]
    [InlineData("baseUrl: 'https://mine/v2', apiKeys: ['${A}', '${C}']", false)]
    [InlineData("baseUrl: 'https://theirs', apiKeys: ['${A}', '${B}']", false)]
    public void Variables_of_several_keys_stay_where_they_are(string rest, bool taken)
    {
        const string Before =
            "version: 1\nproviders: [{ name: a, kind: openai, baseUrl: 'https://mine', apiKeys: ['${A}', '${B}'] }]\n";

        var (text, faults) = ConfigEdit.Prepare(
            Before,
            $"version: 1\nproviders: [{{ name: a, kind: openai, {rest} }}]\n"
        );

        Assert.Equal(taken, text is not null);
        Assert.Equal(taken, faults.IsEmpty);
    }

    [Theory]
    [InlineData(
        "version: 1\r\nproviders:\r\n  - name: a\r\n    kind: anthropic\r\n    apiKey: sk-plain\r\n    models: [m]\r\n"
    )]
    [InlineData(
        "version: 1\nproviders:\n  - name: a\n    kind: anthropic\n    apiKey: |-\n      sk-plain\n    models: [m]\n"
    )]
    [InlineData("version: 1\nproviders:\n  - name: a\n    kind: anthropic\n    apiKey: \"sk-plain\"\n")]
    [InlineData("version: 1\nproviders:\n  - name: ä\n    kind: anthropic\n    apiKey: sk-plain")]
    [InlineData("version: 1\nproviders:\n  - name: 😀\n    kind: anthropic\n    apiKey: sk-plain # c\n")]
    public void Every_way_of_writing_a_key_is_masked_and_kept(string stored)
    {
        var masked = ConfigEdit.Masked(stored);
        var (text, faults) = ConfigEdit.Prepare(stored, masked);

        Assert.DoesNotContain("sk-plain", masked, StringComparison.Ordinal);
        Assert.Empty(faults);
        Assert.Equal(stored, text);
    }

    private const string Clouds = """
        version: 1
        providers:
          - name: bedrock
            kind: bedrock
            region: us-east-1
            accessKeyId: AKIDMINE
            secretAccessKey: aws-secret   # secretAccessKey: aws-older
            sessionToken: ${TOKEN}
          - { name: vertex, kind: vertex, project: p, location: global, credentials: /etc/google.json }

        """;

    [Fact]
    public void Keys_of_clouds_are_masked_and_what_was_read_can_be_sent_back()
    {
        var masked = ConfigEdit.Masked(Clouds);
        var (text, faults) = ConfigEdit.Prepare(Clouds, masked);

        Assert.DoesNotContain("aws-secret", masked, StringComparison.Ordinal);
        Assert.DoesNotContain("aws-older", masked, StringComparison.Ordinal);
        Assert.Contains("accessKeyId: AKIDMINE", masked, StringComparison.Ordinal);
        Assert.Contains("sessionToken: ${TOKEN}", masked, StringComparison.Ordinal);
        Assert.Empty(faults);
        Assert.Equal(Clouds.Replace("aws-older", "********", StringComparison.Ordinal), text);
    }

    [Theory]
    // the region, and with it the address, changes under a kept secret
    [InlineData(
        "{ name: bedrock, kind: bedrock, region: eu-west-1, accessKeyId: AKIDMINE, secretAccessKey: '********' }"
    )]
    [InlineData(
        "{ name: bedrock, kind: bedrock, region: us-east-1, baseUrl: 'https://evil.example', accessKeyId: AKIDMINE, secretAccessKey: '********' }"
    )]
    // one key's mask in another key's place
    [InlineData("{ name: bedrock, kind: bedrock, region: us-east-1, apiKey: '********' }")]
    // a file of the server's is read out in the form of its tokens
    [InlineData(
        "{ name: vertex, kind: vertex, project: p, location: global, baseUrl: 'https://evil.example', credentials: /etc/google.json }"
    )]
    [InlineData(
        "{ name: evil, kind: vertex, project: p, location: global, baseUrl: 'https://evil.example', credentials: /etc/google.json }"
    )]
    [InlineData("{ name: vertex, kind: vertex, project: p, location: global, credentials: /etc/other.json }")]
    [InlineData("{ name: vertex, kind: vertex, project: p, location: eu, credentials: /etc/google.json }")]
    // a variable that is in the file goes elsewhere
    [InlineData("{ name: bedrock, kind: bedrock, region: us-east-1, accessKeyId: a, secretAccessKey: '${TOKEN}' }")]
    public void What_a_cloud_is_signed_in_with_is_never_sent_elsewhere_by_an_edit(string provider)
    {
        var (text, faults) = ConfigEdit.Prepare(Clouds, $"version: 1\nproviders: [{provider}]\n");

        Assert.Null(text);
        Assert.NotEmpty(faults);
    }
}

using System.Text;

namespace Weir.Fuzz.Targets;

/// <summary>Configurations, sound and almost so, as seeds.</summary>
internal static class Documents
{
    /// <summary>A secret that stands in <see cref="Stored"/> literally.</summary>
    public const string Secret = "sk-ant-secret";

    /// <summary>A sound document whose secrets an edit must not get at.</summary>
    public const string Stored = $$"""
        version: 1
        providers:
          - name: anthropic
            kind: anthropic
            apiKey: {{Secret}}   # mine
          # apiKey: sk-ant-older
          - { name: openai, kind: openai, apiKey: '{{Secret}}' }
          - { name: gemini, kind: gemini, apiKey: "${KEY}" }

        """;

    private static readonly string[] Texts =
    [
        Stored,
        """
            version: 1 # the first
            server:
              urls: [http://127.0.0.1:9000, "http://[::1]:9000"]
              hosts: [weir.example.com]
              behindProxy: true
              maxBodyMb: 7
              onHangUp: drain
            providers:
              - name: anthropic
                kind: anthropic
                apiKey: ${KEY}
                billing: subscription
                passThrough: ["GET /v1/files/*"]
                timeouts: { connect: 500ms, silence: 2m }
              - name: groq
                kind: openai-compatible
              - { name: local, kind: openai-compatible, baseUrl: "http://10.0.0.5:11434/v1", catalogue: none, models: ["llama*"] }
              - { name: sim, kind: simulator }
            routes:
              - match: { model: "claude-*", client: codex, key: ci, header: { x-team: "core*" } }
                targets: [anthropic, { provider: local, model: llama3 }]
                strategy: fallback
              - name: rest
                targets: [sim]
            prices:
              - provider: local
                model: "llama*"
                from: 2026-01-31
                input: 0.10
                output: 0.2
                tiers: [{ above: 200000, input: 0.3 }]

            """,
        """
            version: 1
            providers:
              - &a
                name: ${KEY}
                kind: anthropic
                apiKey: |-
                  sk-plain
              - name: b
                kind: openai
                baseUrl: ${KEY}
                apiKey: "sk-\x41é😀"
                models: [${KEY}]
            """,
        "version: 1\r\nproviders:\r\n  - name: a\r\n    kind: anthropic\r\n    apiKey: sk-plain\r\n",
        "version: 1\nproviders: [{ name: anthropic, kind: anthropic, apiKey: '********' }]\n",
        "version: 1\nproviders: [{ name: anthropic, kind: anthropic, baseUrl: 'https://evil.example', apiKey: '********' }]\n",
        "version: 1\nproviders: [{ name: gemini, kind: gemini, apiKey: &k '${KEY}' }, { name: evil, kind: gemini, apiKey: *k }]\n",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        "budgets: []\nlimits: {}\nx: y\n? [a]\n: b\n",
    ];

    public static IReadOnlyList<byte[]> All { get; } = [.. Texts.Select(Encoding.UTF8.GetBytes)];
}

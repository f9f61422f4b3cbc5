using System.Globalization;

namespace Weir.FunctionalTests.Api;

/// <summary>What holds for the whole management side.</summary>
public sealed class ServerSurfaceTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static readonly string[] Routes =
    [
        "GET /api/v1/activity",
        "GET /api/v1/audit",
        "GET /api/v1/audit/export",
        "GET /api/v1/audit/verify",
        "GET /api/v1/auth-sessions",
        "DELETE /api/v1/auth-sessions/{id}",
        "GET /api/v1/auth/credentials",
        "POST /api/v1/auth/invitation",
        "POST /api/v1/auth/invitation/look",
        "POST /api/v1/auth/passkey/sign-in",
        "POST /api/v1/auth/passkey/sign-in/options",
        "POST /api/v1/auth/passkeys",
        "POST /api/v1/auth/passkeys/options",
        "POST /api/v1/auth/passkeys/{id}/remove",
        "POST /api/v1/auth/password",
        "POST /api/v1/auth/recovery-codes",
        "GET /api/v1/auth/session",
        "POST /api/v1/auth/sign-in",
        "POST /api/v1/auth/sign-in/code",
        "POST /api/v1/auth/sign-out",
        "POST /api/v1/auth/totp",
        "POST /api/v1/auth/totp/confirm",
        "POST /api/v1/auth/totp/remove",
        "GET /api/v1/backups",
        "POST /api/v1/backups",
        "DELETE /api/v1/backups/{backup}",
        "GET /api/v1/backups/{backup}",
        "GET /api/v1/backups/{backup}/file",
        "GET /api/v1/blocks",
        "GET /api/v1/budgets",
        "POST /api/v1/budgets",
        "DELETE /api/v1/budgets/{budget}",
        "PATCH /api/v1/budgets/{budget}",
        "POST /api/v1/budgets/{budget}/grants",
        "DELETE /api/v1/budgets/{budget}/grants/{grant}",
        "POST /api/v1/capture/batches",
        "GET /api/v1/capture/sources",
        "GET /api/v1/config",
        "PUT /api/v1/config",
        "POST /api/v1/config/check",
        "POST /api/v1/config/dry-run",
        "POST /api/v1/config/import",
        "POST /api/v1/config/rollback",
        "POST /api/v1/config/validate",
        "GET /api/v1/config/versions",
        "GET /api/v1/config/versions/{n}",
        "GET /api/v1/config/versions/{n}/diff",
        "GET /api/v1/dashboards",
        "POST /api/v1/dashboards",
        "DELETE /api/v1/dashboards/{id}",
        "GET /api/v1/dashboards/{id}",
        "PUT /api/v1/dashboards/{id}",
        "DELETE /api/v1/demo",
        "GET /api/v1/demo",
        "POST /api/v1/demo",
        "GET /api/v1/exports",
        "POST /api/v1/exports",
        "DELETE /api/v1/exports/{export}",
        "GET /api/v1/exports/{export}",
        "GET /api/v1/exports/{export}/file",
        "GET /api/v1/handoffs",
        "GET /api/v1/keys",
        "POST /api/v1/keys",
        "DELETE /api/v1/keys/{idOrName}",
        "POST /api/v1/keys/{idOrName}/rotate",
        "GET /api/v1/ledger/months",
        "GET /api/v1/ledger/upkeep",
        "POST /api/v1/ledger/upkeep",
        "GET /api/v1/ledger/upkeep/{upkeep}",
        "GET /api/v1/limits",
        "GET /api/v1/organisations",
        "POST /api/v1/organisations",
        "DELETE /api/v1/organisations/{name}",
        "GET /api/v1/overrides",
        "DELETE /api/v1/overrides/providers/{provider}",
        "PUT /api/v1/overrides/providers/{provider}",
        "DELETE /api/v1/overrides/routes/{route}",
        "PUT /api/v1/overrides/routes/{route}",
        "DELETE /api/v1/overrides/spending",
        "PUT /api/v1/overrides/spending",
        "GET /api/v1/permissions",
        "GET /api/v1/prices",
        "POST /api/v1/prices/reprice",
        "GET /api/v1/privacy/export",
        "GET /api/v1/privacy/figures",
        "POST /api/v1/privacy/erasures",
        "GET /api/v1/providers/health",
        "POST /api/v1/rate-limits",
        "DELETE /api/v1/rate-limits/{limit}",
        "PATCH /api/v1/rate-limits/{limit}",
        "GET /api/v1/roles",
        "POST /api/v1/roles",
        "DELETE /api/v1/roles/{name}",
        "GET /api/v1/roles/{name}",
        "PUT /api/v1/roles/{name}",
        "GET /api/v1/routes",
        "POST /api/v1/routes/explain",
        "GET /api/v1/secrets",
        "POST /api/v1/secrets",
        "POST /api/v1/secrets/rotate-key",
        "DELETE /api/v1/secrets/{name}",
        "GET /api/v1/sessions",
        "GET /api/v1/sessions/activity",
        "GET /api/v1/sessions/{id}",
        "GET /api/v1/sessions/{id}/content",
        "GET /api/v1/statusline",
        "POST /api/v1/statusline",
        "GET /api/v1/system/audit",
        "GET /api/v1/system/errors",
        "GET /api/v1/system/performance",
        "GET /api/v1/system/status",
        "GET /api/v1/teams",
        "POST /api/v1/teams",
        "DELETE /api/v1/teams/{team}",
        "PATCH /api/v1/teams/{team}",
        "DELETE /api/v1/teams/{team}/members/{user}",
        "PUT /api/v1/teams/{team}/members/{user}",
        "GET /api/v1/usage/compare",
        "GET /api/v1/usage/distribution",
        "GET /api/v1/usage/export",
        "GET /api/v1/usage/heatmap",
        "GET /api/v1/usage/requests",
        "GET /api/v1/usage/requests/{id}",
        "GET /api/v1/usage/series",
        "GET /api/v1/usage/summary",
        "GET /api/v1/usage/top",
        "GET /api/v1/users",
        "POST /api/v1/users",
        "DELETE /api/v1/users/{idOrName}",
        "GET /api/v1/users/{idOrName}",
        "PATCH /api/v1/users/{idOrName}",
        "POST /api/v1/users/{idOrName}/reset",
        "POST /api/v1/users/{idOrName}/resume",
        "POST /api/v1/users/{idOrName}/suspend",
        "GET /api/v1/workspaces",
        "POST /api/v1/workspaces",
        "GET /api/v1/workspaces/current",
        "DELETE /api/v1/workspaces/{name}",
        "GET /api/v1/workspaces/{name}",
        "PATCH /api/v1/workspaces/{name}",
        "POST /graphql",
        "GET /health",
        "GET /health/ready",
        "POST /hooks/claude-code",
        "GET /live",
        "GET /metrics",
        "POST /v1/logs",
        "POST /v1/metrics",
        "POST /v1/traces",
    ];

    [Fact]
    public async Task The_description_names_every_route()
    {
        var document = (await server.GetAsync("/openapi/v1.json", "")).Json;

        Assert.StartsWith("3.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var described = document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(op => $"{op.Name.ToUpperInvariant()} {path.Name}"));
        Assert.Equal(Routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        var cost = document
            .GetProperty("components")
            .GetProperty("schemas")
            .GetProperty("UsageSummaryRow")
            .GetProperty("properties")
            .GetProperty("costUsd");
        Assert.Contains("string", cost.GetProperty("type").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Balancers_may_look_with_head()
    {
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Head, "/health", key: "")).Status);
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Head, "/health/ready", key: "")).Status);
    }

    [Theory]
    [InlineData("POST", "/api/v1/keys", """{"name":"x","expires":"2030-01-01T00:00:00Z"}""")]
    [InlineData("POST", "/api/v1/prices/reprice", """{"from":"1d","dry_run":true}""")]
    [InlineData("POST", "/api/v1/keys/admin/rotate", """{"overlap":5}""")]
    public async Task A_field_that_is_not_understood_is_refused(string method, string path, string body)
    {
        var words = (await server.SendAsync(new HttpMethod(method), path, body)).Problem(400);

        Assert.Matches("expires|dry_run|overlap", words);
        Assert.DoesNotContain("Weir.", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/keys?inclRevoked=true", "there is no such parameter")]
    [InlineData("/api/v1/keys?includeRevoked=maybe", "a parameter")]
    [InlineData("/api/v1/prices?serch=opus", "did you mean \"search\"?")]
    [InlineData("/api/v1/config?workspace=2", "takes no parameters")]
    [InlineData("/api/v1/system/status?workspace=2", "takes no parameters")]
    [InlineData("/api/v1/system/errors?workspace=2", "takes no parameters")]
    public async Task A_parameter_that_is_not_understood_is_refused(string path, string words)
    {
        Assert.Contains(words, (await server.GetAsync(path)).Problem(400), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_body_is_told_in_plain_words()
    {
        var words = (await server.SendAsync(HttpMethod.Post, "/api/v1/keys", "null")).Problem(400);

        Assert.StartsWith("The body or a parameter is missing", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("GET", "/api/v1/nowhere", 404)]
    [InlineData("GET", "/api/v2/usage/summary", 404)]
    [InlineData("GET", "/api/v1/usage/summary/", 200)]
    [InlineData("PATCH", "/api/v1/keys", 405)]
    [InlineData("DELETE", "/health", 405)]
    public async Task A_wrong_turn_is_a_problem(string method, string path, int status)
    {
        var answer = await server.SendAsync(new HttpMethod(method), path);

        Assert.Equal(status, answer.Status);
        if (status >= 400)
        {
            Assert.NotEmpty(answer.Problem(status));
        }
    }

    [Fact]
    public async Task A_body_must_be_json_and_bounded()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/keys", UriKind.Relative))
        {
            Content = new StringContent("name=x", null, "application/x-www-form-urlencoded"),
        };
        request.Headers.TryAddWithoutValidation("x-api-key", server.Weir.AdminKey);
        using var form = await server.Weir.SendAsync(request);
        var large = await server.SendAsync(
            HttpMethod.Post,
            "/api/v1/keys",
            $$"""{"name":"{{new string('x', 3 * 1024 * 1024)}}"}"""
        );

        Assert.Equal(415, (int)form.StatusCode);
        large.Problem(413);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health")]
    [InlineData("/nowhere")]
    [InlineData("/api/v1/keys")]
    [InlineData("/openapi/v1.json")]
    public async Task Every_answer_of_the_management_side_has_safe_headers(string path)
    {
        var headers = (await server.GetAsync(path)).Headers;

        Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
        Assert.Equal("DENY", headers["X-Frame-Options"]);
        Assert.Contains("default-src 'none'", headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal("no-referrer", headers["Referrer-Policy"]);
        Assert.Equal(path == "/" ? "no-cache" : "no-store", headers["Cache-Control"]);
        Assert.False(headers.ContainsKey("Server"));
    }

    [Fact]
    public async Task The_gateways_answers_have_none_of_them()
    {
        var answer = await server.GetAsync("/v1/models");

        Assert.Equal(200, answer.Status);
        Assert.False(answer.Headers.ContainsKey("Content-Security-Policy"));
        Assert.False(answer.Headers.ContainsKey("X-Frame-Options"));
    }

    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("localhost.evil.example", 421)]
    [InlineData("127.0.0.1.evil.example", 421)]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1:1", 200)]
    [InlineData("[::1]", 200)]
    public async Task Only_known_hosts_are_answered(string host, int status)
    {
        var answer = await server.GetAsync("/health", "", ("Host", host));

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task Metrics_are_told_to_this_machine_and_not_to_a_proxys_caller()
    {
        var open = await server.GetAsync("/metrics", "");
        (await server.GetAsync("/metrics", "", ("X-Forwarded-For", "203.0.113.9"))).Problem(401);
        var read = await server.GetAsync("/metrics", null, ("X-Forwarded-For", "203.0.113.9"));

        Assert.Equal("text/plain", open.Type);
        Assert.Equal(200, read.Status);
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in open.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Matches(
                @"^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+=""[^""]*"",?)+\})? ([0-9.eE+-]+|\+Inf))$",
                line
            );
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.True(named.Add(line.Split(' ')[2]), line);
            }
        }

        Assert.Contains(
            "weir_requests_total{provider=\"simulator\",model=\"sim-small\",status=\"ok\"} 1",
            open.Text,
            StringComparison.Ordinal
        );
        Assert.Contains("weir_ledger_journalled_records_total 1", open.Text, StringComparison.Ordinal);
        const string Labels = "{provider=\"simulator\",model=\"sim-small\",status=\"ok\"";
        Assert.Contains($"weir_tokens_total{Labels},class=\"cache_write_1h\"}} 0", open.Text, StringComparison.Ordinal);
        Assert.Contains($"weir_unpriced_requests_total{Labels}}} 0", open.Text, StringComparison.Ordinal);
        var told = (await server.GetAsync($"/api/v1/usage/requests/{server.RequestId}")).Json.GetProperty("costUsd");
        var cost = Assert.Single(
            open.Text.Split('\n'),
            line => line.StartsWith("weir_cost_usd_total{", StringComparison.Ordinal)
        );
        Assert.Equal(
            double.Parse(told.GetString()!, CultureInfo.InvariantCulture),
            double.Parse(cost.Split(' ')[^1], CultureInfo.InvariantCulture)
        );
    }

    [Fact]
    public async Task The_server_tells_that_it_is_ready_and_what_it_is()
    {
        var ready = await server.GetAsync("/health/ready", "");
        var status = (await server.GetAsync("/api/v1/system/status")).Json;

        Assert.Equal("ready", ready.Json.GetProperty("status").GetString());
        Assert.Equal(server.Weir.ProcessId, status.GetProperty("processId").GetInt32());
        Assert.Contains(
            status.GetProperty("providers").EnumerateArray(),
            provider => provider.GetProperty("name").GetString() == "simulator"
        );
        var ledger = status.GetProperty("ledger");
        Assert.Equal(
            ledger.GetProperty("journalled").GetInt64(),
            ledger.GetProperty("written").GetInt64() + ledger.GetProperty("pending").GetInt64()
        );
        Assert.Contains("<title>Now · Weir</title>", (await server.GetAsync("/", "")).Text, StringComparison.Ordinal);
    }
}

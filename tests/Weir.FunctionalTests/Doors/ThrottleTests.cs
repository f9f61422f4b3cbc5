using System.Globalization;
using System.Net;
using System.Text.Json;
using Weir.FunctionalTests.Api;
using Weir.Testing;

namespace Weir.FunctionalTests.Doors;

/// <summary>How often the management side answers one caller.</summary>
public sealed class ThrottleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Changes_are_counted_by_caller_and_reads_more_generously()
    {
        await using var weir = await StartAsync("rateLimit: { requestsPerMinute: 5 }");
        using var other = await weir.PostAsync("/api/v1/keys", """{"name":"other","scopes":["admin"]}""");
        using var made = JsonDocument.Parse(await other.Content.ReadAsStringAsync());
        var otherKey = made.RootElement.GetProperty("key").GetString()!;
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 5; i++)
        {
            answers.Add(await SendAsync(weir, HttpMethod.Delete, "/api/v1/keys/nobody", weir.AdminKey));
        }

        // One was spent on the other key; a bucket of five fills again by one in twelve seconds.
        var refused = answers[^1];
        Assert.All(answers[..4], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        Assert.Equal("3", answers[0].Headers.GetValues("RateLimit-Remaining").Single());
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.InRange(Number(refused, "Retry-After"), 1, 12);
        Assert.Equal("5", refused.Headers.GetValues("RateLimit-Limit").Single());
        Assert.Equal("5;w=60", refused.Headers.GetValues("RateLimit-Policy").Single());
        Assert.Equal("0", refused.Headers.GetValues("RateLimit-Remaining").Single());
        Assert.InRange(Number(refused, "RateLimit-Reset"), 1, 60);

        using var others = await SendAsync(weir, HttpMethod.Delete, "/api/v1/keys/nobody", otherKey);
        using var read = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", weir.AdminKey);
        Assert.Equal(HttpStatusCode.NotFound, others.StatusCode);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal("50", read.Headers.GetValues("RateLimit-Limit").Single());
        answers.ForEach(answer => answer.Dispose());
    }

    [Fact]
    public async Task Health_pages_and_the_local_command_are_not_counted()
    {
        await using var weir = await StartAsync("rateLimit: { requestsPerMinute: 1 }");
        for (var i = 0; i < 30; i++)
        {
            foreach (var path in new[] { "/health", "/health/ready", "/", "/docs" })
            {
                using var answer = await SendAsync(weir, HttpMethod.Get, path, null);
                Assert.NotEqual(HttpStatusCode.TooManyRequests, answer.StatusCode);
                Assert.False(answer.Headers.Contains("RateLimit-Limit"), path);
            }
        }
    }

    [Fact]
    public async Task The_bound_changes_at_once_with_the_file()
    {
        await using var weir = await StartAsync("rateLimit: { requestsPerMinute: 7 }");
        using var before = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", weir.AdminKey);
        await File.WriteAllTextAsync(
            weir.DataFolder + ".yaml",
            "version: 1\nserver: { rateLimit: { requestsPerMinute: 0 } }\n",
            TestContext.Current.CancellationToken
        );

        await weir.UntilAsync(
            async () =>
            {
                using var answer = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", weir.AdminKey);
                return !answer.Headers.Contains("RateLimit-Limit");
            },
            "lift the bound"
        );
        Assert.Equal("70", before.Headers.GetValues("RateLimit-Limit").Single());
    }

    [Fact]
    public async Task By_default_a_caller_may_change_a_hundred_things_a_minute_and_read_a_thousand()
    {
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            environment: new Dictionary<string, string> { ["WEIR_RATE_LIMIT"] = "" }
        );

        using var read = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", weir.AdminKey);
        using var change = await SendAsync(weir, HttpMethod.Delete, "/api/v1/keys/nobody", weir.AdminKey);

        Assert.Equal("1000", read.Headers.GetValues("RateLimit-Limit").Single());
        Assert.Equal("100", change.Headers.GetValues("RateLimit-Limit").Single());
    }

    [Fact]
    public async Task Who_tries_keys_is_shut_out_and_who_has_one_is_not()
    {
        await using var weir = await StartAsync("rateLimit: { wrongKeysPerMinute: 4 }");
        using var first = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", weir.AdminKey);
        for (var i = 0; i < 5; i++)
        {
            // A stale key that comes again is one key.
            using var stale = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", "wk_stale");
            using var guess = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", "wk_guess" + Text(i));
            Assert.Equal(i < 4 ? HttpStatusCode.Unauthorized : stale.StatusCode, guess.StatusCode);
        }

        using var next = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", "wk_guess99");
        using var known = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", weir.AdminKey);
        using var nobody = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", null);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, next.StatusCode);
        Assert.InRange(Number(next, "Retry-After"), 1, 120);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    [Fact]
    public async Task Who_tries_sessions_is_shut_out_as_who_tries_keys_and_who_signs_in_is_not()
    {
        await using var weir = await StartAsync("rateLimit: { wrongKeysPerMinute: 4 }");
        var invited = await weir.PostAsync("/api/v1/users", """{"name":"rosa","roles":["viewer"]}""");
        using var json = JsonDocument.Parse(await invited.Content.ReadAsStringAsync());
        var link = json.RootElement.GetProperty("invitation").GetString()!.Split('#')[1];
        var rosa = new Browser(weir);
        var accepted = $$"""{"token":"{{link}}","password":"correct horse battery staple"}""";
        Assert.Equal(200, (await rosa.PostAsync("/auth/invitation", accepted)).Status);
        Assert.Equal(200, (await rosa.GetAsync("/usage/summary")).Status);
        var guesser = new Browser(weir);
        for (var i = 0; i < 5; i++)
        {
            guesser.Token = "ws_stale";
            var stale = await guesser.GetAsync("/usage/summary");
            guesser.Token = "ws_guess" + Text(i);
            var guess = await guesser.GetAsync("/usage/summary");
            Assert.Equal(i < 4 ? 401 : stale.Status, guess.Status);
        }

        guesser.Token = "ws_guess99";
        var next = await guesser.GetAsync("/usage/summary");
        next.Problem(429);
        Assert.InRange(int.Parse(next.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 120);
        using var key = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", "wk_guess");
        Assert.Equal(HttpStatusCode.TooManyRequests, key.StatusCode);

        // Nothing is looked at where nothing is asked for: who is shut out by a neighbour, or by a stale cookie, signs in.
        Assert.Equal(200, (await rosa.GetAsync("/usage/summary")).Status);
        var anew = new Browser(weir) { Token = "ws_guess99" };
        Assert.Equal(200, (await anew.SignInAsync("rosa", "correct horse battery staple")).Status);
        Assert.Equal(200, (await anew.GetAsync("/usage/summary")).Status);
    }

    [Fact]
    public async Task A_wrong_password_does_not_count_against_the_key_that_came_with_it()
    {
        await using var weir = await StartAsync("rateLimit: { wrongKeysPerMinute: 1 }");
        using var first = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", weir.AdminKey);
        using var refused = await weir.PostAsync("/api/v1/auth/sign-in", """{"name":"nobody","password":"nothing"}""");
        for (var i = 0; i < 3; i++)
        {
            using var guess = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", "wk_guess" + Text(i));
        }

        using var known = await SendAsync(weir, HttpMethod.Get, "/api/v1/keys", weir.AdminKey);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
    }

    private Task<WeirProcess> StartAsync(string server) =>
        WeirProcess.StartAsync(folder.At("data"), $"version: 1\nserver: {{ {server} }}\n");

    private static Task<HttpResponseMessage> SendAsync(WeirProcess weir, HttpMethod method, string path, string? key)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        }

        return weir.SendAsync(request);
    }

    private static int Number(HttpResponseMessage answer, string header) =>
        int.Parse(answer.Headers.GetValues(header).Single(), CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

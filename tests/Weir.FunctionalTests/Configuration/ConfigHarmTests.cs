using System.Text;
using Weir.Testing;

namespace Weir.FunctionalTests.Configuration;

/// <summary>A change of the configuration after which requests fail is taken back where it is asked for, and nowhere else.</summary>
public sealed class ConfigHarmTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeProvider provider = new();

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await provider.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("off")]
    public async Task A_change_that_does_harm_is_taken_back_where_it_is_asked_for(string rollback)
    {
        var sound = $$"""
            version: 1
            server: { rollback: {{rollback}} }
            providers:
              # the one that works
              - { name: anthropic, kind: anthropic, baseUrl: "{{provider.BaseUrl}}", apiKey: {{FakeProvider.ApiKey}} }

            """;
        await using var weir = await WeirProcess.StartAsync(folder.At("data"), sound);
        var file = folder.At("data.yaml");
        await AskAsync(weir, 60, 200);

        await File.WriteAllTextAsync(file, sound.Replace(FakeProvider.ApiKey, "sk-mistyped", StringComparison.Ordinal));
        await weir.UntilAsync(
            async () => (await weir.GetAsync("/api/v1/config/versions")).GetProperty("items").GetArrayLength() == 2,
            "take the change"
        );
        await AskAsync(weir, 60, 401);

        if (rollback == "off")
        {
            Assert.Contains("sk-mistyped", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
            return;
        }

        await weir.UntilAsync(async () => await File.ReadAllTextAsync(file) == sound, "take the change back");
        await weir.UntilAsync(
            async () => (await weir.GetAsync("/api/v1/config/versions")).GetProperty("items").GetArrayLength() == 3,
            "note it"
        );
        var newest = (await weir.GetAsync("/api/v1/config/versions")).GetProperty("items")[0];
        Assert.Contains("taken back by Weir", newest.ToString(), StringComparison.Ordinal);
        await AskAsync(weir, 1, 200);
    }

    private static async Task AskAsync(WeirProcess weir, int times, int expected)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        for (var i = 0; i < times; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(weir.BaseUrl, "/v1/messages"));
            request.Headers.Add("x-api-key", weir.AdminKey);
            request.Headers.Add("anthropic-version", "2023-06-01");
            request.Content = new StringContent(
                """{"model":"claude-sonnet-5","max_tokens":16,"messages":[{"role":"user","content":"hi"}]}""",
                Encoding.UTF8,
                "application/json"
            );
            using var answer = await client.SendAsync(request, CancellationToken.None);
            Assert.True(
                (int)answer.StatusCode == expected || expected == 401,
                $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"
            );
        }
    }
}

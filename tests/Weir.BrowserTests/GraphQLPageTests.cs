using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>GraphiQL at <c>/graphql</c>, as a person uses it.</summary>
public sealed class GraphQLPageTests(ChromiumFixture chromium, TrafficFixture server) : IClassFixture<TrafficFixture>
{
    [Fact]
    public async Task A_question_is_completed_asked_and_answered()
    {
        await server.Traffic.SendAsync();
        await server.Traffic.Weir.SettleAsync();
        await using var tab = await OpenAsync(new TabOptions());

        await WriteAsync(tab, "{ heal");
        await tab.Page.Keyboard.PressAsync("Control+Space");
        await tab.Page.Locator(".suggest-widget").GetByText("health", new() { Exact = true }).First.ClickAsync();
        await tab.Page.Keyboard.InsertTextAsync(" total { requests } }");
        await tab.Page.Keyboard.PressAsync("Escape");
        await AskAsync(tab);

        await ToldAsync(tab, "\"health\": \"ok\"");
        // How many there are depends on what other tests have asked.
        await ToldAsync(tab, "\"requests\": ");
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Variables_and_headers_go_with_a_question()
    {
        await using var tab = await OpenAsync(new TabOptions(), withKey: false);

        await WriteAsync(tab, "query ($by: String!) { top(by: $by) { by } }");
        await EditAsync(tab, "Variables", "{\"by\": \"project\"}");
        await EditAsync(tab, "Headers", $"{{\"x-weir-key\": \"{server.Traffic.Weir.AdminKey}\"}}");
        await AskAsync(tab);

        await ToldAsync(tab, "\"by\": \"project\"");
        Assert.Empty(tab.Faults);
        var kept = await tab.Page.EvaluateAsync<string>("() => JSON.stringify({ ...localStorage })");
        Assert.DoesNotContain(server.Traffic.Weir.AdminKey, kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_is_there_to_read()
    {
        await using var tab = await OpenAsync(new TabOptions());

        await tab.Page.GetByLabel("Show Documentation Explorer").ClickAsync();
        await tab.Page.Locator(".graphiql-doc-explorer").GetByText("Query", new() { Exact = true }).First.ClickAsync();
        await tab.Page.GetByText("sessionPage tells where the next page begins").WaitForAsync();

        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_subscription_tells_of_requests_as_they_come()
    {
        await using var tab = await OpenAsync(new TabOptions());

        await WriteAsync(tab, "subscription { usage { id model } }");
        await AskAsync(tab);
        var shown = tab.Page.Locator(".graphiql-response").GetByText("\"model\"").First.WaitForAsync();
        // Whatever is asked until the stream is open is not told: one after another, until one is.
        while (!shown.IsCompleted)
        {
            await server.Traffic.SendAsync();
            await Task.WhenAny(shown, Task.Delay(500, TestContext.Current.CancellationToken));
        }

        await shown;
        await tab.Page.GetByLabel("Stop query").ClickAsync();
        Assert.Empty(tab.Faults);
    }

    [Theory]
    [InlineData(false, 1280)]
    [InlineData(true, 1280)]
    [InlineData(false, 390)]
    [InlineData(true, 390)]
    public async Task It_fits_and_speaks_to_nobody_else(bool isDark, int width)
    {
        await using var tab = await OpenAsync(new TabOptions { IsDark = isDark, Width = width });
        await WriteAsync(tab, "{ health }");
        await AskAsync(tab);
        await ToldAsync(tab, "\"health\": \"ok\"");
        if (Environment.GetEnvironmentVariable("WEIR_PICTURES") is { Length: > 0 } folder)
        {
            var path = Path.Combine(folder, $"graphql-{(isDark ? "dark" : "light")}-{width}.png");
            await tab.Page.ScreenshotAsync(new PageScreenshotOptions { Path = path });
        }

        var page = await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");
        var hosts = await tab.Page.EvaluateAsync<string[]>(
            "() => [...new Set(performance.getEntriesByType('resource').map((one) => new URL(one.name).host))]"
        );
        var back = await tab.Page.EvaluateAsync<string>(
            "() => getComputedStyle(document.querySelector('#who')).backgroundColor"
        );
        Assert.Equal(width, page);
        Assert.Equal([server.Traffic.Weir.BaseUrl.Authority], hosts);
        Assert.Equal(isDark, back != "rgb(255, 255, 255)");
        Assert.Empty(tab.Faults);
    }

    private async Task<Tab> OpenAsync(TabOptions options, bool withKey = true)
    {
        var tab = await chromium.OpenAsync(options);
        await tab.GoAsync(server.Traffic.Weir, "/graphql");
        if (withKey)
        {
            await tab.Page.GetByLabel("Key", new() { Exact = true }).FillAsync(server.Traffic.Weir.AdminKey);
            var known = tab.Page.WaitForResponseAsync(answer =>
                answer.Url.EndsWith("/graphql", StringComparison.Ordinal) && answer.Status == 200
            );
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Use", Exact = true }).ClickAsync();
            await known;
        }

        await tab.Page.Locator(".graphiql-query-editor .monaco-editor .view-lines").First.WaitForAsync();
        return tab;
    }

    private static async Task WriteAsync(Tab tab, string question)
    {
        await tab.Page.Locator(".graphiql-query-editor .view-lines").First.ClickAsync();
        await tab.Page.Keyboard.PressAsync("Control+A");
        await tab.Page.Keyboard.PressAsync("Delete");
        await tab.Page.Keyboard.InsertTextAsync(question);
    }

    private static async Task EditAsync(Tab tab, string name, string text)
    {
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();
        await tab.Page.Locator(".graphiql-editor-tool .view-lines:visible").First.ClickAsync();
        await tab.Page.Keyboard.PressAsync("Control+A");
        await tab.Page.Keyboard.InsertTextAsync(text);
    }

    private static Task AskAsync(Tab tab) => tab.Page.GetByLabel("Execute query (Ctrl-Enter)").ClickAsync();

    private static Task ToldAsync(Tab tab, string text) =>
        tab.Page.Locator(".graphiql-response .view-lines").Filter(new() { HasText = text }).WaitForAsync();
}

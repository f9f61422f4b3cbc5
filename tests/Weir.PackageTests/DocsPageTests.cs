using System.Collections.Concurrent;
using Microsoft.Playwright;
using Weir.Testing;

namespace Weir.PackageTests;

/// <summary>The page at <c>/docs</c>, in a browser.</summary>
public sealed class DocsPageTests(MadePackage package) : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentQueue<string> requests = new();
    private readonly ConcurrentQueue<string> complaints = new();
    private WeirProcess weir = null!;
    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        weir = await WeirProcess.StartAsync(folder.At("data"), executable: package.Executable);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        await weir.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData(ColorScheme.Light, "rgba(0, 0, 0, 0)")]
    [InlineData(ColorScheme.Dark, "rgb(28, 32, 34)")]
    public async Task It_lists_the_routes_in_light_and_dark_and_asks_nobody_else(ColorScheme scheme, string background)
    {
        var page = await OpenAsync(scheme);

        await page.GetByText("/api/v1/usage/summary").First.WaitForAsync();

        Assert.Equal(background, await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Contains(requests, request => request.EndsWith("/openapi/v1.json", StringComparison.Ordinal));
        AssertNobodyElseWasAsked();
    }

    [Fact]
    public async Task A_route_is_tried_with_a_key()
    {
        // The page draws what is in sight alone: by its own address the operation is, and its own lock leaves it there.
        var page = await OpenAsync(ColorScheme.Light, "#/System/getSystemStatus");
        var operation = page.Locator("#operations-System-getSystemStatus");
        await operation.Locator("button.authorization__btn").First.ClickAsync();
        await page.Locator(".auth-container input").FillAsync(weir.AdminKey);
        await page.Locator(".auth-btn-wrapper .authorize").ClickAsync();
        await page.Locator(".auth-btn-wrapper .btn-done").ClickAsync();
        await operation.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Execute" }).ClickAsync();

        var status = page.Locator(".live-responses-table .response .response-col_status").First;
        await status.WaitForAsync();

        Assert.StartsWith("200", await status.InnerTextAsync(), StringComparison.Ordinal);
        AssertNobodyElseWasAsked();
    }

    private async Task<IPage> OpenAsync(ColorScheme scheme, string place = "")
    {
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { ColorScheme = scheme });
        page.Request += (_, request) => requests.Enqueue(request.Url);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Enqueue(error);
        await page.GotoAsync(new Uri(weir.BaseUrl, "/docs" + place).ToString());
        return page;
    }

    private void AssertNobodyElseWasAsked()
    {
        // What the policy forbids is told on the console.
        Assert.Empty(complaints);
        Assert.All(
            requests,
            request =>
                Assert.True(
                    request.StartsWith("data:", StringComparison.Ordinal)
                        || request.StartsWith(weir.BaseUrl.ToString(), StringComparison.Ordinal),
                    request
                )
        );
    }
}

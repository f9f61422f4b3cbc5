using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Weir.Testing;

namespace Weir.BrowserTests.Testing;

/// <summary>A tab, and what went wrong in it.</summary>
public sealed class Tab : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> faults = new();

    internal Tab(IBrowserContext context, IPage page)
    {
        Context = context;
        Page = page;
        page.SetDefaultTimeout(15_000);
        page.PageError += (_, error) => faults.Enqueue(error);
        page.Console += (_, message) =>
        {
            // Chromium notes every answer of 400 and above, SvelteKit every page that is not there: those that a test
            // brings about are no faults of the page.
            if (
                message.Type == "error"
                && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)
                && !message.Text.Contains("Not found: /", StringComparison.Ordinal)
            )
            {
                faults.Enqueue(message.Text);
            }
        };
    }

    /// <summary>The profile.</summary>
    public IBrowserContext Context { get; }

    /// <summary>The tab itself.</summary>
    public IPage Page { get; }

    /// <summary>Exceptions in the page, and errors in its console: what its content security policy stopped, for one.</summary>
    public IReadOnlyCollection<string> Faults => faults;

    /// <summary>Opens "Now", signed out.</summary>
    public async Task GoAsync(WeirProcess weir, string path = "/")
    {
        await Page.GotoAsync(new Uri(weir.BaseUrl, path).ToString());
        // What is written already takes no keys yet.
        await Page.WaitForFunctionAsync(
            """
            () => performance.getEntriesByName('weir-interactive').length > 0
              || !document.documentElement.innerHTML.includes('__sveltekit')
            """
        );
    }

    /// <summary>Opens "Now" and signs in as a person would.</summary>
    public async Task SignInAsync(WeirProcess weir, string? key = null)
    {
        await GoAsync(weir);
        await AskForKeyAsync();
        await Page.GetByLabel("Weir key").FillAsync(key ?? weir.AdminKey);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Page.GetByRole(AriaRole.Heading, new() { Name = "Now" }).WaitForAsync();
    }

    /// <summary>Turns the sign-in page to its second way in.</summary>
    public Task AskForKeyAsync() => Page.GetByRole(AriaRole.Button, new() { Name = "Use a Weir key" }).ClickAsync();

    /// <summary>
    /// Waits until the address matches a pattern. <c>WaitForURLAsync</c> misses a change of address that comes between its look at
    /// the present one and the beginning of its listening, which on a busy machine is every third time.
    /// </summary>
    public Task UntilAtAsync([StringSyntax(StringSyntaxAttribute.Regex)] string pattern) =>
        Assertions
            .Expect(Page)
            .ToHaveURLAsync(new Regex(pattern), new PageAssertionsToHaveURLOptions { Timeout = 15_000 });

    /// <summary>Waits until the page hears what changes.</summary>
    public Task UntilLiveAsync() => Page.Locator("[data-state=live]").WaitForAsync();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Context.DisposeAsync();
}

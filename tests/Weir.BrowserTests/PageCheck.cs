using Deque.AxeCore.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>What holds of every page in every state.</summary>
internal static class PageCheck
{
    /// <summary>A tab with a key and a language, on no page yet.</summary>
    public static async Task<Tab> OpenAsync(
        ChromiumFixture chromium,
        string key,
        TabOptions? options = null,
        string? language = null
    )
    {
        var tab = await chromium.OpenAsync(options);
        await tab.Page.AddInitScriptAsync($"sessionStorage.setItem('weir.key', '{key}')");
        if (language is not null)
        {
            await tab.Page.AddInitScriptAsync($"localStorage.setItem('weir.language', '{language}')");
        }

        return tab;
    }

    /// <summary>Axe finds nothing, and nothing is wider than the screen.</summary>
    public static async Task CheckAsync(Tab tab, string state, int width)
    {
        var found = await tab.Page.RunAxe();
        Assert.True(
            found.Violations.Length == 0,
            $"{state}:\n"
                + string.Join(
                    '\n',
                    found.Violations.Select(v =>
                        $"{v.Id}: {v.Help}\n  {string.Join("\n  ", v.Nodes.Select(n => n.Html))}"
                    )
                )
        );
        Assert.True(
            await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width,
            $"{state} is wider than {width}"
        );
    }
}

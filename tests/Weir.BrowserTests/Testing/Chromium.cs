using Microsoft.Playwright;

namespace Weir.BrowserTests.Testing;

/// <summary>One headless Chromium; each <see cref="OpenAsync"/> is a browser of its own to the pages.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>The browser's executable: <c>WEIR_CHROMIUM</c>, else where Debian puts it.</summary>
    public static string Executable => Environment.GetEnvironmentVariable("WEIR_CHROMIUM") ?? "/usr/bin/chromium";

    /// <summary>Starts it.</summary>
    public async Task StartAsync()
    {
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = Executable, Args = ["--no-sandbox"] }
        );
    }

    /// <summary>A tab in a profile of its own.</summary>
    public async Task<Tab> OpenAsync(TabOptions? options = null)
    {
        options ??= new TabOptions();
        var context = await browser!.NewContextAsync(
            new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = options.Width, Height = options.Height },
                ColorScheme = options.IsDark ? ColorScheme.Dark : ColorScheme.Light,
                ReducedMotion = options.Moves ? ReducedMotion.NoPreference : ReducedMotion.Reduce,
                DeviceScaleFactor = options.Scale,
                HasTouch = options.IsPhone,
                IsMobile = options.IsPhone,
                TimezoneId = "UTC",
                Locale = "en-GB",
            }
        );
        return new Tab(context, await context.NewPageAsync());
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }
}

/// <summary>How a tab looks at the pages.</summary>
public sealed record TabOptions
{
    /// <summary>A phone held upright.</summary>
    public static readonly TabOptions Phone = new()
    {
        Width = 390,
        Height = 844,
        IsPhone = true,
        Scale = 2,
    };

    public int Width { get; init; } = 1280;

    public int Height { get; init; } = 900;

    public bool IsPhone { get; init; }

    public bool IsDark { get; init; }

    /// <summary>Whether things may move; still by default, so that what is seen does not hang on the moment.</summary>
    public bool Moves { get; init; }

    /// <summary>Device pixels for each of the page's.</summary>
    public float Scale { get; init; } = 1;
}

using Weir.BrowserTests.Testing;

[assembly: AssemblyFixture(typeof(Weir.BrowserTests.ChromiumFixture))]

namespace Weir.BrowserTests;

/// <summary>The one browser of all tests.</summary>
public sealed class ChromiumFixture : IAsyncLifetime
{
    private readonly Chromium chromium = new();

    public async ValueTask InitializeAsync() => await chromium.StartAsync();

    public ValueTask DisposeAsync() => chromium.DisposeAsync();

    /// <summary>A tab in a profile of its own.</summary>
    internal Task<Tab> OpenAsync(TabOptions? options = null) => chromium.OpenAsync(options);
}

/// <summary>One server for a class of tests.</summary>
public sealed class TrafficFixture : IAsyncLifetime
{
    internal Traffic Traffic { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Traffic = await Traffic.StartAsync();

    public ValueTask DisposeAsync() => Traffic.DisposeAsync();
}

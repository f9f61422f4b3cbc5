using System.Net;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Gateway.Upstreams;
using Weir.Testing;

namespace Weir.Gateway.Tests.Upstreams;

public sealed class OwnModelsTests
{
    [Fact]
    public async Task A_failure_that_nobody_foresaw_is_logged_and_the_next_question_goes_out()
    {
        var config = new ProviderConfig
        {
            Name = "own",
            Kind = ProviderKind.OpenAICompatible,
            BaseUrl = new Uri("http://own.example/v1"),
        };
        var provider = new ProviderModel(
            config,
            Upstream.Inside(ProviderModel.KeyOf(config, WorkspaceId.Default), new BrokenAtFirst())
        );
        var clock = new FakeClock();
        var lines = new Lines();
        var models = new OwnModels();

        Assert.Empty(await models.OfAsync(provider, clock, lines, CancellationToken.None));
        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(["llama"], await models.OfAsync(provider, clock, lines, CancellationToken.None));
        Assert.Equal(["What provider own lists could not be read: NotSupportedException"], lines.Written);
    }

    /// <summary>Fails as no network does, once.</summary>
    private sealed class BrokenAtFirst : HttpMessageHandler
    {
        private int asked;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) =>
            Interlocked.Increment(ref asked) == 1
                ? throw new NotSupportedException()
                : Task.FromResult(
                    new HttpResponseMessage(HttpStatusCode.OK)
                    {
                        Content = new StringContent("""{"data":[{"id":"llama"}]}"""),
                    }
                );
    }

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Written.Add(formatter(state, exception));
    }
}

using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Weir.Gateway.Tests.Upstreams;

/// <summary>A provider on a real Kestrel behind TLS.</summary>
internal sealed class TlsUpstream : IAsyncDisposable
{
    private readonly TestAuthority authority = new();
    private readonly WebApplication app;

    private TlsUpstream(HttpProtocols protocols, int streams, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.Http2.MaxStreamsPerConnection = streams;
            server.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            server.Listen(
                System.Net.IPAddress.Loopback,
                0,
                listen =>
                {
                    listen.Protocols = protocols;
                    listen.UseHttps(authority.Server);
                }
            );
        });
        app = builder.Build();
        app.Run(async context =>
        {
            Seen.Enqueue(
                new SeenRequest(
                    context.Request.Protocol,
                    context.Connection.Id,
                    context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString()),
                    await new StreamReader(context.Request.Body).ReadToEndAsync()
                )
            );
            await answer(context);
        });
    }

    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    public static async Task<TlsUpstream> StartAsync(HttpProtocols protocols, RequestDelegate answer, int streams = 100)
    {
        var upstream = new TlsUpstream(protocols, streams, answer);
        await upstream.app.StartAsync();
        return upstream;
    }

    public ProviderConfig Provider(string name = "anthropic") =>
        new()
        {
            Name = name,
            Kind = ProviderKind.Anthropic,
            BaseUrl = new Uri(app.Urls.Single()),
            ApiKey = "sk-of-the-provider",
            Authorities = authority.Pem,
        };

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
        authority.Dispose();
    }
}

/// <summary>A request as it reached the upstream.</summary>
internal sealed record SeenRequest(
    string Protocol,
    string Connection,
    IReadOnlyDictionary<string, string> Headers,
    string Body
);

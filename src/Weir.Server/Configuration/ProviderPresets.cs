using System.Collections.Immutable;
using Weir.Gateway;
using Weir.Gateway.Upstreams;
using Weir.Identity;

namespace Weir.Server.Configuration;

/// <summary>The configuration that an environment makes of the vendors that Weir knows by name.</summary>
internal static class ProviderPresets
{
    /// <summary>What a simulator serves when its configuration names no models.</summary>
    public static ImmutableArray<string> SimulatedModels { get; } = ["sim-*"];

    /// <summary>
    /// The address of a vendor that Weir knows by that name; null for any other name, for simulators, and for vendors of whom
    /// every account has an address of its own.
    /// </summary>
    public static Uri? AddressOf(string name) =>
        Vendors.Named(name) is { } known
            ? new ProviderConfig
            {
                Name = known.Name,
                Kind = known.Kind,
                BaseUrl = known.BaseUrl is { } address ? new Uri(address) : null,
            }.Address
            : null;

    /// <summary>
    /// The configuration of a server without a file. A variable that holds a Weir key is a client's setting
    /// (<c>ANTHROPIC_API_KEY=wk_…</c>), never sent to a vendor, and is passed over. So is what is no address, region or project:
    /// variables that were meant for other programs never keep a server from starting.
    /// </summary>
    public static WeirConfig FromEnvironment(Func<string, string?> variable) =>
        new()
        {
            Gateway = new GatewayConfig
            {
                Providers =
                [
                    .. Vendors
                        .All.Select(vendor => Provider(vendor, name => Value(variable(name))))
                        .OfType<ProviderConfig>(),
                ],
            },
        };

    private static ProviderConfig? Provider(Vendor vendor, Func<string, string?> value)
    {
        var key = vendor.Variables.Select(value).FirstOrDefault(found => found is not null);
        var provider = new ProviderConfig
        {
            Name = vendor.Name,
            Kind = vendor.Kind,
            BaseUrl = vendor.BaseUrl is null ? null : new Uri(vendor.BaseUrl),
            Catalogue = vendor.Catalogue,
            ApiKey = key,
            Models = vendor.Kind == ProviderKind.Simulator ? SimulatedModels : [],
            Share = vendor.Kind == ProviderKind.Simulator ? ProviderShare.Everybody : ProviderShare.Nobody,
        };
        return vendor.Kind switch
        {
            ProviderKind.AzureOpenAI => Azure(provider, value),
            ProviderKind.Bedrock => Bedrock(provider, value),
            ProviderKind.Vertex => Vertex(provider, value),
            _ when vendor.AddressVariable is { } local => Local(provider, value(local)),
            _ => key is not null || vendor.WithoutKey ? provider : null,
        };
    }

    private static ProviderConfig? Azure(ProviderConfig provider, Func<string, string?> value)
    {
        var version = value("OPENAI_API_VERSION") ?? value("AZURE_OPENAI_API_VERSION");
        return provider.ApiKey is not null && Address(value("AZURE_OPENAI_ENDPOINT")) is { } address
            ? provider with
            {
                BaseUrl = address,
                ApiVersion = HostReader.IsVersion(version) ? version : null,
            }
            : null;
    }

    private static ProviderConfig? Bedrock(ProviderConfig provider, Func<string, string?> value)
    {
        var region = value("AWS_REGION") ?? value("AWS_DEFAULT_REGION");
        if (!HostReader.IsRegion(region))
        {
            return null;
        }

        var (id, secret) = (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY"));
        return provider.ApiKey is not null ? provider with { Region = region }
            : id is null || secret is null ? null
            : provider with
            {
                Region = region,
                AccessKeyId = id,
                SecretAccessKey = secret,
                SessionToken = value("AWS_SESSION_TOKEN"),
            };
    }

    private static ProviderConfig? Vertex(ProviderConfig provider, Func<string, string?> value)
    {
        var project = value("GOOGLE_CLOUD_PROJECT") ?? value("ANTHROPIC_VERTEX_PROJECT_ID");
        var location = value("GOOGLE_CLOUD_LOCATION") ?? value("CLOUD_ML_REGION");
        return
            value("GOOGLE_APPLICATION_CREDENTIALS") is { } file
            && HostReader.IsProject(project)
            && HostReader.IsRegion(location)
            ? provider with
            {
                Project = project,
                Location = location,
                Credentials = file,
            }
            : null;
    }

    /// <summary>What a variable of a local program says: a host, a port, both, or an address; without a path that of its API.</summary>
    private static ProviderConfig? Local(ProviderConfig provider, string? text)
    {
        const string Scheme = "://";
        if (
            text is null
            || Address(text.Contains(Scheme, StringComparison.Ordinal) ? text : "http://" + text) is not { } said
        )
        {
            return null;
        }

        var authority = text[
            (text.IndexOf(Scheme, StringComparison.Ordinal) is >= 0 and var at ? at + Scheme.Length : 0)..
        ];
        authority = authority.Split('/')[0];
        var namesPort = authority.LastIndexOf(':') > authority.LastIndexOf(']');
        var own = provider.BaseUrl!;
        // Where the program listens on every address, this machine's own will do.
        var host = said.Host is "0.0.0.0" or "[::]" ? own.Host : said.Host;
        return provider with
        {
            BaseUrl = new UriBuilder(said.Scheme, host, namesPort ? said.Port : own.Port)
            {
                Path = said.AbsolutePath == "/" ? own.AbsolutePath : said.AbsolutePath,
            }.Uri,
        };
    }

    private static Uri? Address(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address is { Host.Length: > 0, UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 }
            ? address
            : null;

    private static string? Value(string? value) =>
        value?.Trim() is { Length: > 0 } text
        && !KeyRing.LooksLikeKey(text)
        && !text.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? text
            : null;
}

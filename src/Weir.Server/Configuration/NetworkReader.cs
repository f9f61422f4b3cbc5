using System.Collections.Frozen;
using System.Net;
using Weir.Foundation.Network;
using Weir.Gateway;

namespace Weir.Server.Configuration;

/// <summary>Reads of the map <c>server</c> where Weir may connect to, and whose word it takes on its callers.</summary>
internal static class NetworkReader
{
    /// <summary>What to do about an address that is refused.</summary>
    public const string HowToAllow = "where it is meant, name it in server.network.allow";

    private static readonly FrozenDictionary<string, ForwardingHeader> Headers = new Dictionary<
        string,
        ForwardingHeader
    >(StringComparer.Ordinal)
    {
        ["x-forwarded"] = ForwardingHeader.XForwarded,
        ["forwarded"] = ForwardingHeader.Forwarded,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The key <c>network</c>.</summary>
    public static AddressPolicy ReadPolicy(ConfigReading reading, MapReader server)
    {
        if (server.Map("network") is not { } map)
        {
            return AddressPolicy.Server;
        }

        var allowsPrivate = map.Flag("allowPrivate") ?? true;
        var listed = new List<string>();
        foreach (var (text, node, path) in map.Texts("allow"))
        {
            if (AddressPolicy.IsListable(text))
            {
                listed.Add(text);
            }
            else
            {
                reading.Fault(
                    node,
                    path,
                    $"\"{node.Text}\" is no network, address or host name",
                    "as 10.1.0.0/16, fd00:1::/64, 192.168.1.5 or ollama.example.com"
                );
            }
        }

        map.Finish();
        return (AddressPolicy.Server with { AllowsPrivate = allowsPrivate }).Allowing(listed);
    }

    /// <summary>The keys <c>trustedProxies</c> and <c>forwardedHeader</c>.</summary>
    public static TrustedProxies ReadProxies(ConfigReading reading, MapReader server)
    {
        var networks = new List<IPNetwork>();
        foreach (var (text, node, path) in server.Texts("trustedProxies"))
        {
            if (NetworkList.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else
            {
                reading.Fault(
                    node,
                    path,
                    $"\"{node.Text}\" is no network and no address",
                    "as 10.1.0.0/16, fd00:1::/64 or 127.0.0.1"
                );
            }
        }

        var header = server.Word("forwardedHeader", Headers) ?? ForwardingHeader.XForwarded;
        return new TrustedProxies(new NetworkList(networks), header);
    }
}

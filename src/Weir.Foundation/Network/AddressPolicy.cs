using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Weir.Foundation.Network;

/// <summary>
/// Where Weir may connect to on behalf of who wrote an address. Link-local addresses and those of clouds' metadata are always
/// refused, private ones and this machine where the policy says so; what is listed is let through. Immutable and thread-safe;
/// equal policies are equal values.
/// </summary>
public sealed record AddressPolicy
{
    /// <summary>For what the server's own administrator writes: own machine and own networks are allowed.</summary>
    public static AddressPolicy Server { get; } = new() { AllowsPrivate = true };

    /// <summary>For what anybody else writes: the open Internet alone.</summary>
    public static AddressPolicy PublicOnly { get; } = new();

    /// <summary>
    /// Whether this machine, private networks and <see cref="AddressKind.Special"/> addresses may be connected to: some programs
    /// that redirect a machine's traffic stand at the last.
    /// </summary>
    public bool AllowsPrivate { get; init; }

    /// <summary>Networks that may be connected to, whatever they are for.</summary>
    public NetworkList Networks { get; init; } = NetworkList.Empty;

    /// <summary>Names that may be connected to, whatever their addresses, in small letters and in alphabetical order.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>A policy that also lets through what is listed: networks, addresses and host names.</summary>
    /// <param name="listed">Each of them; a text for which <see cref="IsListable"/> is false is passed over.</param>
    public AddressPolicy Allowing(IEnumerable<string> listed)
    {
        var networks = new List<IPNetwork>();
        var hosts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var text in listed)
        {
            if (NetworkList.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else if (IsListable(text))
            {
                hosts.Add(Plain(text));
            }
        }

        return this with
        {
            Networks = new NetworkList(networks),
            Hosts = [.. hosts],
        };
    }

    /// <summary>Whether a text is a network, an address or a host name.</summary>
    public static bool IsListable(string text) =>
        NetworkList.TryParse(text, out _) || Uri.CheckHostName(text) == UriHostNameType.Dns;

    /// <summary>
    /// Why nobody may connect there, as far as the address itself tells, as "it is …" for a person; null when it does not tell.
    /// </summary>
    public string? WhyRefused(Uri address) => WhyRefused(address.IdnHost);

    /// <summary>The same for a host's name or address, as it stands in an address.</summary>
    public string? WhyRefused(string host) =>
        IPAddress.TryParse(host, out var literal) ? WhyRefused(host, literal)
        : AddressTable.KindOf(host) is { } kind && !Allows(kind) && !IsListed(host) ? Say(kind)
        : null;

    /// <summary>Why nobody may connect to an address under a name, as "it is …" for a person; null when one may.</summary>
    public string? WhyRefused(string host, IPAddress address)
    {
        var kind = AddressTable.KindOf(address);
        return Allows(kind) || IsListed(host) || IsListed(address) ? null : Say(kind);
    }

    /// <inheritdoc />
    public bool Equals(AddressPolicy? other) =>
        other is not null
        && AllowsPrivate == other.AllowsPrivate
        && Networks.Equals(other.Networks)
        && Hosts.SequenceEqual(other.Hosts, StringComparer.Ordinal);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(AllowsPrivate, Networks, Hosts.Length);

    private bool Allows(AddressKind kind) =>
        kind == AddressKind.Public
        || (AllowsPrivate && kind is AddressKind.Loopback or AddressKind.Private or AddressKind.Special);

    private bool IsListed(string host) => Hosts.Contains(Plain(host), StringComparer.Ordinal);

    private bool IsListed(IPAddress address) =>
        Networks.Contains(address)
        || (
            address.AddressFamily == AddressFamily.InterNetworkV6
            && AddressTable.Carried(address) is { } inner
            && Networks.Contains(inner)
        );

    private static string Plain(string host) => host.TrimEnd('.').ToLowerInvariant();

    private static string Say(AddressKind kind) =>
        kind switch
        {
            AddressKind.Loopback => "it is the server's own machine",
            AddressKind.Private => "it is in a private network",
            AddressKind.LinkLocal => "it is link-local, where clouds answer with a machine's own credentials",
            AddressKind.Metadata => "it is where a cloud answers with a machine's own credentials",
            _ => "it is an address at which no server stands",
        };
}

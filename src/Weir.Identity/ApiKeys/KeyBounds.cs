using System.Collections.Immutable;
using System.Net;
using Weir.Foundation;

namespace Weir.Identity;

/// <summary>From where a key may be used and for which models. Immutable, thread-safe; asking allocates nothing.</summary>
public sealed class KeyBounds
{
    private readonly ImmutableArray<NamePattern> models;
    private readonly ImmutableArray<IPNetwork> networks;
    private readonly ImmutableArray<string> origins;

    private KeyBounds(
        ImmutableArray<NamePattern> models,
        ImmutableArray<IPNetwork> networks,
        ImmutableArray<string> origins
    )
    {
        this.models = models;
        this.networks = networks;
        this.origins = origins;
    }

    /// <summary>True when it may ask for some models alone.</summary>
    public bool HasModels => !models.IsEmpty;

    /// <summary>True when it may be used from some networks alone.</summary>
    public bool HasNetworks => !networks.IsEmpty;

    /// <summary>The bounds of a key; null when it has none.</summary>
    internal static KeyBounds? Of(
        IReadOnlyCollection<string> models,
        IReadOnlyCollection<string> networks,
        IReadOnlyCollection<string> origins
    ) =>
        models.Count + networks.Count + origins.Count == 0
            ? null
            : new KeyBounds(
                [.. models.Select(pattern => new NamePattern(pattern))],
                // A row that cannot be read lets nobody through, instead of everybody.
                [.. networks.Select(text => Network(text) ?? new IPNetwork(IPAddress.None, 32))],
                [.. origins]
            );

    /// <summary>A network as <c>10.0.0.0/8</c> or one address; null when it is none.</summary>
    internal static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;

    /// <summary>Whether the model may be asked for by that name.</summary>
    public bool AllowsModel(ReadOnlySpan<char> name)
    {
        foreach (var pattern in models)
        {
            if (pattern.Matches(name))
            {
                return true;
            }
        }

        return models.IsEmpty;
    }

    /// <summary>Whether the key may be used from that address; null, where there is none, is none of the networks.</summary>
    public bool AllowsAddress(IPAddress? address)
    {
        if (networks.IsEmpty)
        {
            return true;
        }

        if (address is { IsIPv4MappedToIPv6: true })
        {
            address = address.MapToIPv4();
        }

        foreach (var network in networks)
        {
            if (
                address is not null
                && network.BaseAddress.AddressFamily == address.AddressFamily
                && network.Contains(address)
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a page of that origin may use the key; who names no origin is no page, and is turned away too.</summary>
    public bool AllowsOrigin(string? origin) =>
        origins.IsEmpty || (origin is not null && origins.Contains(origin, StringComparer.OrdinalIgnoreCase));
}

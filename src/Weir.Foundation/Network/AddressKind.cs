namespace Weir.Foundation.Network;

/// <summary>What an address is for, as far as it matters to who connects there on somebody's behalf.</summary>
public enum AddressKind
{
    /// <summary>An address of the open Internet.</summary>
    Public,

    /// <summary>This machine.</summary>
    Loopback,

    /// <summary>A network of somebody's own: RFC 1918, unique local addresses, a carrier's shared space.</summary>
    Private,

    /// <summary>The same cable: where clouds answer with a machine's own credentials.</summary>
    LinkLocal,

    /// <summary>Where a cloud tells its machines about themselves, credentials included, outside the link-local range.</summary>
    Metadata,

    /// <summary>Multicast, broadcast, documentation, tunnels, and what is given to nobody: no server stands there.</summary>
    Special,
}

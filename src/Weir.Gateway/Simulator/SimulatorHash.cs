using System.Runtime.InteropServices;

namespace Weir.Gateway.Simulator;

/// <summary>FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/): the same on every runtime, and no secret depends on it.</summary>
internal static class SimulatorHash
{
    private const ulong Prime = 1099511628211;

    /// <summary>The hash of nothing.</summary>
    public const ulong Start = 14695981039346656037;

    /// <summary>Goes on with bytes.</summary>
    public static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * Prime;
        }

        return hash;
    }

    /// <summary>Goes on with a text and its end.</summary>
    public static ulong Add(ulong hash, string text) =>
        (Add(hash, MemoryMarshal.AsBytes(text.AsSpan())) ^ 0xFF) * Prime;
}

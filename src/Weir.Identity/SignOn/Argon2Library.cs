using System.Runtime.InteropServices;

namespace Weir.Identity.SignOn;

/// <summary>
/// Argon2id (RFC 9106, version 0x13) by the system's <c>libargon2</c>, found when first asked for. Thread-safe.
/// </summary>
internal static unsafe class Argon2Library
{
    private static readonly Lazy<IntPtr> HashRaw = new(Find);

    /// <summary>Whether this system has the library.</summary>
    public static bool IsPresent => HashRaw.Value != IntPtr.Zero;

    /// <summary>Fills <paramref name="hash"/>; false when the library could not, for want of memory.</summary>
    /// <exception cref="InvalidOperationException">The system has no such library.</exception>
    public static bool TryHash(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Argon2Cost cost, Span<byte> hash)
    {
        if (!IsPresent)
        {
            throw new InvalidOperationException("There is no libargon2 on this system.");
        }

        var call = (delegate* unmanaged<uint, uint, uint, byte*, nuint, byte*, nuint, byte*, nuint, int>)HashRaw.Value;
        fixed (byte* from = password)
        fixed (byte* with = salt)
        fixed (byte* to = hash)
        {
            return call(
                    (uint)cost.Passes,
                    (uint)cost.MemoryKib,
                    (uint)cost.Lanes,
                    from,
                    (nuint)password.Length,
                    with,
                    (nuint)salt.Length,
                    to,
                    (nuint)hash.Length
                ) == 0;
        }
    }

    private static IntPtr Find()
    {
        foreach (var name in new[] { "libargon2.so.1", "libargon2.1.dylib", "libargon2.dll" })
        {
            if (
                NativeLibrary.TryLoad(
                    name,
                    typeof(Argon2Library).Assembly,
                    DllImportSearchPath.SafeDirectories,
                    out var library
                ) && NativeLibrary.TryGetExport(library, "argon2id_hash_raw", out var export)
            )
            {
                return export;
            }
        }

        return IntPtr.Zero;
    }
}

/// <summary>What a hash by Argon2id costs.</summary>
/// <param name="MemoryKib">Memory, in KiB.</param>
/// <param name="Passes">Passes over it.</param>
/// <param name="Lanes">Lanes, each a thread.</param>
internal readonly record struct Argon2Cost(int MemoryKib, int Passes, int Lanes)
{
    /// <summary>OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.</summary>
    public static Argon2Cost Present { get; } = new(19 * 1024, 2, 1);

    /// <summary>What a stored hash may ask for: a row that somebody wrote into the database must not take the machine.</summary>
    public bool IsBearable =>
        Lanes is >= 1 and <= 4 && Passes is >= 1 and <= 10 && MemoryKib >= 8 * Lanes && MemoryKib <= 64 * 1024;
}

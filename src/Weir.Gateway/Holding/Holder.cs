using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Weir.Foundation;

namespace Weir.Gateway.Holding;

/// <summary>Where an id of a vendor's belongs.</summary>
/// <param name="Account">The account that gave it; empty where the credential is not one of the provider's keys.</param>
/// <param name="Workspace">Whose request it was given to.</param>
internal readonly record struct Holder(string Account, WorkspaceId Workspace);

/// <summary>
/// The first 128 bits of a text's SHA-256: what is kept in the text's place. Nobody finds two ids that share them, and they tell nothing of
/// what somebody may have called his file.
/// </summary>
internal static class HeldHash
{
    /// <summary>How many bytes it has.</summary>
    public const int Length = 16;

    /// <summary>Of a text.</summary>
    public static UInt128 Of(string text) =>
        BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>A change of what is known: of one id at one address.</summary>
/// <param name="Owner">In whose document the provider stands.</param>
/// <param name="Address">The hash of the provider's owner and address.</param>
/// <param name="Id">The hash of the id.</param>
/// <param name="Holder">Where it belongs; null when it is forgotten.</param>
internal readonly record struct HeldChange(WorkspaceId Owner, UInt128 Address, UInt128 Id, Holder? Holder);

using System.Collections.Frozen;

namespace Weir.Capture.Agents;

/// <summary>What the kinds of what was passed over mean for whoever looks for damage.</summary>
internal static class PassedOver
{
    // A fork and a session that goes on repeat lines of another; programs have kinds of lines that tell nothing of use, and
    // get new ones; a database that its program writes to is read again with its next change.
    private static readonly FrozenSet<string> Ordinary = FrozenSet.Create(
        StringComparer.Ordinal,
        "replayed",
        "unknown type",
        "unknown event",
        "database locked"
    );

    /// <summary>Whether sound files have it too, so that nothing is lost with it; anything else is damage.</summary>
    public static bool IsOrdinary(string kind) => Ordinary.Contains(kind);
}

using System.Collections.Immutable;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>What looking at a trail came to.</summary>
/// <param name="Entries">How many entries were looked at.</param>
/// <param name="Faults">What is wrong, for a person; empty when nothing is. At most 100 are told.</param>
public sealed record AuditVerdict(long Entries, ImmutableArray<string> Faults)
{
    /// <summary>True when nothing is wrong.</summary>
    public bool IsSound => Faults.IsEmpty;
}

/// <summary>Finds what was edited, deleted or reordered in a trail. Stateless.</summary>
internal static class AuditVerifier
{
    /// <summary>
    /// The action of the entry that Weir writes before it goes on with a trail whose end is not the one that was signed. The trail
    /// is never sound again, which is the point: the next signature would else make good what was done.
    /// </summary>
    public const string Broken = "audit.broken";

    private const int MostFaults = 100;

    /// <param name="entries">The entries as they are stored, by number.</param>
    /// <param name="floor">The last entry that was let go of; zero when none was.</param>
    /// <param name="signed">The ends that were signed; null when the signatures are not of the key.</param>
    public static AuditVerdict Verify(IEnumerable<AuditEntry> entries, AuditEnd floor, ImmutableArray<AuditEnd>? signed)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        var previous = floor;
        var count = 0L;
        var met = new Dictionary<long, string> { [floor.Seq] = Convert.ToHexStringLower(floor.Hash) };
        foreach (var entry in entries)
        {
            count++;
            if (entry.Seq != previous.Seq + 1)
            {
                Add($"entry {previous.Seq + 1} is missing: {entry.Seq} follows {previous.Seq}");
            }

            var hash = entry.ComputeHash(previous.Hash);
            var stored = Convert.FromHexString(entry.Hash);
            if (!hash.AsSpan().SequenceEqual(stored))
            {
                Add($"entry {entry.Seq} was altered, or what stood before it was");
            }

            if (entry.Action == Broken)
            {
                Add(
                    $"what stood before entry {entry.Seq} is not what was signed: Weir found it so, and went on from there"
                );
            }

            met[entry.Seq] = entry.Hash;
            previous = new AuditEnd(entry.Seq, stored);
        }

        if (signed is not { } ends)
        {
            Add("the signed end of the trail is damaged or was not signed by this server's key");
        }
        else if (ends.IsEmpty)
        {
            if (count > 0)
            {
                Add("the trail has no signed end: its file is gone");
            }
        }
        else if (!ends.Any(end => met.GetValueOrDefault(end.Seq) == Convert.ToHexStringLower(end.Hash)))
        {
            var last = ends.Max(end => end.Seq);
            Add(
                previous.Seq < last
                    ? $"entries after {previous.Seq} are missing: the trail was signed up to {last}"
                    : $"entry {last} is not the one that was signed"
            );
        }
        else if (previous.Seq > ends.Max(end => end.Seq))
        {
            Add($"entries after {ends.Max(end => end.Seq)} were never signed");
        }

        return new AuditVerdict(count, faults.ToImmutable());

        void Add(string fault)
        {
            if (faults.Count < MostFaults)
            {
                faults.Add(fault);
            }
        }
    }
}

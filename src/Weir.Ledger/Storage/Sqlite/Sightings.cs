using System.Text;
using Microsoft.Data.Sqlite;
using Weir.Foundation;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>Finds records by the ids that others know them by: the provider's request id, the id inside the answer.</summary>
internal static class Sightings
{
    private const int RunBits = 10;

    /// <summary>The run that an entry's ids are filed under.</summary>
    public static long Run(long sequence) => sequence >> RunBits;

    /// <summary>The entry's place in its run.</summary>
    public static long Place(long sequence) => sequence & ((1 << RunBits) - 1);

    /// <summary>
    /// The stored hash of an id inside a workspace: the upper 48 bits (enough among the ids of a run, and two bytes less in each
    /// row) of 64-bit FNV-1a over the workspace (four bytes, little-endian) and the id in UTF-8. Two are computed for each
    /// record, which a cryptographic hash would make dear; what is found is compared.
    /// </summary>
    public static long Hash(WorkspaceId workspace, string reference)
    {
        const ulong prime = 1_099_511_628_211;
        var hash = 14_695_981_039_346_656_037;
        for (var shift = 0; shift < 32; shift += 8)
        {
            hash = (hash ^ (byte)(workspace.Value >> shift)) * prime;
        }

        var size = Encoding.UTF8.GetMaxByteCount(reference.Length);
        Span<byte> bytes = size <= 1024 ? stackalloc byte[size] : new byte[size];
        foreach (var b in bytes[..Encoding.UTF8.GetBytes(reference, bytes)])
        {
            hash = (hash ^ b) * prime;
        }

        return (long)hash >> 16;
    }

    /// <summary>
    /// The records of a workspace that carry an id as their request id or message id now, in the order of their storing.
    /// </summary>
    public static List<RecordId> Find(SqliteConnection connection, WorkspaceId workspace, string reference)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            WITH RECURSIVE run (number) AS (
                SELECT 0 UNION ALL SELECT number + 1 FROM run WHERE number < (SELECT max(sequence) >> 10 FROM entry)
            )
            SELECT DISTINCT r.id
            FROM run CROSS JOIN sighting s ON s.run = run.number AND s.hash = $hash
            CROSS JOIN entry e ON e.sequence = (s.run << 10) + s.place
            CROSS JOIN record r ON r.id = e.record
            WHERE r.workspace = $workspace AND $reference IN (r.upstream_ref, r.message_ref)
            """;
        command.Parameters.AddWithValue("$hash", Hash(workspace, reference));
        command.Parameters.AddWithValue("$workspace", workspace.Value);
        command.Parameters.AddWithValue("$reference", reference);
        var found = new List<RecordId>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            found.Add(new RecordId(row.GetInt64(0)));
        }

        return found;
    }
}

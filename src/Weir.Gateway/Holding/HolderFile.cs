using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Gateway.Holding;

/// <summary><c>held.db</c>: what <see cref="HolderBook"/> keeps over a restart. Not thread-safe.</summary>
internal sealed class HolderFile : IDisposable
{
    /// <summary>The file's name in the data folder.</summary>
    public const string Name = "held.db";

    /// <summary>Addresses that nobody is configured for any more are kept too, but not without end.</summary>
    private const int MostRows = 1_000_000;

    private const int RowsBetweenCounts = 50_000;

    private static readonly ImmutableArray<Migration> Migrations = Migration.Embedded(
        typeof(HolderFile).Assembly,
        "Weir.Gateway.Holding."
    );

    private readonly SqliteConnection connection;
    private readonly PreparedStatement put;
    private readonly PreparedStatement drop;
    private int sinceCount = RowsBetweenCounts;

    private HolderFile(SqliteDatabase database)
    {
        connection = database.OpenWriter();
        put = new PreparedStatement(
            connection,
            """
            INSERT INTO held (owner, address, id, account, workspace) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (address, id) DO UPDATE SET account = excluded.account, workspace = excluded.workspace
            """
        );
        drop = new PreparedStatement(connection, "DELETE FROM held WHERE address = ? AND id = ?");
    }

    /// <summary>Opens the file, made where there is none.</summary>
    /// <exception cref="SqliteException">It is damaged, or the disk is full.</exception>
    /// <exception cref="IOException">It may not be opened, or a newer version of Weir wrote it.</exception>
    public static HolderFile Open(string folder, TimeProvider clock)
    {
        var database = new SqliteDatabase(Path.Combine(folder, Name));
        var migration = SqliteMigrator.Migrate(database, Migrations, clock);
        return migration.IsUsable ? new HolderFile(database) : throw new IOException(migration.Reason);
    }

    /// <summary>The newest ids of an address, the oldest of them first.</summary>
    public IReadOnlyList<(UInt128 Id, Holder Holder)> Read(UInt128 address)
    {
        using var read = new PreparedStatement(
            connection,
            "SELECT id, account, workspace FROM held WHERE address = ? ORDER BY number DESC LIMIT ?"
        );
        read.Bind(1, Bytes(address));
        read.Bind(2, HolderTable.MostIds);
        var rows = new List<(UInt128, Holder)>();
        // One text for all ids of an account.
        var accounts = new Dictionary<string, string>(StringComparer.Ordinal);
        while (read.Step())
        {
            var id = read.Bytes(0);
            if (id.Length == HeldHash.Length)
            {
                var account = read.Text(1) ?? "";
                accounts.TryAdd(account, account);
                rows.Add(
                    (
                        BinaryPrimitives.ReadUInt128BigEndian(id),
                        new Holder(accounts[account], new WorkspaceId((int)read.Int64(2)))
                    )
                );
            }
        }

        rows.Reverse();
        return rows;
    }

    /// <summary>Writes changes in their order, all or none of them.</summary>
    public void Write(IReadOnlyList<HeldChange> changes)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var change in changes)
        {
            if (change.Holder is { } holder)
            {
                put.Bind(1, change.Owner.Value);
                put.Bind(2, Bytes(change.Address));
                put.Bind(3, Bytes(change.Id));
                put.Bind(4, holder.Account);
                put.Bind(5, holder.Workspace.Value);
                put.Run();
            }
            else
            {
                drop.Bind(1, Bytes(change.Address));
                drop.Bind(2, Bytes(change.Id));
                drop.Run();
            }
        }

        sinceCount += changes.Count;
        if (sinceCount >= RowsBetweenCounts)
        {
            Execute(
                $"DELETE FROM held WHERE number <= (SELECT number FROM held ORDER BY number DESC LIMIT 1 OFFSET {MostRows})"
            );
            sinceCount = 0;
        }

        transaction.Commit();
    }

    /// <summary>Forgets whatever belongs to workspaces other than these.</summary>
    public void Retain(IReadOnlySet<int> workspaces)
    {
        var list = string.Join(',', workspaces.Select(w => w.ToString(CultureInfo.InvariantCulture)));
        Execute($"DELETE FROM held WHERE owner NOT IN ({list}) OR workspace NOT IN ({list})");
    }

    /// <inheritdoc />
    public void Dispose()
    {
        put.Dispose();
        drop.Dispose();
        connection.Dispose();
    }

    private void Execute(string sql)
    {
        using var statement = new PreparedStatement(connection, sql);
        statement.Run();
    }

    private static byte[] Bytes(UInt128 hash)
    {
        var bytes = new byte[HeldHash.Length];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        return bytes;
    }
}

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Weir.Foundation;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>
/// The texts of dimensions (models, keys, sessions …), each stored once per workspace under a small rising number.
/// 0 stands for null ("unknown"), in every table. A number of one or two bytes instead of an 8-byte hash keeps a record
/// with its seventeen dimensions, and each rollup row, about a hundred bytes smaller; the text itself is found by an
/// 8-byte hash, never by an index over text.
/// <para>
/// <see cref="Intern"/>, <see cref="Forget"/>, <see cref="Committed"/> and <see cref="RolledBack"/> belong to the one writer, inside its transaction;
/// the other members are thread-safe and see committed names only. Both caches are bounded and refill from the table.
/// </para>
/// </summary>
internal sealed class NameTable
{
    private const int CacheLimit = 16_384;

    private readonly Dictionary<(int Workspace, string Text), long> ids = [];
    private readonly ConcurrentDictionary<long, string> texts = new();
    private readonly List<(int Workspace, string Text)> uncommitted = [];

    /// <summary>The number of a text, stored now when it is new. 0 for null. Writer only, inside a transaction.</summary>
    public long Intern(SqliteConnection writer, WorkspaceId workspace, string? text)
    {
        if (text is null)
        {
            return 0;
        }

        var key = (workspace.Value, text);
        if (ids.TryGetValue(key, out var id))
        {
            return id;
        }

        if (ids.Count >= CacheLimit)
        {
            ids.Clear();
        }

        id = Find(writer, workspace, text) ?? Insert(writer, workspace, text);
        ids[key] = id;
        uncommitted.Add(key);
        return id;
    }

    /// <summary>The writer's transaction was committed: its new names stand.</summary>
    public void Committed() => uncommitted.Clear();

    /// <summary>The writer's transaction was undone: names that were met in it are looked up again.</summary>
    public void RolledBack()
    {
        foreach (var key in uncommitted)
        {
            ids.Remove(key);
        }

        uncommitted.Clear();
    }

    /// <summary>A text was deleted from the table. Writer only, inside its transaction.</summary>
    public void Forget(WorkspaceId workspace, string text, long id)
    {
        ids.Remove((workspace.Value, text));
        texts.TryRemove(id, out _);
    }

    /// <summary>The number of a text as this connection sees it; null when the workspace has no such name. Thread-safe.</summary>
    public static long? Find(SqliteConnection connection, WorkspaceId workspace, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM name WHERE hash = $hash AND workspace = $workspace AND text = $text";
        command.Parameters.AddWithValue("$hash", Hash(workspace, text));
        command.Parameters.AddWithValue("$workspace", workspace.Value);
        command.Parameters.AddWithValue("$text", text);
        return command.ExecuteScalar() as long?;
    }

    /// <summary>The text of a number that a committed row holds; null for 0. Thread-safe.</summary>
    public string? Text(SqliteConnection connection, long id)
    {
        if (id == 0)
        {
            return null;
        }

        if (texts.TryGetValue(id, out var text))
        {
            return text;
        }

        using var command = connection.CreateCommand();
        command.CommandText = "SELECT text FROM name WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        text = (string?)command.ExecuteScalar() ?? throw new InvalidDataException($"The ledger lacks name {id}.");
        if (texts.Count >= CacheLimit)
        {
            texts.Clear();
        }

        texts[id] = text;
        return text;
    }

    /// <summary>
    /// The stored 8-byte hash of a text inside a workspace: the first eight bytes, little-endian, of SHA-256 over the
    /// workspace (four bytes, little-endian) and the text in UTF-8.
    /// </summary>
    public static long Hash(WorkspaceId workspace, string text)
    {
        var size = 4 + Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> bytes = size <= 1024 ? stackalloc byte[size] : new byte[size];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, workspace.Value);
        var length = 4 + Encoding.UTF8.GetBytes(text, bytes[4..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..length], digest);
        return BinaryPrimitives.ReadInt64LittleEndian(digest);
    }

    private static long Insert(SqliteConnection writer, WorkspaceId workspace, string text)
    {
        using var command = writer.CreateCommand();
        command.CommandText =
            "INSERT INTO name (workspace, hash, text) VALUES ($workspace, $hash, $text); SELECT last_insert_rowid();";
        command.Parameters.AddWithValue("$workspace", workspace.Value);
        command.Parameters.AddWithValue("$hash", Hash(workspace, text));
        command.Parameters.AddWithValue("$text", text);
        return (long)command.ExecuteScalar()!;
    }
}

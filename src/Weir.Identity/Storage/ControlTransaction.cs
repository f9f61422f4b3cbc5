using System.Collections.Immutable;
using Dapper;
using Microsoft.Data.Sqlite;
using Weir.Foundation;

namespace Weir.Identity.Storage;

/// <summary>
/// One write transaction over <c>control.db</c>: what it reads cannot change before it is committed, also against another
/// process. Not thread-safe.
/// </summary>
internal sealed class ControlTransaction : IDisposable
{
    private readonly ControlDb database;
    private readonly long writtenBefore;

    private ControlTransaction(ControlDb database, SqliteConnection connection, Actor actor, bool isLook)
    {
        this.database = database;
        Connection = connection;
        Actor = actor;
        Now = database.Now;
        // A revocation that was answered must outlive a power cut.
        connection.Execute("PRAGMA synchronous=FULL");
        Transaction = connection.BeginTransaction(deferred: isLook);
        writtenBefore = Written();
    }

    public SqliteConnection Connection { get; }

    public SqliteTransaction Transaction { get; }

    /// <summary>Who makes the change.</summary>
    public Actor Actor { get; }

    /// <summary>The time of the change, in milliseconds since 1970 UTC.</summary>
    public long Now { get; }

    /// <summary>What was noted so far.</summary>
    public List<AuditEntry> Entries { get; } = [];

    /// <summary>Where the chains that were written to were signed to end before, and where they end now.</summary>
    public Dictionary<WorkspaceId, (ImmutableArray<AuditEnd> Before, AuditEnd After)> Ends { get; } = [];

    /// <summary>True when no row was written.</summary>
    public bool WroteNothing => Written() == writtenBefore;

    /// <summary>Set by a change that alters nothing which the snapshot shows.</summary>
    public bool LeavesSnapshot { get; set; }

    public static ControlTransaction Begin(ControlDb database, Actor actor) =>
        Begin(database, database.File.OpenWriter(), actor, isLook: false);

    /// <summary>Begins one that can only look: it waits for nobody, and nobody for it.</summary>
    public static ControlTransaction Look(ControlDb database) =>
        Begin(database, database.File.OpenReader(), Actor.System(WorkspaceId.Default), isLook: true);

    private static ControlTransaction Begin(ControlDb database, SqliteConnection opened, Actor actor, bool isLook)
    {
        try
        {
            return new ControlTransaction(database, opened, actor, isLook);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Notes a change in the trail of the actor's workspace, or of another that it concerns too.</summary>
    /// <param name="action">What was done, as <c>key.create</c>.</param>
    /// <param name="target">To what, as <c>key:key_…</c>.</param>
    /// <param name="before">What it was like, made by <see cref="AuditValue"/>; null for nothing.</param>
    /// <param name="after">What it is like.</param>
    /// <param name="concerned">The other workspace; null for the actor's.</param>
    public void Audit(
        string action,
        string target,
        string? before = null,
        string? after = null,
        WorkspaceId? concerned = null
    )
    {
        var workspace = concerned ?? Actor.Workspace;
        if (!Ends.ContainsKey(workspace))
        {
            GoOn(workspace);
        }

        Append(workspace, Actor, action, target, before, after);
    }

    // Takes up a trail where it ends. An end that was never signed is told in the trail, and is not signed now.
    private void GoOn(WorkspaceId workspace)
    {
        var end = AuditTable.End(Connection, Transaction, workspace);
        var signed = database.Heads.Read(workspace);
        if (AuditHeads.Vouch(signed, end))
        {
            Ends[workspace] = ([end], end);
            return;
        }

        Ends[workspace] = (signed ?? [], end);
        Append(
            workspace,
            Actor.System(workspace),
            AuditVerifier.Broken,
            "audit",
            before: null,
            AuditValue.Of(
                ("signedUpTo", signed is { IsEmpty: false } ends ? ends.Max(one => one.Seq) : null),
                ("found", end.Seq),
                ("foundHash", Convert.ToHexStringLower(end.Hash))
            )
        );
    }

    private void Append(WorkspaceId workspace, Actor by, string action, string target, string? before, string? after)
    {
        var (signed, end) = Ends[workspace];
        var entry = new AuditEntry
        {
            Workspace = workspace,
            Seq = end.Seq + 1,
            At = DateTimeOffset.FromUnixTimeMilliseconds(Now),
            ActorKind = by.Kind.ToString().ToLowerInvariant(),
            ActorId = by.Id,
            ActorName = by.Name,
            Address = by.Address,
            Action = action,
            Target = target,
            Before = before,
            After = after,
            Hash = "",
        };
        var hash = entry.ComputeHash(end.Hash);
        entry = entry with { Hash = Convert.ToHexStringLower(hash) };
        AuditTable.Insert(Connection, Transaction, entry);
        Entries.Add(entry);
        Ends[workspace] = (signed, new AuditEnd(entry.Seq, hash));
    }

    /// <summary>Runs a statement; parameters by name.</summary>
    public int Execute(string sql, object? parameters = null) => Connection.Execute(sql, parameters, Transaction);

    /// <summary>Reads rows.</summary>
    public List<T> Query<T>(string sql, object? parameters = null) =>
        Connection.Query<T>(sql, parameters, Transaction).AsList();

    /// <summary>Reads one value; the default where there is no row.</summary>
    public T? Scalar<T>(string sql, object? parameters = null) =>
        Connection.ExecuteScalar<T?>(sql, parameters, Transaction);

    public void Commit() => Transaction.Commit();

    public void Dispose()
    {
        Transaction.Dispose();
        Connection.Dispose();
    }

    private long Written() => Connection.ExecuteScalar<long>("SELECT total_changes()", null, Transaction);
}

using System.Collections.Immutable;
using Weir.Capture.Agents;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Capture.Storage;

/// <summary>Reads the words on limits of <c>capture.db</c>.</summary>
internal static class LimitWordRows
{
    /// <summary>The newest of a workspace's words, the latest first.</summary>
    /// <param name="database">The file, which has been migrated.</param>
    /// <param name="workspace">Whose.</param>
    /// <param name="since">From when on.</param>
    /// <param name="most">How many at most.</param>
    public static ImmutableArray<LimitWord> Read(
        SqliteDatabase database,
        WorkspaceId workspace,
        DateTimeOffset since,
        int most
    )
    {
        using var connection = database.OpenReader();
        using var row = new PreparedStatement(
            connection,
            """
            SELECT at, client, session, kind, text, window, CAST(round(used_percent * 1000) AS INTEGER), resets_at, scope, plan, account
            FROM limit_word WHERE workspace = ? AND at >= ? ORDER BY at DESC LIMIT ?
            """
        );
        row.Bind(1, workspace.Value);
        row.Bind(2, Times.ToMicroseconds(since));
        row.Bind(3, (long)most);
        var words = ImmutableArray.CreateBuilder<LimitWord>();
        while (row.Step())
        {
            words.Add(
                new LimitWord(
                    Times.FromMicroseconds(row.Int64(0)),
                    row.Text(1)!,
                    row.Text(2),
                    (LimitWordKind)row.Int64(3),
                    row.Text(4),
                    row.IsNull(5) ? null : TimeSpan.FromMicroseconds(row.Int64(5)),
                    row.IsNull(6) ? null : row.Int64(6) / 1000.0,
                    row.IsNull(7) ? null : Times.FromMicroseconds(row.Int64(7)),
                    row.Text(8),
                    row.Text(9),
                    row.Text(10)
                )
            );
        }

        return words.ToImmutable();
    }
}

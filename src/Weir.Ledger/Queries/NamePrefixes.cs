using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Queries;

/// <summary>
/// Which names begin with one of some texts. A name is looked at when a query first meets it, and once: the table of names has
/// no index over its texts, and of a million sessions in it a query for models meets none. Not thread-safe.
/// </summary>
internal sealed class NamePrefixes(SqliteConnection connection, string[] prefixes) : IDisposable
{
    private readonly PreparedStatement find = new(connection, "SELECT text FROM name WHERE id = ?");
    private readonly Dictionary<long, bool> known = [];

    /// <summary>Whether a stored name does; 0, which is no name, does not.</summary>
    public bool Pass(long name)
    {
        if (name == 0)
        {
            return false;
        }

        if (!known.TryGetValue(name, out var passes))
        {
            find.Bind(1, name);
            passes = find.Step() && IsOne(find.Text(0)!);
            find.Reset();
            known[name] = passes;
        }

        return passes;
    }

    /// <summary>The condition over an expression that gives a text or NULL: byte by byte, as a text may hold anything.</summary>
    public string Condition(string expression, QueryText text) =>
        string.Join(
            " OR ",
            prefixes.Select(prefix =>
            {
                var bytes = $"CAST({text.Add(prefix)} AS BLOB)";
                return $"substr(CAST({expression} AS BLOB), 1, length({bytes})) = {bytes}";
            })
        );

    /// <summary>Whether a text does.</summary>
    public static bool IsOne(string text, IEnumerable<string> prefixes) =>
        prefixes.Any(prefix => text.StartsWith(prefix, StringComparison.Ordinal));

    /// <inheritdoc />
    public void Dispose() => find.Dispose();

    private bool IsOne(string text) => IsOne(text, prefixes);
}

using System.Globalization;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Queries;

/// <summary>The values of a query that is being written down: each gets a numbered place in the text. Not thread-safe.</summary>
internal sealed class QueryText
{
    private readonly List<object> values = [];

    /// <summary>Gives a number its place.</summary>
    public string Add(long value) => Place(value);

    /// <summary>Gives a text its place.</summary>
    public string Add(string value) => Place(value);

    /// <summary>Several places, as they stand in <c>IN (…)</c>.</summary>
    public string List(IEnumerable<long> numbers) => string.Join(", ", numbers.Select(Add));

    /// <summary>The statement with its values.</summary>
    public PreparedStatement Prepare(SqliteConnection connection, string sql)
    {
        var statement = StatementCache.Prepare(connection, sql);
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is long number)
            {
                statement.Bind(i + 1, number);
            }
            else
            {
                statement.Bind(i + 1, (string)values[i]);
            }
        }

        return statement;
    }

    /// <summary>The same as an ADO.NET command.</summary>
    public SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Count; i++)
        {
            command.Parameters.AddWithValue(Name(i + 1), values[i]);
        }

        return command;
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"?{number}");

    private string Place(object value)
    {
        values.Add(value);
        return Name(values.Count);
    }
}

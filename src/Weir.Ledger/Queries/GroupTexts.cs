using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Queries;

/// <summary>The texts of groups. An answer may name more groups than the shared cache of names holds, so it is passed by. Not thread-safe.</summary>
internal sealed class GroupTexts(SqliteConnection connection, ImmutableArray<UsageDimension> dimensions) : IDisposable
{
    private readonly PreparedStatement find = StatementCache.Prepare(connection, "SELECT text FROM name WHERE id = ?");
    private readonly Dictionary<long, string> known = [];

    /// <summary>In the order of the dimensions; null is "unknown".</summary>
    public ImmutableArray<string?> Of(Group group)
    {
        var texts = ImmutableArray.CreateBuilder<string?>(dimensions.Length);
        for (var i = 0; i < dimensions.Length; i++)
        {
            var number = group.Values[i];
            texts.Add(
                dimensions[i].Kind switch
                {
                    UsageDimensionKind.Source => UsageNames.Of((UsageSource)number),
                    UsageDimensionKind.Status => UsageNames.Of((RequestStatus)number),
                    _ => Name(number),
                }
            );
        }

        return texts.MoveToImmutable();
    }

    /// <inheritdoc />
    public void Dispose() => find.Dispose();

    private string? Name(long number)
    {
        if (number == 0)
        {
            return null;
        }

        if (!known.TryGetValue(number, out var text))
        {
            find.Bind(1, number);
            text = find.Step() ? find.Text(0)! : throw new InvalidDataException($"The ledger lacks name {number}.");
            find.Reset();
            known[number] = text;
        }

        return text;
    }
}

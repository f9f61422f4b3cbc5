using System.Collections.Immutable;

namespace Weir.Ledger.Queries;

/// <summary>The combinations of grouped values that a query meets, numbered from 0. Not thread-safe.</summary>
internal sealed class GroupTable(ImmutableArray<UsageDimension> dimensions)
{
    private readonly Dictionary<Group, int> numbers = [];
    private readonly List<Group> groups = [];

    /// <summary>The groups by number.</summary>
    public IReadOnlyList<Group> Groups => groups;

    /// <summary>The number of a combination's group.</summary>
    /// <param name="combination">Stored numbers, indexed by dimension.</param>
    /// <param name="tag">The number of the tag's value; 0 for a record without it.</param>
    public int NumberOf(ReadOnlySpan<long> combination, long tag)
    {
        var values = new long[dimensions.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var kind = dimensions[i].Kind;
            values[i] = kind == UsageDimensionKind.Tag ? tag : combination[(int)kind];
        }

        return NumberOf(new Group(values));
    }

    /// <summary>The number of a group.</summary>
    public int NumberOf(Group group)
    {
        if (!numbers.TryGetValue(group, out var number))
        {
            numbers[group] = number = groups.Count;
            groups.Add(group);
        }

        return number;
    }
}

/// <summary>Stored numbers in the order of a query's dimensions; the array is not changed any more.</summary>
internal readonly struct Group(long[] values) : IEquatable<Group>
{
    /// <summary>The numbers.</summary>
    public ReadOnlySpan<long> Values => values;

    /// <inheritdoc />
    public bool Equals(Group other) => Values.SequenceEqual(other.Values);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Group other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in values)
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }
}

using System.Collections.Immutable;

namespace Weir.Ledger.Queries;

/// <summary>The combinations of grouped values that a query meets, numbered from 0. Not thread-safe.</summary>
internal sealed class GroupTable(ImmutableArray<UsageDimension> dimensions)
{
    private const int None = -1;
    private const int MostNear = 1 << 16;

    private readonly Dictionary<Group, int> numbers = [];
    private readonly List<Group> groups = [];

    // Of the only dimension: a year meets the same few models a million times, and an array of their numbers is found ten times as fast.
    private readonly bool isSingle = dimensions.Length == 1;
    private readonly List<long> values = [];
    private readonly Dictionary<long, int> far = [];
    private int[] near = [];

    /// <summary>A group by its number.</summary>
    public Group this[int number] => isSingle ? new Group([values[number]]) : groups[number];

    /// <summary>The number of a combination's group.</summary>
    /// <param name="combination">Stored numbers, indexed by dimension.</param>
    /// <param name="tag">The number of the tag's value; 0 for a record without it.</param>
    public int NumberOf(ReadOnlySpan<long> combination, long tag)
    {
        if (isSingle)
        {
            var kind = dimensions[0].Kind;
            return NumberOf(kind == UsageDimensionKind.Tag ? tag : combination[(int)kind]);
        }

        var of = new long[dimensions.Length];
        for (var i = 0; i < of.Length; i++)
        {
            var kind = dimensions[i].Kind;
            of[i] = kind == UsageDimensionKind.Tag ? tag : combination[(int)kind];
        }

        return NumberOf(new Group(of));
    }

    /// <summary>The number of a group.</summary>
    public int NumberOf(Group group)
    {
        if (isSingle)
        {
            return NumberOf(group.Values[0]);
        }

        if (!numbers.TryGetValue(group, out var number))
        {
            numbers[group] = number = groups.Count;
            groups.Add(group);
        }

        return number;
    }

    private int NumberOf(long value)
    {
        if (value is < 0 or >= MostNear)
        {
            if (!far.TryGetValue(value, out var number))
            {
                far[value] = number = New(value);
            }

            return number;
        }

        if (value >= near.Length)
        {
            var filled = near.Length;
            Array.Resize(ref near, (int)Math.Max(value + 1, Math.Min(MostNear, filled * 2)));
            near.AsSpan(filled).Fill(None);
        }

        ref var known = ref near[value];
        return known != None ? known : known = New(value);
    }

    private int New(long value)
    {
        values.Add(value);
        return values.Count - 1;
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

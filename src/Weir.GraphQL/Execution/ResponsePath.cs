using System.Collections.Immutable;

namespace Weir.GraphQL;

/// <summary>Where in an answer something stands, from the inside out.</summary>
internal sealed record ResponsePath(ResponsePath? Above, object Key)
{
    public ImmutableArray<object> ToArray()
    {
        var keys = new List<object>();
        for (var at = this; at is not null; at = at.Above)
        {
            keys.Add(at.Key);
        }

        keys.Reverse();
        return [.. keys];
    }
}

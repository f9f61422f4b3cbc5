using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;
using Weir.Client;
using Weir.Client.Json;
using Weir.GraphQL;

namespace Weir.Server.GraphQL;

/// <summary>
/// Object types made of the public API's own shapes: a field for each property, of the same name and meaning as in REST's JSON,
/// so that the two cannot drift apart. Read once, when the schema is made.
/// </summary>
internal sealed class ShapeTypes
{
    private static readonly ObjectType Pairs = new(
        "NamedText",
        "A text by name.",
        () =>
            [
                Of<KeyValuePair<string, string?>>("name", Scalars.String.NonNull, pair => pair.Key),
                Of<KeyValuePair<string, string?>>("value", Scalars.String, pair => pair.Value),
            ]
    );

    private readonly NullabilityInfoContext nullability = new();
    private readonly Dictionary<Type, ObjectType> known = [];

    /// <summary>A field that comes of its source at once.</summary>
    public static Field Of<TSource>(
        string name,
        GraphType type,
        Func<TSource, object?> get,
        string? description = null
    ) =>
        new(name, type)
        {
            Description = description,
            Resolve = context => ValueTask.FromResult(get((TSource)context.Source!)),
        };

    /// <summary>The type of a shape.</summary>
    /// <param name="name">What it is called; null for the shape's own name.</param>
    /// <param name="description">For people.</param>
    /// <param name="more">Fields beside those of the shape; asked for once, when all types have been made.</param>
    public ObjectType Of<T>(string? name = null, string? description = null, Func<IEnumerable<Field>>? more = null) =>
        Of(typeof(T), name, description, more);

    private ObjectType Of(
        Type shape,
        string? name = null,
        string? description = null,
        Func<IEnumerable<Field>>? more = null
    )
    {
        if (!known.TryGetValue(shape, out var type))
        {
            var fields = new Lazy<List<Field>>(() => [.. Properties(shape).Select(FieldOf), .. more?.Invoke() ?? []]);
            known[shape] = type = new ObjectType(name ?? NameOf(shape), description, () => fields.Value);
        }

        return type;
    }

    // Those of the shape itself first, as its JSON has them.
    private static IEnumerable<PropertyInfo> Properties(Type shape) =>
        shape
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0);

    private Field FieldOf(PropertyInfo property)
    {
        var name = char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
        var isLocal =
            property.GetCustomAttribute<JsonConverterAttribute>()?.ConverterType == typeof(LocalTimeConverter);
        return new Field(name, TypeOf(nullability.Create(property)))
        {
            Resolve = context => ValueTask.FromResult(ValueOf(property.GetValue(context.Source), isLocal)),
        };
    }

    // As REST's JSON has them: times are of a zone where the shape says so. A figure is a number by itself here, money with
    // nine decimals: which it is, its metric says.
    private static object? ValueOf(object? value, bool isLocal) =>
        value switch
        {
            SeriesValue { IsMoney: true } money => decimal.Round(money.Amount, 9, MidpointRounding.AwayFromZero),
            SeriesValue figure => figure.Amount,
            DateTimeOffset time when !isLocal => time.ToUniversalTime(),
            _ => value,
        };

    private GraphType TypeOf(NullabilityInfo info)
    {
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        var isNull = info.ReadState == NullabilityState.Nullable;
        GraphType found =
            type == typeof(string) ? Scalars.String
            : type == typeof(bool) ? Scalars.Boolean
            : type == typeof(int) ? Scalars.Int
            : type == typeof(long) ? WeirScalars.Long
            : type == typeof(double) ? Scalars.Float
            : type == typeof(decimal) || type == typeof(SeriesValue) ? WeirScalars.Decimal
            : type == typeof(DateTimeOffset) ? WeirScalars.DateTime
            : type.IsAssignableTo(typeof(IEnumerable)) ? ListOf(type, info)
            : Of(type);
        return isNull ? found : found.NonNull;
    }

    private ListType ListOf(Type type, NullabilityInfo info) =>
        type.GenericTypeArguments.Length == 2 ? Pairs.NonNull.List : TypeOf(info.GenericTypeArguments[0]).List;

    private static string NameOf(Type shape)
    {
        var name = shape.Name;
        return name.EndsWith("Item", StringComparison.Ordinal) ? name[..^4] : name;
    }
}

namespace Weir.GraphQL;

/// <summary>What a resolver is told.</summary>
public sealed class FieldContext
{
    private readonly Executor execution;

    internal FieldContext(Executor execution, ObjectType parent, string fieldName, object? source, Arguments arguments)
    {
        this.execution = execution;
        FieldName = fieldName;
        Parent = parent;
        Source = source;
        Arguments = arguments;
    }

    /// <summary>The type whose field it is.</summary>
    public ObjectType Parent { get; }

    /// <summary>The field's name in the schema.</summary>
    public string FieldName { get; }

    /// <summary>What the field above gave; null at a root.</summary>
    public object? Source { get; }

    /// <summary>What the caller gave, and what holds by default.</summary>
    public Arguments Arguments { get; }

    /// <summary>What is asked.</summary>
    public Schema Schema => execution.Schema;

    /// <summary>What whoever runs the operation gave for its resolvers; null for nothing.</summary>
    public object? State => execution.State;

    /// <summary>Ends the operation.</summary>
    public CancellationToken CancellationToken => execution.CancellationToken;

    /// <summary>
    /// What a key leads to, asked for together with all keys that other fields ask for at the same time, and once for each.
    /// </summary>
    /// <param name="loader">Which loader: one for each name lives as long as the operation.</param>
    /// <param name="key">The key.</param>
    /// <param name="load">Finds the values of several keys; what it leaves out is null.</param>
    public Task<TValue?> LoadAsync<TKey, TValue>(
        string loader,
        TKey key,
        Func<IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TValue>>> load
    )
        where TKey : notnull
        where TValue : class => execution.Loaders.LoadAsync(loader, key, load, CancellationToken);
}

/// <summary>An expected failure of one field: the answer has null there, and says why.</summary>
/// <param name="Message">In plain words, for the caller.</param>
/// <param name="Code">For programs.</param>
public sealed record FieldFault(string Message, string Code);

/// <summary>The events of a subscription, or why there are none: one of both is null.</summary>
/// <param name="Events">Each is the source of one answer; a <see cref="FieldFault"/> among them is told, and ends the stream.</param>
/// <param name="Fault">Why there are none.</param>
public sealed record EventStream(IAsyncEnumerable<object>? Events, FieldFault? Fault = null);

using System.Collections;
using Weir.GraphQL.Language;

namespace Weir.GraphQL;

/// <summary>
/// Answers one operation, by chapter 6 of the specification: fields side by side (those of a mutation's root one after
/// another), an error where one fails, and null up to the next field that may be null. Used on its loop alone.
/// </summary>
internal sealed class Executor(
    Schema schema,
    Document document,
    VariableValues variables,
    object? state,
    Action<string, Exception> onBug,
    CancellationToken cancellationToken
)
{
    private readonly List<GraphQLError> errors = [];
    private readonly FieldGroups groups = new(schema, document, variables);

    public Schema Schema => schema;

    public object? State => state;

    public CancellationToken CancellationToken => cancellationToken;

    public Loaders Loaders { get; } = new();

    /// <summary>Answers a query, a mutation, or one event of a subscription.</summary>
    public async Task<GraphQLResponse> RunAsync(OperationDefinition operation, ObjectType root, object? source)
    {
        var selected = groups.Of(root, operation.Selections, out var error);
        if (selected is null)
        {
            return GraphQLResponse.Of(null, [error!]);
        }

        var isSerial = operation.Kind == OperationKind.Mutation;
        var data = await FieldsAsync(root, source, null, selected, isSerial);
        return GraphQLResponse.Of(data.Value as ResultMap, [.. errors]);
    }

    /// <summary>Opens a subscription's stream; or says why it cannot be opened.</summary>
    public async Task<(IAsyncEnumerable<object>? Events, GraphQLError? Error)> OpenAsync(
        OperationDefinition operation,
        ObjectType root
    )
    {
        var selected = groups.Of(root, operation.Selections, out var error);
        if (
            selected is null or []
            || schema.Find(root, selected[0].Nodes[0].Name) is not { Subscribe: { } subscribe } field
        )
        {
            return (null, error ?? GraphQLError.Of("The subscription selects nothing."));
        }

        var path = new ResponsePath(null, selected[0].ResponseName);
        var nodes = selected[0].Nodes;
        if (ArgumentReader.Read(field, nodes[0], variables, document, out error) is not { } arguments)
        {
            return (null, error! with { Path = path.ToArray() });
        }

        try
        {
            var stream = await subscribe(new FieldContext(this, root, field.Name, null, arguments));
            return stream.Fault is { } fault ? (null, At(fault, nodes, path)) : (stream.Events, null);
        }
        catch (Exception bug) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, Bug(bug, field, nodes, path));
        }
    }

    private async ValueTask<Completed> FieldsAsync(
        ObjectType type,
        object? source,
        ResponsePath? path,
        FieldGroup[] selected,
        bool isSerial = false
    )
    {
        var map = new ResultMap(selected.Length);
        List<(int Index, Task<Completed> Task)>? pending = null;
        var failed = false;
        for (var index = 0; index < selected.Length && !failed; index++)
        {
            var group = selected[index];
            var task = FieldAsync(type, source, new ResponsePath(path, group.ResponseName), group.Nodes);
            if (isSerial || task.IsCompleted)
            {
                var value = await task;
                failed = value.Failed;
                map.Set(index, group.ResponseName, value.Value);
            }
            else
            {
                (pending ??= []).Add((index, task.AsTask()));
            }
        }

        foreach (var (index, task) in pending ?? [])
        {
            var value = await task;
            failed |= value.Failed;
            map.Set(index, selected[index].ResponseName, value.Value);
        }

        return failed ? Completed.Fault : new Completed(false, map);
    }

    private async ValueTask<Completed> FieldAsync(
        ObjectType parent,
        object? source,
        ResponsePath path,
        List<FieldNode> nodes
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var field = schema.Find(parent, nodes[0].Name)!;
        if (ArgumentReader.Read(field, nodes[0], variables, document, out var error) is not { } arguments)
        {
            return Fail(error! with { Path = path.ToArray() }, field.Type);
        }

        try
        {
            var value = await field.Resolve!(new FieldContext(this, parent, field.Name, source, arguments));
            return await CompleteAsync(field, field.Type, value, nodes, path);
        }
        catch (Exception bug) when (!cancellationToken.IsCancellationRequested)
        {
            return Fail(Bug(bug, field, nodes, path), field.Type);
        }
    }

    private async ValueTask<Completed> CompleteAsync(
        Field field,
        GraphType type,
        object? value,
        List<FieldNode> nodes,
        ResponsePath path
    )
    {
        if (value is FieldFault fault)
        {
            return Fail(At(fault, nodes, path), type);
        }

        if (type is NonNullType nonNull)
        {
            if (value is null)
            {
                return Fail(At(new FieldFault($"{field.Name} is never null, and was.", "INTERNAL"), nodes, path), type);
            }

            var inner = await CompleteAsync(field, nonNull.Inner, value, nodes, path);
            return inner.Value is null ? Completed.Fault : inner;
        }

        if (value is null)
        {
            return default;
        }

        switch (type)
        {
            case ListType list when value is IEnumerable items and not string:
                return await ItemsAsync(field, list, items, nodes, path);
            case ScalarType scalar when scalar.Write(value) is { } written:
                return new Completed(false, written);
            case EnumType one when value is string name && one.Find(name) is not null:
                return new Completed(false, name);
            case ObjectType one:
                return await BelowAsync(one, value, nodes, path);
            case AbstractType one
                when schema.Find(one.TypeOf(value)) is ObjectType found && schema.Possible(one).Contains(found):
                return await BelowAsync(found, value, nodes, path);
            default:
                return Fail(At(new FieldFault($"{field.Name} is no {type}.", "INTERNAL"), nodes, path), type);
        }
    }

    private async ValueTask<Completed> BelowAsync(
        ObjectType type,
        object value,
        List<FieldNode> nodes,
        ResponsePath path
    )
    {
        var selected = groups.Below(type, nodes, out var error);
        return selected is null ? Fail(error! with { Path = path.ToArray() }, type)
            : await FieldsAsync(type, value, path, selected) is { Failed: false } done ? done
            : default;
    }

    private async ValueTask<Completed> ItemsAsync(
        Field field,
        ListType type,
        IEnumerable items,
        List<FieldNode> nodes,
        ResponsePath path
    )
    {
        var values = new List<object?>();
        List<(int Index, Task<Completed> Task)>? pending = null;
        var failed = false;
        foreach (var item in items)
        {
            var task = CompleteAsync(field, type.Item, item, nodes, new ResponsePath(path, values.Count));
            if (task.IsCompleted)
            {
                var value = await task;
                values.Add(value.Value);
                if (value.Failed)
                {
                    failed = true;
                    break;
                }
            }
            else
            {
                (pending ??= []).Add((values.Count, task.AsTask()));
                values.Add(null);
            }
        }

        foreach (var (index, task) in pending ?? [])
        {
            var value = await task;
            failed |= value.Failed;
            values[index] = value.Value;
        }

        return failed ? default : new Completed(false, values.ToArray());
    }

    private Completed Fail(GraphQLError error, GraphType type)
    {
        errors.Add(error);
        return type is NonNullType ? Completed.Fault : default;
    }

    private GraphQLError At(FieldFault fault, List<FieldNode> nodes, ResponsePath path) =>
        GraphQLError.Of(fault.Message, fault.Code) with
        {
            Locations = [.. nodes.Select(document.Place)],
            Path = path.ToArray(),
        };

    private GraphQLError Bug(Exception bug, Field field, List<FieldNode> nodes, ResponsePath path)
    {
        onBug(field.Name, bug);
        return At(new FieldFault("This is a fault of Weir's; its log says more.", "INTERNAL"), nodes, path);
    }

    // Failed: it may not be null here, and the field above becomes null in its place.
    private readonly record struct Completed(bool Failed, object? Value)
    {
        public static Completed Fault => new(true, null);
    }
}

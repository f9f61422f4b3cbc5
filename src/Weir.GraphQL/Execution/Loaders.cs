namespace Weir.GraphQL;

/// <summary>The loaders of one operation. Used on its <see cref="OperationLoop"/> alone.</summary>
internal sealed class Loaders
{
    private readonly Dictionary<string, ILoader> byName = new(StringComparer.Ordinal);

    public Task<TValue?> LoadAsync<TKey, TValue>(
        string name,
        TKey key,
        Func<IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TValue>>> load,
        CancellationToken cancellationToken
    )
        where TKey : notnull
        where TValue : class
    {
        if (!byName.TryGetValue(name, out var found))
        {
            byName[name] = found = new Loader<TKey, TValue>(load, cancellationToken);
        }

        return ((Loader<TKey, TValue>)found).LoadAsync(key);
    }

    /// <summary>Asks for all keys that wait; false when none did.</summary>
    public bool Dispatch()
    {
        var any = false;
        foreach (var loader in byName.Values)
        {
            any |= loader.Dispatch();
        }

        return any;
    }

    private interface ILoader
    {
        public bool Dispatch();
    }

    private sealed class Loader<TKey, TValue>(
        Func<IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TValue>>> load,
        CancellationToken cancellationToken
    ) : ILoader
        where TKey : notnull
        where TValue : class
    {
        private readonly Dictionary<TKey, TaskCompletionSource<TValue?>> known = [];
        private List<TKey> waiting = [];

        public Task<TValue?> LoadAsync(TKey key)
        {
            if (!known.TryGetValue(key, out var source))
            {
                known[key] = source = new TaskCompletionSource<TValue?>(
                    TaskCreationOptions.RunContinuationsAsynchronously
                );
                waiting.Add(key);
            }

            return source.Task;
        }

        public bool Dispatch()
        {
            if (waiting.Count == 0)
            {
                return false;
            }

            var keys = waiting;
            waiting = [];
            _ = AskAsync(keys);
            return true;
        }

        private async Task AskAsync(List<TKey> keys)
        {
            try
            {
                var values = await load(keys, cancellationToken);
                foreach (var key in keys)
                {
                    known[key].SetResult(values.GetValueOrDefault(key));
                }
            }
            catch (Exception bug)
            {
                // Told to each field that waits: a fault kept here would leave them waiting for good.
                foreach (var key in keys)
                {
                    known[key].TrySetException(bug);
                }
            }
        }
    }
}

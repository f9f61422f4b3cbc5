using Weir.Client;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Config;

/// <summary>From the configuration's own types to the public API's.</summary>
internal static class ConfigShapes
{
    /// <summary>A fault.</summary>
    public static ConfigFaultItem Fault(ConfigFault fault) =>
        new(fault.Line, fault.Column, fault.Key, fault.Message, fault.Hint);

    /// <summary>The configuration in force, its secrets masked.</summary>
    public static ConfigDocument Document(ConfigStore store)
    {
        var current = store.Current;
        return new ConfigDocument
        {
            Source =
                current.Text is not null ? "file"
                : store.IsServers ? "environment"
                : "none",
            // Where the server keeps its files is its own workspace's business.
            Path = store.IsServers ? current.Path : null,
            Etag = current.ETag,
            AcceptedAt = current.AcceptedAt,
            ReadOnly = store.IsReadOnly,
            Text =
                current.Text is { } text ? ConfigEdit.Masked(text)
                : store.IsServers ? ConfigRendering.ToText(current.Config)
                : "",
            PendingFaults = [.. current.PendingFaults.Select(Fault)],
            RestartNeededFor = current.RestartNeededFor,
        };
    }
}

using System.Collections.Immutable;
using Weir.Client;
using Weir.Gateway;
using Weir.Identity;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Config;

/// <summary>From the configuration's own types to the public API's.</summary>
internal static class ConfigShapes
{
    /// <summary>A fault.</summary>
    public static ConfigFaultItem Fault(ConfigFault fault) =>
        new(fault.Line, fault.Column, fault.Key, fault.Message, fault.Hint);

    /// <summary>The configuration in force, its secrets masked.</summary>
    /// <param name="store">The document.</param>
    /// <param name="newest">The newest version of it; null for none.</param>
    public static ConfigDocument Document(ConfigStore store, DocumentVersion? newest)
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
            Version = newest?.Etag == current.ETag ? newest.Number : null,
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

    /// <summary>What providers answered.</summary>
    public static ConfigLiveCheck LiveCheck(ImmutableArray<ProviderAnswer> answers) =>
        new(
            answers.All(answer => answer.IsSound),
            [
                .. answers.Select(answer => new ConfigLiveProvider
                {
                    Name = answer.Name,
                    Outcome = $"{answer.Outcome}".ToLowerInvariant(),
                    Detail = answer.Detail,
                    Status = answer.Status,
                    Milliseconds = answer.Took?.TotalMilliseconds is { } took ? Math.Round(took, 1) : null,
                    Models = answer.Models,
                    Missing = answer.Missing,
                }),
            ]
        );

    /// <summary>A version without its text.</summary>
    /// <param name="version">The version.</param>
    /// <param name="inForce">The number of the one in force; null for none.</param>
    public static ConfigVersionItem Version(DocumentVersion version, long? inForce) =>
        new()
        {
            Version = version.Number,
            At = version.At,
            Source = version.Source,
            ActorKind = version.ActorKind,
            ActorId = version.ActorId,
            Actor = version.ActorName,
            Comment = version.Comment,
            Restores = version.Restores,
            Etag = version.Etag,
            InForce = version.Number == inForce,
        };

    /// <summary>A version with its text.</summary>
    /// <param name="version">The version.</param>
    /// <param name="inForce">The number of the one in force; null for none.</param>
    public static ConfigVersionDetail Detail(DocumentVersion version, long? inForce) =>
        new()
        {
            Version = version.Number,
            At = version.At,
            Source = version.Source,
            ActorKind = version.ActorKind,
            ActorId = version.ActorId,
            Actor = version.ActorName,
            Comment = version.Comment,
            Restores = version.Restores,
            Etag = version.Etag,
            InForce = version.Number == inForce,
            Text = version.Text,
        };
}

using System.Globalization;
using System.Net.Http.Json;
using Weir.Client.Json;

namespace Weir.Client;

/// <content>The configuration and its versions.</content>
public sealed partial class WeirClient
{
    /// <summary>The configuration in force.</summary>
    public Task<ConfigDocument> ConfigAsync(CancellationToken cancellationToken) =>
        GetAsync("config", WeirJson.Default.ConfigDocument, cancellationToken);

    /// <summary>Puts a text in the configuration's place.</summary>
    /// <param name="text">The whole new text.</param>
    /// <param name="etag">Of the text that it was made from; <c>none</c> where there is no document yet.</param>
    /// <param name="comment">Why; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ConfigDocument> PutConfigAsync(
        string text,
        string etag,
        string? comment,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            HttpMethod.Put,
            "config",
            JsonContent.Create(new ConfigText(text, comment), WeirJson.Default.ConfigText),
            WeirJson.Default.ConfigDocument,
            cancellationToken,
            ifMatch: etag
        );

    /// <summary>One page of the configuration's versions, newest first.</summary>
    /// <param name="cursor">Where the page before ended; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ConfigVersionPage> ConfigVersionsAsync(
        string? cursor,
        int limit,
        CancellationToken cancellationToken
    ) =>
        GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"config/versions?limit={limit}")
                + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}"),
            WeirJson.Default.ConfigVersionPage,
            cancellationToken
        );

    /// <summary>One version with its text, secrets masked.</summary>
    public Task<ConfigVersionDetail> ConfigVersionAsync(long version, CancellationToken cancellationToken) =>
        GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"config/versions/{version}"),
            WeirJson.Default.ConfigVersionDetail,
            cancellationToken
        );

    /// <summary>What a version changed.</summary>
    /// <param name="version">The version.</param>
    /// <param name="against">Of which other; null for the one before it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ConfigDiff> ConfigDiffAsync(long version, long? against, CancellationToken cancellationToken) =>
        GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"config/versions/{version}/diff")
                + (against is null ? "" : string.Create(CultureInfo.InvariantCulture, $"?against={against}")),
            WeirJson.Default.ConfigDiff,
            cancellationToken
        );

    /// <summary>Brings a version back into force.</summary>
    /// <param name="rollback">Which, and why.</param>
    /// <param name="etag">Of the text that is in force.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ConfigDocument> RollBackConfigAsync(
        ConfigRollback rollback,
        string etag,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            HttpMethod.Post,
            "config/rollback",
            JsonContent.Create(rollback, WeirJson.Default.ConfigRollback),
            WeirJson.Default.ConfigDocument,
            cancellationToken,
            ifMatch: etag
        );

    /// <summary>Makes Weir's configuration of another program's. Nothing is changed.</summary>
    public Task<ConfigImportResult> ImportConfigAsync(
        ConfigImportRequest request,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            HttpMethod.Post,
            "config/import",
            JsonContent.Create(request, WeirJson.Default.ConfigImportRequest),
            WeirJson.Default.ConfigImportResult,
            cancellationToken
        );

    /// <summary>Tries a text of the configuration on the requests of the past. Nothing is changed.</summary>
    public Task<ConfigDryRunResult> DryRunConfigAsync(ConfigDryRun trial, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            "config/dry-run",
            JsonContent.Create(trial, WeirJson.Default.ConfigDryRun),
            WeirJson.Default.ConfigDryRunResult,
            cancellationToken
        );

    /// <summary>Has each provider of the configuration in force asked for its models.</summary>
    public Task<ConfigLiveCheck> CheckConfigAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "config/check", content: null, WeirJson.Default.ConfigLiveCheck, cancellationToken);
}

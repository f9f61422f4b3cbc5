using Weir.Client.Json;

namespace Weir.Client;

/// <content>Backups.</content>
public sealed partial class WeirClient
{
    /// <summary>Begins a backup.</summary>
    public Task<BackupItem> StartBackupAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "backups", null, WeirJson.Default.BackupItem, cancellationToken);

    /// <summary>The backups that the server has and makes.</summary>
    public Task<BackupList> BackupsAsync(CancellationToken cancellationToken) =>
        GetAsync("backups", WeirJson.Default.BackupList, cancellationToken);

    /// <summary>How far a backup is.</summary>
    public Task<BackupItem> BackupAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"backups/{Uri.EscapeDataString(id)}", WeirJson.Default.BackupItem, cancellationToken);

    /// <summary>Gives a backup up, or removes its file.</summary>
    public Task RemoveBackupAsync(string id, CancellationToken cancellationToken) =>
        RemoveAsync($"backups/{Uri.EscapeDataString(id)}", cancellationToken);

    /// <summary>A backup's file from a byte on.</summary>
    /// <param name="id">Which.</param>
    /// <param name="offset">How many bytes are known already; less than there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ExportDownload> BackupFileAsync(string id, long offset, CancellationToken cancellationToken) =>
        DownloadAsync($"backups/{Uri.EscapeDataString(id)}/file", id, offset, cancellationToken);
}

using System.Net.Http.Json;
using Weir.Client.Json;

namespace Weir.Client;

/// <content>Work on the whole ledger.</content>
public sealed partial class WeirClient
{
    /// <summary>Begins to compact or to repair the ledger.</summary>
    public Task<UpkeepItem> StartUpkeepAsync(NewUpkeep upkeep, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            "ledger/upkeep",
            JsonContent.Create(upkeep, WeirJson.Default.NewUpkeep),
            WeirJson.Default.UpkeepItem,
            cancellationToken
        );

    /// <summary>What the workspace keeps of its past.</summary>
    public Task<KeptResult> MonthsAsync(CancellationToken cancellationToken) =>
        GetAsync("ledger/months", WeirJson.Default.KeptResult, cancellationToken);

    /// <summary>How far it is.</summary>
    public Task<UpkeepItem> UpkeepAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"ledger/upkeep/{Uri.EscapeDataString(id)}", WeirJson.Default.UpkeepItem, cancellationToken);
}

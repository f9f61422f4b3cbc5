using System.Collections.Immutable;

namespace Weir.Identity;

/// <summary>
/// What a key may do, in words: one of four scopes, each a bundle of permissions, or a permission by its name. Stateless.
/// </summary>
public static class KeyScopes
{
    /// <summary>Send requests to models.</summary>
    public const string Gateway = "gateway";

    /// <summary>Look, and change nothing; stored conversations, secrets' names and the audit trail are not in it.</summary>
    public const string Read = "read";

    /// <summary>Everything but sending requests to models and delivering logs.</summary>
    public const string Admin = "admin";

    /// <summary>Deliver logs, OTLP and hooks.</summary>
    public const string Ingest = "ingest";

    private static readonly PermissionSet Reading = PermissionSet.Of(
        Permission.AnalyticsExport,
        Permission.BillingView,
        Permission.BudgetsView,
        Permission.ConfigRead,
        Permission.KeysView,
        Permission.UsersView,
        Permission.TeamsView,
        Permission.RolesView,
        Permission.WorkspaceView,
        Permission.InstanceView
    );

    private static readonly PermissionSet Using = PermissionSet.Of(Permission.GatewayUse);

    private static readonly PermissionSet Delivering = PermissionSet.Of(Permission.CaptureIngest);

    /// <summary>The four bundles.</summary>
    public static ImmutableArray<string> Bundles { get; } = [Gateway, Read, Admin, Ingest];

    /// <summary>What a word permits; null when it is none.</summary>
    public static PermissionSet? Of(string word) =>
        word switch
        {
            Gateway => Using,
            Read => Reading,
            Admin => PermissionSet.All.Except(Using.Or(Delivering)),
            Ingest => Delivering,
            _ => PermissionTable.Find(word) is { } permission ? PermissionSet.Of(permission) : null,
        };

    /// <summary>What several words permit together; words that this version does not know permit nothing.</summary>
    public static PermissionSet Of(IEnumerable<string> words) =>
        words.Aggregate(default(PermissionSet), (set, word) => set.Or(Of(word) ?? default));
}

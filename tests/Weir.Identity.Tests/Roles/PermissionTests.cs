using FsCheck;
using FsCheck.Fluent;

namespace Weir.Identity.Tests.Roles;

public sealed class PermissionTests
{
    [Fact]
    public void Every_permission_stands_in_the_table_at_its_place()
    {
        Assert.Equal(Enum.GetValues<Permission>(), PermissionTable.All.Select(info => info.Permission));
        Assert.True(PermissionTable.All.Length is >= 20 and <= 64);
        Assert.All(
            PermissionTable.All,
            info =>
            {
                Assert.Matches("^[a-z]+:[a-z]+$", info.Name);
                Assert.Equal(info.Permission, PermissionTable.Find(info.Name));
                Assert.Equal(
                    info.Permission.ToString(),
                    string.Concat(info.Name.Split(':').Select(word => char.ToUpperInvariant(word[0]) + word[1..]))
                );
            }
        );
        Assert.Null(PermissionTable.Find("config:rite"));
    }

    // Roles and keys in databases hold these names.
    [Fact]
    public void Names_that_were_given_stay()
    {
        string[] given =
        [
            "gateway:use",
            "capture:ingest",
            "analytics:view",
            "analytics:export",
            "content:view",
            "dashboards:edit",
            "billing:view",
            "prices:manage",
            "budgets:view",
            "budgets:set",
            "costs:approve",
            "config:read",
            "config:write",
            "secrets:view",
            "secrets:manage",
            "keys:view",
            "keys:own",
            "keys:manage",
            "users:view",
            "users:manage",
            "teams:view",
            "teams:manage",
            "roles:view",
            "roles:manage",
            "workspace:view",
            "audit:view",
            "privacy:manage",
            "instance:view",
            "instance:manage",
        ];
        Assert.Subset(PermissionTable.All.Select(info => info.Name).ToHashSet(), given.ToHashSet());
    }

    [Fact]
    public void Sets_are_sets_and_always_closed() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<Permission[]>(),
                ArbMap.Default.ArbFor<Permission[]>(),
                (a, b) =>
                {
                    var (one, other) = (PermissionSet.Of(a), PermissionSet.Of(b));
                    return a.All(one.Has)
                        && one.Or(other).Covers(one)
                        && one.Covers(one.And(other))
                        && one.Except(other).And(other).IsEmpty
                        && one.Or(other) == PermissionSet.Of([.. a, .. b])
                        && one.Names().Select(name => PermissionTable.Find(name)!.Value).All(one.Has)
                        && PermissionTable
                            .All.Where(info => one.Has(info.Permission))
                            .SelectMany(info => info.Includes)
                            .All(one.Has)
                        && !one.OfOneWorkspace().Has(Permission.InstanceView);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void The_scope_read_reads_and_nothing_more()
    {
        var read = KeyScopes.Of(KeyScopes.Read)!.Value;
        Assert.All(read.Names(), name => Assert.Matches(":(view|read|export)$", name));
        Assert.False(read.Has(Permission.ContentView));
        Assert.False(read.Has(Permission.AuditView));
        Assert.False(read.Has(Permission.SecretsView));
    }

    [Fact]
    public void The_scope_admin_has_all_that_is_no_traffic()
    {
        var admin = KeyScopes.Of(KeyScopes.Admin)!.Value;
        Assert.Equal(
            PermissionSet.All,
            admin.Or(KeyScopes.Of(KeyScopes.Gateway)!.Value).Or(KeyScopes.Of(KeyScopes.Ingest)!.Value)
        );
        Assert.False(admin.Has(Permission.GatewayUse));
        Assert.False(admin.Has(Permission.CaptureIngest));
    }

    [Fact]
    public void A_word_of_another_version_permits_nothing() =>
        Assert.Equal(KeyScopes.Of(KeyScopes.Gateway), KeyScopes.Of(["gateway", "future:thing"]));
}

using System.Collections.Immutable;

namespace Weir.Identity;

/// <summary>Permissions, each in or not. The default is none. Always closed: what a permission includes is in.</summary>
public readonly record struct PermissionSet
{
    private static readonly ulong InstanceBits = Sum(PermissionTable.All.Where(info => info.IsInstance));

    private readonly ulong bits;

    private PermissionSet(ulong bits) => this.bits = bits;

    /// <summary>Every one.</summary>
    public static PermissionSet All { get; } = new(Sum(PermissionTable.All));

    /// <summary>These, and what they include.</summary>
    public static PermissionSet Of(params ReadOnlySpan<Permission> permissions)
    {
        var set = default(PermissionSet);
        foreach (var permission in permissions)
        {
            set = set.With(permission);
        }

        return set;
    }

    /// <summary>Whether it is in.</summary>
    public bool Has(Permission permission) => (bits & Bit(permission)) != 0;

    /// <summary>Whether all of another set are in.</summary>
    public bool Covers(PermissionSet other) => (other.bits & ~bits) == 0;

    /// <summary>True for none.</summary>
    public bool IsEmpty => bits == 0;

    /// <summary>What is in either.</summary>
    public PermissionSet Or(PermissionSet other) => new(bits | other.bits);

    /// <summary>What is in both.</summary>
    public PermissionSet And(PermissionSet other) => new(bits & other.bits);

    /// <summary>What is in this and not in the other.</summary>
    public PermissionSet Except(PermissionSet other) => new(bits & ~other.bits);

    /// <summary>Without what concerns the whole instance.</summary>
    public PermissionSet OfOneWorkspace() => new(bits & ~InstanceBits);

    /// <summary>The names, in the table's order.</summary>
    public ImmutableArray<string> Names()
    {
        var own = bits;
        return [.. PermissionTable.All.Where(info => (own & Bit(info.Permission)) != 0).Select(info => info.Name)];
    }

    /// <summary>The names, with commas.</summary>
    public override string ToString() => string.Join(", ", Names());

    private PermissionSet With(Permission permission)
    {
        var set = new PermissionSet(bits | Bit(permission));
        foreach (var included in PermissionTable.All[(int)permission].Includes)
        {
            set = set.Has(included) ? set : set.With(included);
        }

        return set;
    }

    private static ulong Bit(Permission permission) => 1UL << (int)permission;

    private static ulong Sum(IEnumerable<PermissionInfo> permissions) =>
        permissions.Aggregate(0UL, (sum, info) => sum | Bit(info.Permission));
}

using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Weir.Identity;

/// <summary>The roles of one workspace at one moment. Immutable, thread-safe.</summary>
internal sealed class RoleSet
{
    private readonly FrozenDictionary<string, Role> byName;

    public RoleSet(IEnumerable<Role> custom)
    {
        All = [.. BuiltInRoles.All, .. custom.OrderBy(role => role.Name, StringComparer.Ordinal)];
        byName = All.ToFrozenDictionary(role => role.Name, StringComparer.Ordinal);
    }

    /// <summary>The built-in ones first.</summary>
    public ImmutableArray<Role> All { get; }

    public static RoleSet BuiltIn { get; } = new([]);

    public Role? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>What roles permit together, their parents' permissions included; a role that is not there permits nothing.</summary>
    public PermissionSet Permissions(IEnumerable<string> roles)
    {
        var set = default(PermissionSet);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(roles);
        while (open.TryPop(out var name))
        {
            if (seen.Add(name) && Find(name) is { } role)
            {
                set = set.Or(role.Own);
                foreach (var parent in role.Parents)
                {
                    open.Push(parent);
                }
            }
        }

        return set;
    }

    /// <summary>Whether a role would come to inherit from itself, were it given these parents.</summary>
    public bool MakesCircle(string name, IEnumerable<string> parents)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(parents);
        while (open.TryPop(out var parent))
        {
            if (parent == name)
            {
                return true;
            }

            if (seen.Add(parent) && Find(parent) is { } role)
            {
                foreach (var next in role.Parents)
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }
}

using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Identity;

namespace Weir.Server.Api.Activities;

/// <summary>Which events somebody may see: of his workspace, by what each kind asks for.</summary>
/// <param name="Workspace">His.</param>
/// <param name="Permissions">What he may do.</param>
internal readonly record struct ActivityView(WorkspaceId Workspace, PermissionSet Permissions)
{
    private static readonly PermissionSet Instance = PermissionSet.Of(Permission.InstanceView);

    /// <summary>The names of the kinds that he may see, of those that he wants.</summary>
    /// <param name="wanted">Kinds, or what stands before their dot; none for all.</param>
    public ImmutableArray<string> Kinds(IReadOnlyCollection<string> wanted)
    {
        var (workspace, permissions) = this;
        return
        [
            .. ActivityKinds
                .All.Where(kind => IsOneOf(kind, wanted) && permissions.Covers(Needs(kind, workspace)))
                .Select(kind => kind.Name),
        ];
    }

    /// <summary>A question for what he may see.</summary>
    public ActivityQuery Query(IReadOnlyCollection<string> wanted) =>
        new()
        {
            Workspace = Workspace,
            WithInstance = Permissions.Covers(Instance),
            Kinds = Kinds(wanted),
        };

    /// <summary>Whether a word names a kind, or several by what stands before their dot.</summary>
    public static bool IsKind(string word) => ActivityKinds.All.Any(kind => IsOneOf(kind, [word]));

    private static bool IsOneOf(ActivityKindInfo kind, IReadOnlyCollection<string> wanted) =>
        wanted.Count == 0
        || wanted.Any(word =>
            kind.Name == word
            || (kind.Name.StartsWith(word, StringComparison.Ordinal) && kind.Name.AsSpan(word.Length) is ['.', ..])
        );

    // The default workspace's document is the server's: who reads of it must be let into the instance, as with its versions.
    private static PermissionSet Needs(ActivityKindInfo kind, WorkspaceId workspace) =>
        kind.Needs == Permission.ConfigRead && workspace == WorkspaceId.Default
            ? PermissionSet.Of(Permission.ConfigRead, Permission.InstanceView)
            : PermissionSet.Of(kind.Needs);
}

using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Identity;
using Weir.Ledger;

namespace Weir.Server.Privacy;

/// <summary>A person of a workspace, as far as Weir knows him: a user, a name that keys or records have, or both.</summary>
internal sealed record Subject
{
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Where.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>The user; null for somebody who is only a name.</summary>
    public User? User { get; init; }

    /// <summary>What keys and records may call him, exactly; the one that was asked for first.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>The keys that belong to him or stand for him, revoked ones too.</summary>
    public required ImmutableArray<ApiKey> Keys { get; init; }

    /// <summary>Of these, those that are his own.</summary>
    public IEnumerable<ApiKey> OwnKeys => Keys.Where(key => User is not null && key.Owner == User.Id);

    /// <summary>Looks a person up.</summary>
    /// <param name="identity">Who there is.</param>
    /// <param name="workspace">Where.</param>
    /// <param name="idOrName">A user's id or name, or what records call somebody.</param>
    /// <param name="also">What else records call him.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Subject> FindAsync(
        IdentityStore identity,
        WorkspaceId workspace,
        string idOrName,
        IEnumerable<string> also,
        CancellationToken cancellationToken
    )
    {
        var user = identity.Users.Find(workspace, idOrName);
        var keys = await identity.Keys.ListAsync(workspace, includeRevoked: true, cancellationToken);
        var own = keys.Where(key => user is not null && key.Owner == user.Id).ToList();
        string?[] known = [user?.Name ?? idOrName, user?.Email, .. own.Select(key => key.User), .. also];
        var names = known
            .OfType<string>()
            .Where(name => name.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .ToImmutableArray();
        return new Subject
        {
            Workspace = workspace,
            User = user,
            Names = names,
            Keys = [.. keys.Where(key => own.Contains(key) || (key.User is { } name && names.Contains(name)))],
        };
    }

    /// <summary>His records: all that there are.</summary>
    public UsageQuery Records(DateTimeOffset now) =>
        new()
        {
            Workspace = Workspace,
            From = Earliest,
            To = now.AddDays(2),
            Filters = [new UsageFilter(new UsageDimension(UsageDimensionKind.User), [.. Names])],
        };

    /// <summary>His sessions, as far as nobody else worked in them.</summary>
    public async Task<ImmutableArray<string>> SessionsAsync(UsageLedger ledger, CancellationToken cancellationToken)
    {
        var sessions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in Names)
        {
            sessions.UnionWith(await ledger.Lineage.SessionsOfAsync(Workspace, name, cancellationToken));
        }

        return [.. sessions.Order(StringComparer.Ordinal)];
    }
}

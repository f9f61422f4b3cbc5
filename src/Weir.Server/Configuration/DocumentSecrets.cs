using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.Server.Configuration;

/// <summary>
/// The sealed secrets as documents use them. Remembers in memory what it opened: a key that is in use goes on being used
/// when its row can no longer be read. Not thread-safe: used under the documents' lock.
/// </summary>
/// <param name="store">Where they are.</param>
internal sealed class DocumentSecrets(SecretStore store)
{
    private readonly Dictionary<(WorkspaceId Workspace, string Name, string Origin), string> opened = [];

    /// <summary>What is wrong with a document's uses; none when every secret is there and belongs where it is sent.</summary>
    public ImmutableArray<ConfigFault> FaultsOf(WorkspaceId workspace, ImmutableArray<SecretUse> uses)
    {
        var faults = ImmutableArray.CreateBuilder<ConfigFault>();
        var origins = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var use in uses)
        {
            if (!origins.TryAdd(use.Name, use.Origin) && origins[use.Name] != use.Origin)
            {
                faults.Add(
                    Fault(
                        use,
                        $"the secret \"{use.Name}\" is sent to {origins[use.Name]} already, and a secret belongs to one address",
                        "give a secret of another name"
                    )
                );
            }
            else if (Fault(workspace, use) is { } fault)
            {
                faults.Add(fault);
            }
        }

        return faults.ToImmutable();
    }

    /// <summary>Binds secrets that belong to no address yet to those that a document in force sends them to.</summary>
    public void Bind(WorkspaceId workspace, ImmutableArray<SecretUse> uses)
    {
        foreach (var use in uses)
        {
            store.Bind(workspace, use.Name, use.Origin);
        }
    }

    /// <summary>The value that may be sent to an address; null when there is none.</summary>
    public string? Value(WorkspaceId workspace, string name, Uri address)
    {
        var origin = SecretRules.OriginOf(address);
        if (store.Find(workspace, name, origin).Value is { } value)
        {
            opened[(workspace, name, origin)] = value;
            return value;
        }

        return opened.GetValueOrDefault((workspace, name, origin));
    }

    private ConfigFault? Fault(WorkspaceId workspace, SecretUse use)
    {
        var found = store.Find(workspace, use.Name, use.Origin);
        return found.Outcome switch
        {
            // Credentials are a document with spaces of its own.
            SecretOutcome.Found when use.IsDocument => null,
            SecretOutcome.Found when found.Value!.AsSpan().ContainsAnyExceptInRange('!', '~') => Fault(
                use,
                $"the secret \"{use.Name}\" is no key: a key has only visible ASCII characters and no spaces",
                "give it again"
            ),
            SecretOutcome.Found when KeyRing.LooksLikeKey(found.Value) => Fault(
                use,
                $"the secret \"{use.Name}\" is a Weir key, not the provider's",
                "Weir keys are for Weir's own callers"
            ),
            SecretOutcome.Found => null,
            SecretOutcome.Missing => Fault(
                use,
                $"there is no secret \"{use.Name}\"",
                $"weir secrets set {use.Name} --origin {use.Origin}"
            ),
            SecretOutcome.OtherOrigin => Fault(
                use,
                $"the secret \"{use.Name}\" was given for {found.Origin} and is not sent to {use.Origin}",
                $"give it again under another name: weir secrets set NAME --origin {use.Origin}"
            ),
            _ => Fault(use, $"the secret \"{use.Name}\" does not open: {found.Trouble}", "give it again"),
        };
    }

    private static ConfigFault Fault(SecretUse use, string message, string hint) =>
        new(use.Line, use.Column, use.Key, message, hint);
}

using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Joining;

/// <summary>Where something was caught, and what holds for all of it.</summary>
/// <param name="Workspace">Whose it is.</param>
/// <param name="IsHere">Whether it comes from this machine's own files.</param>
/// <param name="User">Whom it is attributed to when the witness does not say; null for nobody.</param>
/// <param name="Host">The machine; null for this one.</param>
/// <param name="Billing">Who pays, when the witness does not say.</param>
internal sealed record Origin(
    WorkspaceId Workspace,
    bool IsHere = false,
    string? User = null,
    string? Host = null,
    Billing Billing = Billing.Metered
);

/// <summary>Makes records of sightings, at list prices. Not thread-safe.</summary>
internal sealed class RecordMaker(PriceBook prices, ProjectNames projects)
{
    private const string BranchTag = "branch";
    private const string HostTag = "host";

    private readonly Dictionary<(string? Branch, string? Host), ImmutableSortedDictionary<string, string>> tags = [];

    /// <summary>The record of a sighting.</summary>
    public UsageRecord Make(RecordId id, Sighting seen, Origin origin)
    {
        var provider = IsTranslated(seen) ? null : seen.Provider;
        var charge =
            provider is { } catalogue && !seen.Usage.IsUnknown
                ? prices.Current.Charge(
                    new PriceRequest
                    {
                        Catalogue = catalogue,
                        Provider = catalogue,
                        Served = seen.Model,
                        Requested = seen.RequestedModel,
                        Usage = seen.Usage,
                        Mode = seen.PriceMode,
                        WebSearches = seen.WebSearches,
                        At = seen.At,
                    }
                )
                : default;
        return new UsageRecord
        {
            Id = id,
            Workspace = origin.Workspace,
            StartedAt = seen.At,
            Duration = seen.Duration,
            Source = seen.Source,
            Status = seen.Status,
            HttpStatus = seen.HttpStatus,
            ErrorType = seen.ErrorType,
            Provider = provider,
            Model = seen.Model,
            RequestedModel = seen.RequestedModel ?? seen.Model,
            User = seen.User ?? origin.User,
            Project = seen.Project ?? projects.Of(seen.Folder, origin.IsHere),
            Session = seen.Session,
            Agent = seen.Agent,
            ParentAgent = seen.ParentAgent,
            Client = seen.Client,
            UpstreamId = seen.RequestId,
            MessageId = seen.MessageId ?? seen.OwnId,
            PriceMode = seen.PriceMode,
            Usage = seen.Usage,
            Quality = seen.Usage.IsUnknown ? UsageQuality.None : UsageQuality.Reported,
            WebSearches = seen.WebSearches,
            Billing = seen.Billing ?? origin.Billing,
            Cost = charge.Cost,
            PriceVersion = charge.PriceVersion,
            Tags = TagsOf(seen.Branch, origin.Host),
        };
    }

    // Who answered only the gateway knows; its caller takes it for a provider of the dialect that he speaks, and its prices for his.
    private static bool IsTranslated(Sighting seen) =>
        CallerIds.TryParse(seen.MessageId, out _) || CallerIds.TryParse(seen.RequestId, out _);

    private ImmutableSortedDictionary<string, string> TagsOf(string? branch, string? host)
    {
        if (tags.TryGetValue((branch, host), out var found))
        {
            return found;
        }

        found = ImmutableSortedDictionary<string, string>.Empty;
        // A detached head is no branch.
        found = branch is null or "HEAD" or "" ? found : found.Add(BranchTag, branch);
        found = host is null ? found : found.Add(HostTag, host);
        if (tags.Count < 10_000)
        {
            tags.Add((branch, host), found);
        }

        return found;
    }
}

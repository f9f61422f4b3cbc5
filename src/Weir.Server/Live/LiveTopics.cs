using System.Diagnostics.CodeAnalysis;
using Weir.Capture.Sessions;
using Weir.Server.Limits;

namespace Weir.Server.Live;

/// <summary>What a listener wants to be told.</summary>
/// <param name="Requests">Whether of requests.</param>
/// <param name="Sessions">Where news of sessions comes from, null while nothing can be read; null for not to be told.</param>
/// <param name="Limits">Where news of limits comes from; null for not to be told.</param>
/// <param name="Activity">What comes of the activity feed; null for not to be told.</param>
/// <param name="Dashboards">News of dashboards; null for not to be told.</param>
internal sealed record LiveTopics(
    bool Requests,
    Func<SessionChanges?>? Sessions,
    WorkspaceLimitNews? Limits,
    ActivityListening? Activity = null,
    DashboardListening? Dashboards = null
)
{
    /// <summary>For people: what <c>topics</c> must look like.</summary>
    public const string Expected =
        "requests, sessions, limits, activity, dashboards or several of them, separated by commas";

    /// <summary>Reads what a listener asked for; nothing at all is requests.</summary>
    public static bool TryParse(
        string? text,
        Func<SessionChanges?> sessions,
        WorkspaceLimitNews limits,
        Func<ActivityListening> activity,
        Func<DashboardListening> dashboards,
        [NotNullWhen(true)] out LiveTopics? topics
    )
    {
        var words = string.IsNullOrEmpty(text) ? ["requests"] : text.Split(',');
        topics = Array.TrueForAll(
            words,
            word => word is "requests" or "sessions" or "limits" or "activity" or "dashboards"
        )
            ? new LiveTopics(
                words.Contains("requests"),
                words.Contains("sessions") ? sessions : null,
                words.Contains("limits") ? limits : null,
                words.Contains("activity") ? activity() : null,
                words.Contains("dashboards") ? dashboards() : null
            )
            : null;
        return topics is not null;
    }
}

/// <summary>Where the news of sessions comes from.</summary>
/// <param name="Changes">Gives it; null while nothing can be read.</param>
internal sealed record SessionNews(Func<SessionChanges?> Changes);

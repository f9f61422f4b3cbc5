using Weir.Capture;
using Weir.Capture.Agents;
using Weir.Capture.Limits;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Wire.Limits;

namespace Weir.Server.Limits;

/// <summary>
/// Takes in what providers say of quotas, by way of status lines and of the gateway: the newest word is kept, and what is of a
/// plan is handed on to be stored, so that limits are learned from it. Thread-safe.
/// </summary>
internal sealed class QuotaIntake(NewestQuotas newest, LimitNews news, ICaptureIntake intake, TimeProvider clock)
{
    private const string Unknown = "unknown";
    private const int LongestText = 500;
    private const int MostPlaces = 1_000;

    /// <summary>Shorter windows hold a pace: they change with every request and teach nothing.</summary>
    private static readonly TimeSpan ShortestStored = TimeSpan.FromHours(1);

    /// <summary>A provider that refuses says the same to every request that it refuses.</summary>
    private static readonly TimeSpan Repetition = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(WorkspaceId, string, string?, string), DateTimeOffset> refusals = [];

    /// <summary>
    /// Takes what a provider said when it refused: where that is about a limit of the account, it is stored. Never blocks. Of
    /// anything else nothing is kept: it may hold what was asked.
    /// </summary>
    public void TakeRefusal(WorkspaceId workspace, ProviderRefusal refusal)
    {
        var text = refusal.Text.Length > LongestText ? refusal.Text[..LongestText] : refusal.Text;
        // As it will be read when it comes out of the store.
        var word = new LimitWord(
            refusal.At,
            refusal.Client,
            null,
            LimitWordKind.Message,
            text,
            Account: refusal.Account
        );
        if (LimitWords.Notice(word, clock.LocalTimeZone) is not { Kind: not LimitNoticeKind.Overloaded } notice)
        {
            return;
        }

        if (IsRepetition((workspace, refusal.Client, refusal.Account, notice.Pattern), refusal.At))
        {
            return;
        }

        var caught = new Catch();
        caught.Limits.Add(word);
        _ = intake.TryTake(workspace, caught, out _);
    }

    private bool IsRepetition((WorkspaceId, string, string?, string) place, DateTimeOffset at)
    {
        lock (gate)
        {
            if (refusals.TryGetValue(place, out var last) && at - last < Repetition && at >= last)
            {
                return true;
            }

            if (refusals.Count >= MostPlaces)
            {
                refusals.Clear();
            }

            refusals[place] = at;
            return false;
        }
    }

    /// <summary>Takes what Claude Code gave its status line; what cannot be read says nothing. True when it says something new.</summary>
    public bool TakeStatusLine(WorkspaceId workspace, ReadOnlyMemory<byte> json, string? session) =>
        Take(workspace, QuotaObjects.StatusLine(json, clock.GetUtcNow()), session);

    /// <summary>Takes readings. Never blocks: where there is no room, they are not stored. True when one says something new.</summary>
    public bool Take(WorkspaceId workspace, IReadOnlyList<LimitReading> readings, string? session = null)
    {
        Catch? caught = null;
        var isNew = false;
        foreach (var reading in readings)
        {
            if (!newest.Note(workspace, reading))
            {
                continue;
            }

            isNew = true;
            if (reading.Window >= ShortestStored)
            {
                (caught ??= new Catch()).Limits.Add(LimitWords.Word(reading, Unknown, session));
            }
        }

        if (isNew)
        {
            news.Of(workspace).Told(teaches: caught is not null);
        }

        if (caught is not null)
        {
            _ = intake.TryTake(workspace, caught, out _);
        }

        return isNew;
    }
}

using Weir.Capture.Agents;
using Weir.Wire.Limits;

namespace Weir.Capture.Limits;

/// <summary>
/// What stored words on limits say. A quota's <see cref="LimitWord.Text"/> is who passed it on (<c>headers</c>,
/// <c>statusline</c>), null for an agent's log. Pure; safe from any thread.
/// </summary>
internal static class LimitWords
{
    private const string Log = "log";

    /// <summary>The quota that a word tells; null for messages and for words without a figure.</summary>
    public static LimitReading? Reading(LimitWord word) =>
        word is { Kind: LimitWordKind.Quota } && (word.UsedPercent ?? (object?)word.ResetsAt) is not null
            ? new LimitReading(
                word.At,
                word.Text ?? Log,
                LimitReading.ScopeOf(word.Scope ?? "primary", word.Window),
                word.Window ?? LimitReading.WindowOf(word.Scope),
                word.UsedPercent,
                word.ResetsAt,
                Client: word.Client,
                Account: word.Account
            )
            : null;

    /// <summary>What a message says; null for quotas, and for a message that is not about a limit.</summary>
    /// <param name="word">The word.</param>
    /// <param name="zone">The zone of clocks that name none.</param>
    public static LimitNotice? Notice(LimitWord word, TimeZoneInfo zone) =>
        word.Kind == LimitWordKind.Message
            ? LimitReader.Read(
                new LimitMessage(
                    word.At,
                    word.Client,
                    word.Text,
                    // A hook tells the error's word alone.
                    Error: word.Text is null ? word.Scope : null,
                    QuotaResetsAt: word.ResetsAt
                ),
                zone
            )
            : null;

    /// <summary>A quota as a word to be stored.</summary>
    public static LimitWord Word(LimitReading reading, string client, string? session = null) =>
        new(
            reading.SaidAt,
            reading.Client ?? client,
            session,
            LimitWordKind.Quota,
            reading.By == Log ? null : reading.By,
            reading.Window,
            reading.UsedPercent,
            reading.ResetsAt,
            reading.Scope,
            Account: reading.Account
        );
}

namespace Weir.Client;

/// <summary>What <c>weir hooks</c> found or did, as <c>--json</c> prints it.</summary>
/// <param name="Installed">Whether Weir's hooks stand in the settings.</param>
/// <param name="Settings">The settings file.</param>
/// <param name="Events">The events that lead to Weir.</param>
/// <param name="Url">Where they lead; null when none do.</param>
/// <param name="Key">The id of the key that they carry; null when it is not known.</param>
/// <param name="StatusLine">The status line's command; null when none is set.</param>
/// <param name="StatusLineIsOurs">Whether it is Weir's.</param>
/// <param name="Backup">Where the settings lie as they were; null when they were not changed or need no backup.</param>
public sealed record HooksReport(
    bool Installed,
    string Settings,
    IReadOnlyList<string> Events,
    string? Url,
    string? Key,
    string? StatusLine,
    bool StatusLineIsOurs,
    string? Backup
);

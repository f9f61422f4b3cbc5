namespace Weir.Capture;

/// <summary>How long a workspace keeps what happened in its sessions; their requests and figures are the ledger's.</summary>
/// <param name="SessionDays">Sessions that were last heard of longer ago are forgotten, with what the archive has of them; null for none.</param>
/// <param name="ContentDays">Content that was sealed longer ago is deleted; null for as long as the archive.</param>
public readonly record struct CaptureRetention(int? SessionDays, int? ContentDays);

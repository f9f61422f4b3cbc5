namespace Weir.Gateway;

/// <summary>What a provider said when it refused a request.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Client">The program that asked, or the provider's name when it is not known.</param>
/// <param name="Account">Tells the account from others, and not the credential; null when none went up.</param>
/// <param name="Text">The beginning of the body. May hold anything, also what the caller had sent: not for a log.</param>
public sealed record ProviderRefusal(DateTimeOffset At, string Client, string? Account, string Text);

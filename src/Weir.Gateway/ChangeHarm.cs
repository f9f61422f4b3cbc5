namespace Weir.Gateway;

/// <summary>A change of the configuration after which clearly fewer requests are served.</summary>
/// <param name="Before">The share of requests that were served in the ten minutes before it, 0 to 1.</param>
/// <param name="After">The share since, 0 to 1.</param>
public sealed record ChangeHarm(double Before, double After);

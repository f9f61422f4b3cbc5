namespace Weir.PackageTests;

/// <summary>Requests that the simulator answers.</summary>
internal static class Requests
{
    /// <summary>A short one.</summary>
    public const string Small =
        """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""";
}

namespace Weir.Server.Configuration.Imports;

/// <summary>What a check puts in the place of variables that are not set where it runs.</summary>
internal static class ImportPlaceholders
{
    /// <summary>An address that nothing answers at (RFC 2606).</summary>
    public const string Address = "https://variable.invalid/v1";

    /// <summary>A region.</summary>
    public const string Region = "us-east-1";

    /// <summary>A name: a project, a key.</summary>
    public const string Name = "name";

    /// <summary>A dated version of Azure's API.</summary>
    public const string Version = "2024-10-21";
}

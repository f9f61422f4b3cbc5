namespace Weir.Server.Configuration;

/// <summary>A place of a document where a sealed secret is used.</summary>
/// <param name="Name">The secret's name in the document's workspace.</param>
/// <param name="Origin">Scheme, host and port that it is sent to.</param>
/// <param name="Provider">The provider that uses it.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Key">The key's path, as <c>providers[0].apiKey</c>.</param>
public sealed record SecretUse(string Name, string Origin, string Provider, int Line, int Column, string Key)
{
    /// <summary>Whether the value is a document, not a key.</summary>
    public bool IsDocument => Key.EndsWith(".credentials", StringComparison.Ordinal);
}

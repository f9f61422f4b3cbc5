namespace Weir.Sbom;

/// <summary>A package that Weir is made of.</summary>
/// <param name="Name">Its whole name, an npm scope included.</param>
/// <param name="Version">Its version.</param>
/// <param name="Url">Its package URL, which is also its name in the document.</param>
/// <param name="Licence">Its licence as an SPDX expression, or in words; null where it names none.</param>
/// <param name="Sha512">The hash of the package as it was fetched, in hexadecimal; null where it is not known.</param>
/// <param name="IsShipped">False for what only helps to build the pages.</param>
/// <param name="Needs">The package URLs of those that it needs.</param>
internal sealed record Component(
    string Name,
    string Version,
    string Url,
    string? Licence,
    string? Sha512,
    bool IsShipped,
    IReadOnlyList<string> Needs
);

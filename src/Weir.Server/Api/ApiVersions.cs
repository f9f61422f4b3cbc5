using Microsoft.AspNetCore.Http;

namespace Weir.Server.Api;

/// <summary>Versions in paths: <c>/api/usage/summary</c> answers as the newest, <c>/api/v1/usage/summary</c>.</summary>
internal static class ApiVersions
{
    private const string Prefix = "/api/";
    private const string Newest = "/api/v1/";

    /// <summary>Puts the newest version into a path that names none.</summary>
    public static void Resolve(HttpRequest request)
    {
        var path = request.Path.Value;
        if (
            path is null
            || !path.StartsWith(Prefix, StringComparison.Ordinal)
            || NamesVersion(path.AsSpan(Prefix.Length))
        )
        {
            return;
        }

        request.Path = string.Concat(Newest, path.AsSpan(Prefix.Length));
    }

    private static bool NamesVersion(ReadOnlySpan<char> rest) =>
        rest.Length > 1 && rest[0] == 'v' && char.IsAsciiDigit(rest[1]);
}

using Microsoft.AspNetCore.Http;
using Weir.Capture.Sync;

namespace Weir.Server.Api.Capture;

/// <summary>Where captured things are delivered: known before routing, for the gateway has the rest of <c>/v1</c>.</summary>
internal static class CapturePaths
{
    /// <summary>The longest OTLP body, before and after it is decompressed, in bytes.</summary>
    public const int MostOtlpBytes = 16 * 1024 * 1024;

    /// <summary>The longest message of a hook, likewise: it may hold a tool's whole answer.</summary>
    public const int MostHookBytes = 8 * 1024 * 1024;

    /// <summary>Whether it is one of OTLP's paths, which the gateway leaves alone.</summary>
    public static bool IsOtlp(PathString path) =>
        Is(path, "/v1/logs") || Is(path, "/v1/metrics") || Is(path, "/v1/traces");

    /// <summary>The longest body of a path in bytes; null where the management side's own bound holds.</summary>
    public static long? MostBytes(PathString path) =>
        IsOtlp(path) ? MostOtlpBytes
        : Is(path, "/hooks/claude-code") ? MostHookBytes
        : Is(path, "/api/v1/capture/batches") || Is(path, "/api/capture/batches") ? CaptureBatch.MostBytes
        : null;

    // As routing matches: letters of either case, and a slash behind it or not.
    private static bool Is(PathString path, string wanted) =>
        path.Value is { } text
        && text.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)
        && (text.Length == wanted.Length || (text.Length == wanted.Length + 1 && text[^1] == '/'));
}

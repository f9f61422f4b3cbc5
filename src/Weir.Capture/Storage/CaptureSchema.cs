using System.Collections.Immutable;
using Weir.Foundation.Storage;

namespace Weir.Capture.Storage;

/// <summary>The steps of <c>capture.db</c>'s schema.</summary>
internal static class CaptureSchema
{
    /// <summary>All steps that this build knows, in order.</summary>
    public static ImmutableArray<Migration> Migrations { get; } =
        Migration.Embedded(typeof(CaptureSchema).Assembly, "Weir.Capture.Migrations.");
}

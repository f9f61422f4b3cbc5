using System.Collections.Immutable;

namespace Weir.GraphQL;

/// <summary>What was wrong with a request, or with one field of its answer.</summary>
public sealed record GraphQLError
{
    /// <summary>In plain words.</summary>
    public required string Message { get; init; }

    /// <summary>Where in the document; empty when it is not of one place.</summary>
    public ImmutableArray<SourceLocation> Locations { get; init; } = [];

    /// <summary>Which field of the answer: response names, and whole numbers for a list's items. Empty for a request's error.</summary>
    public ImmutableArray<object> Path { get; init; } = [];

    /// <summary>For programs: <c>extensions.code</c>; null for none.</summary>
    public string? Code { get; init; }

    /// <summary>The rule of validation that found it; null for another.</summary>
    internal string? Rule { get; init; }

    /// <summary>With nothing but words.</summary>
    public static GraphQLError Of(string message, string? code = null) => new() { Message = message, Code = code };
}

using System.Text.Json;

namespace Weir.GraphQL;

/// <summary>What a caller asks.</summary>
/// <param name="Query">The document.</param>
/// <param name="OperationName">Which of its operations; null when it has but one.</param>
/// <param name="Variables">An object, or nothing (<see cref="JsonValueKind.Undefined"/>). Its strings are sound Unicode.</param>
public sealed record GraphQLRequest(string Query, string? OperationName = null, JsonElement Variables = default);

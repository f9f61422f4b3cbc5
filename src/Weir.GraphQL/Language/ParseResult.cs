namespace Weir.GraphQL.Language;

/// <summary>A document that was read, or why it could not be: one of both is null.</summary>
internal sealed record ParseResult(Document? Document, GraphQLError? Error);

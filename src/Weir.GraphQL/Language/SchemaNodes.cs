namespace Weir.GraphQL.Language;

/// <summary>
/// A part of a schema. Weir's own schema is written in code: of one in a document nothing is kept but where it stands and how
/// it is called, for it may not be there when a query is answered.
/// </summary>
/// <param name="start">Where it begins.</param>
/// <param name="name">What it defines or extends; <c>schema</c> for the schema itself.</param>
internal sealed class SchemaPart(int start, string name) : Definition(start)
{
    public string Name => name;
}

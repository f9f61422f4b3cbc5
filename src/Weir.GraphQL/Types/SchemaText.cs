using System.Text;
using Weir.GraphQL.Language;

namespace Weir.GraphQL;

/// <summary>Writes a schema in the language's own words: what is standard is left out, types stand by name.</summary>
internal static class SchemaText
{
    /// <summary>The whole schema.</summary>
    public static string Of(Schema schema)
    {
        var text = new StringBuilder();
        if (
            schema.Query.Name != "Query"
            || schema.Mutation is { Name: not "Mutation" }
            || schema.Subscription is { Name: not "Subscription" }
        )
        {
            text.Append("schema {\n").Append($"  query: {schema.Query.Name}\n");
            text.Append(schema.Mutation is null ? "" : $"  mutation: {schema.Mutation.Name}\n");
            text.Append(schema.Subscription is null ? "" : $"  subscription: {schema.Subscription.Name}\n")
                .Append("}\n\n");
        }

        foreach (var directive in schema.Directives.Except(DirectiveDefinition.Standard))
        {
            Describe(text, directive.Description, "");
            text.Append($"directive @{directive.Name}");
            Arguments(text, directive.Arguments, "");
            text.Append(directive.IsRepeatable ? " repeatable" : "")
                .Append($" on {string.Join(" | ", directive.Locations)}\n\n");
        }

        var own = schema.Types.Where(type =>
            !Scalars.IsStandard(type) && !type.Name.StartsWith("__", StringComparison.Ordinal)
        );
        foreach (var type in own.OrderBy(type => type.Name, StringComparer.Ordinal))
        {
            Describe(text, type.Description, "");
            One(text, type);
            text.Append("\n\n");
        }

        return text.ToString().TrimEnd() + "\n";
    }

    private static void One(StringBuilder text, NamedType type)
    {
        switch (type)
        {
            case ScalarType scalar:
                text.Append($"scalar {type.Name}");
                text.Append(scalar.SpecifiedBy is { } url ? $" @specifiedBy(url: {TextNode.Quoted(url)})" : "");
                break;
            case EnumType { Values: var values }:
                text.Append($"enum {type.Name} {{\n");
                foreach (var value in values)
                {
                    Describe(text, value.Description, "  ");
                    text.Append("  ").Append(value.Name).Append(Deprecation(value.DeprecationReason)).Append('\n');
                }

                text.Append('}');
                break;
            case UnionType union:
                text.Append($"union {type.Name} = {string.Join<ObjectType>(" | ", union.Types)}");
                break;
            case InputObjectType input:
                text.Append($"input {type.Name}{(input.IsOneOf ? " @oneOf" : "")} {{\n");
                foreach (var field in input.Fields)
                {
                    Describe(text, field.Description, "  ");
                    text.Append("  ").Append(Of(field)).Append('\n');
                }

                text.Append('}');
                break;
            case ObjectType one:
                Fields(text, $"type {type.Name}", one.Interfaces, one.Fields);
                break;
            case InterfaceType one:
                Fields(text, $"interface {type.Name}", one.Interfaces, one.Fields);
                break;
        }
    }

    private static void Fields(
        StringBuilder text,
        string head,
        IReadOnlyCollection<InterfaceType> interfaces,
        IEnumerable<Field> fields
    )
    {
        text.Append(head)
            .Append(interfaces.Count == 0 ? "" : $" implements {string.Join(" & ", interfaces)}")
            .Append(" {\n");
        foreach (var field in fields)
        {
            Describe(text, field.Description, "  ");
            text.Append("  ").Append(field.Name);
            Arguments(text, field.Arguments, "  ");
            text.Append($": {field.Type}").Append(Deprecation(field.DeprecationReason)).Append('\n');
        }

        text.Append('}');
    }

    private static void Arguments(StringBuilder text, IReadOnlyCollection<Argument> arguments, string indent)
    {
        if (arguments.Count == 0)
        {
            return;
        }

        if (arguments.All(argument => argument.Description is null))
        {
            text.Append($"({string.Join(", ", arguments.Select(Of))})");
            return;
        }

        text.Append("(\n");
        foreach (var argument in arguments)
        {
            Describe(text, argument.Description, indent + "  ");
            text.Append(indent).Append("  ").Append(Of(argument)).Append('\n');
        }

        text.Append(indent).Append(')');
    }

    private static string Of(Argument argument) =>
        $"{argument.Name}: {argument.Type}{(argument.Default is { } value ? $" = {value}" : "")}"
        + Deprecation(argument.DeprecationReason);

    private static string Deprecation(string? reason) =>
        reason is null ? "" : $" @deprecated(reason: {TextNode.Quoted(reason)})";

    private static void Describe(StringBuilder text, string? description, string indent)
    {
        if (description is not null)
        {
            text.Append(indent).Append(TextNode.Quoted(description)).Append('\n');
        }
    }
}

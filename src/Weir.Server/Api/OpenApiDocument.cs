using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Weir.Client;

namespace Weir.Server.Api;

/// <summary>Content types in which a route answers beside JSON, for the API's description.</summary>
internal sealed record TextAnswers(params string[] ContentTypes);

/// <summary>Types of an answer beside its own that are bytes to keep.</summary>
/// <param name="ContentTypes">As <c>application/pdf</c>.</param>
internal sealed record FileAnswers(params string[] ContentTypes);

/// <summary>Puts routes into the description that read their requests by themselves.</summary>
internal static class DescribedRoutes
{
    /// <summary>The description holds routes with a method alone, and a <see cref="RequestDelegate"/> brings none.</summary>
    public static TBuilder IsDescribed<TBuilder>(this TBuilder builder, Delegate handler)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(handler.Method);
}

/// <summary><c>GET /openapi/v1.json</c>: made of the routes themselves, at the first call.</summary>
internal static class OpenApiDocument
{
    private const string Scheme = "weirKey";
    private const string TooMany = "429";

    /// <summary>Registers what writes the document.</summary>
    public static void Add(IServiceCollection services) =>
        services.AddOpenApi(
            "v1",
            options =>
            {
                options.AddSchemaTransformer(
                    (schema, context, _) =>
                    {
                        OpenApiTypes.Correct(schema, context);
                        return Task.CompletedTask;
                    }
                );
                options.AddDocumentTransformer(
                    (document, _, _) =>
                    {
                        Introduce(document);
                        return Task.CompletedTask;
                    }
                );
                options.AddOperationTransformer(
                    (operation, context, _) =>
                    {
                        Complete(operation, context);
                        return Task.CompletedTask;
                    }
                );
            }
        );

    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapOpenApi("/openapi/{documentName}.json").OpenToAll().Compressed();

    private static void Introduce(Microsoft.OpenApi.OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Weir",
            Version = "v1",
            Description =
                "The management API of Weir, the gateway and the meter for AI traffic. Every route that looks at its caller may "
                + "answer 429 with Retry-After: RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset tell how often a caller "
                + "may ask. A body with a member that a route does not take is refused; errors then holds every fault by its JSON "
                + "pointer.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A Weir key (wk_…) with the permission that the route needs.",
        };
    }

    private static void Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<ApiAccess>().LastOrDefault() is { IsOpen: false } access)
        {
            var needs =
                access.ForSessions ? "For a person who is signed in, not for a key."
                : access.ForCallers ? "For every key and every session."
                : !access.Or.IsEmpty ? $"Needs the permission {access.Needs} or {access.Or}."
                : !access.InDefault.IsEmpty
                    ? $"Needs the permission {access.Needs}, in the workspace default {access.InDefault} too."
                : access.TakesGrants
                    ? $"Needs the permission {access.Needs}, or a role for single teams, projects or keys that has it."
                : $"Needs the permission {access.Needs}.";
            operation.Description = operation.Description is { } own ? $"{own} {needs}" : needs;
            operation.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] },
            ];
        }

        if (operation.Security is not null || operation.Responses?.ContainsKey(TooMany) == true)
        {
            Limit(operation, context.Document);
        }

        var texts = metadata.OfType<TextAnswers>().SelectMany(answers => answers.ContentTypes);
        foreach (var type in texts)
        {
            operation
                .Responses!["200"]
                .Content!.Add(
                    type,
                    new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } }
                );
        }

        foreach (var type in metadata.OfType<FileAnswers>().SelectMany(answers => answers.ContentTypes))
        {
            operation
                .Responses!["200"]
                .Content!.Add(
                    type,
                    new OpenApiMediaType
                    {
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" },
                    }
                );
        }

        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            OpenApiTypes.Correct(parameter);
        }
    }

    /// <summary>What the doors answer whom they tell to wait: who asks too often, and whose address brought too many wrong keys.</summary>
    private static void Limit(OpenApiOperation operation, Microsoft.OpenApi.OpenApiDocument? document)
    {
        operation.Responses ??= [];
        if (!operation.Responses.TryGetValue(TooMany, out var told) || told is not OpenApiResponse response)
        {
            operation.Responses[TooMany] = response = new OpenApiResponse { Description = "Too Many Requests" };
        }

        response.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
        response.Content.TryAdd(
            ApiProblem.ContentType,
            new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(Problem), document) }
        );
        response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
        response.Headers.TryAdd(
            "Retry-After",
            new OpenApiHeader
            {
                Description = "After how many seconds to come again.",
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
            }
        );
    }
}

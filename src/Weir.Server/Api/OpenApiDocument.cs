using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Weir.Client;

namespace Weir.Server.Api;

/// <summary><c>GET /openapi/v1.json</c>: made of the routes themselves, at the first call.</summary>
internal static class OpenApiDocument
{
    private const string Scheme = "weirKey";

    /// <summary>Registers what writes the document.</summary>
    public static void Add(IServiceCollection services) =>
        services.AddOpenApi(
            "v1",
            options =>
            {
                options.AddSchemaTransformer(
                    (schema, context, _) =>
                    {
                        if (context.JsonPropertyInfo?.Name.EndsWith("Usd", StringComparison.Ordinal) == true)
                        {
                            schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
                            schema.Pattern = @"^-?\d+(\.\d{1,9})?$";
                        }

                        // What a converter of ours writes has no type of its own here.
                        var type = context.JsonTypeInfo.Type;
                        if (type == typeof(DateTimeOffset))
                        {
                            schema.Type = JsonSchemaType.String;
                        }
                        else if (type == typeof(DateTimeOffset?))
                        {
                            schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
                        }
                        else if (type == typeof(SeriesValue))
                        {
                            schema.Type = JsonSchemaType.String | JsonSchemaType.Number;
                        }
                        else if (type.BaseType == typeof(LiveMessage))
                        {
                            schema.Required = new HashSet<string>(schema.Required ?? new HashSet<string>()) { "type" };
                        }

                        return Task.CompletedTask;
                    }
                );
                options.AddDocumentTransformer(
                    (document, _, _) =>
                    {
                        document.Info = new OpenApiInfo
                        {
                            Title = "Weir",
                            Version = "v1",
                            Description = "The management API of Weir, the gateway and the meter for AI traffic.",
                        };
                        document.Servers = [];
                        document.Components ??= new OpenApiComponents();
                        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(
                            StringComparer.Ordinal
                        );
                        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
                        {
                            Type = SecuritySchemeType.Http,
                            Scheme = "bearer",
                            Description = "A Weir key (wk_…) with the scope that the route needs.",
                        };
                        return Task.CompletedTask;
                    }
                );
                options.AddOperationTransformer(
                    (operation, context, _) =>
                    {
                        var access = context
                            .Description.ActionDescriptor.EndpointMetadata.OfType<ApiAccess>()
                            .LastOrDefault();
                        if (access is not null)
                        {
                            operation.Security =
                            [
                                new OpenApiSecurityRequirement
                                {
                                    [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [],
                                },
                            ];
                        }

                        return Task.CompletedTask;
                    }
                );
            }
        );

    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi/{documentName}.json");
}

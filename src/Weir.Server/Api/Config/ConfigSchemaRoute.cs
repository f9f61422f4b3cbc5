using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Server.Configuration.Schema;

namespace Weir.Server.Api.Config;

/// <summary><c>GET /schemas/weir.json</c>: for editors, which show no key. It says what the program's documentation says.</summary>
internal static class ConfigSchemaRoute
{
    /// <summary>Maps it.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/schemas/weir.json", () => Results.Text(ConfigSchema.Text, "application/schema+json"))
            .OpenToAll()
            .Compressed()
            .ExcludeFromDescription();
}

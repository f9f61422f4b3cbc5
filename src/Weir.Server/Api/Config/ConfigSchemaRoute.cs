using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Server.Configuration.Schema;

namespace Weir.Server.Api.Config;

/// <summary><c>GET /schemas/weir.json</c> and <c>weir-workspace.json</c>: for editors, which show no key. It says what the program's documentation says.</summary>
internal static class ConfigSchemaRoute
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, "/schemas/weir.json", () => ConfigSchema.Text);
        Map(routes, "/schemas/weir-workspace.json", () => ConfigSchema.WorkspaceText);
    }

    private static void Map(IEndpointRouteBuilder routes, string path, Func<string> text) =>
        routes
            .MapGet(path, () => Results.Text(text(), "application/schema+json"))
            .OpenToAll()
            .Compressed()
            .ExcludeFromDescription();
}

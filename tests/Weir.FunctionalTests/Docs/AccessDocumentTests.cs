using System.Text;
using Weir.FunctionalTests.Access;
using Weir.GraphQL;
using Weir.Identity;
using Weir.Server.Api;
using Weir.Server.GraphQL;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.Docs;

/// <summary>The tables of access.md are what the program checks by: made of the same table, the same roles, the same routes.</summary>
public sealed class AccessDocumentTests : IAsyncLifetime
{
    private readonly AccessHouse house = new();

    public async ValueTask InitializeAsync() => await house.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public void Every_permission_is_in_the_table() =>
        AssertTable(
            "| permission | lets |\n|---|---|\n",
            PermissionTable.All.Select(info => $"| `{info.Name}` | {info.Meaning}{Implied(info)} |")
        );

    [Fact]
    public void Every_built_in_role_is_in_the_table() =>
        AssertTable(
            "| role | for | inherits from | permissions of its own |\n|---|---|---|---|\n",
            BuiltInRoles.All.Select(role =>
                $"| `{role.Name}` | {role.Description} | {Words(role.Parents)} | {(role.Own == PermissionSet.All ? "all" : Words(role.Own.Names()))} |"
            )
        );

    [Fact]
    public void Every_route_is_in_the_table() =>
        AssertTable(
            "| route | asks for |\n|---|---|\n",
            house
                .Routes.Where(route =>
                    route.Route.RoutePattern.RawText!.StartsWith("/api/v1", StringComparison.Ordinal)
                )
                .Where(route => route.Method != "HEAD")
                .Select(route => (Path: route.Route.RoutePattern.RawText!.TrimEnd('/'), route.Method, route.Access))
                .OrderBy(route => route.Path, StringComparer.Ordinal)
                .ThenBy(route => route.Method, StringComparer.Ordinal)
                .Select(route => $"| `{route.Method} {route.Path}` | {Asks(route.Access)} |")
        );

    [Fact]
    public void Every_field_of_GraphQL_is_in_the_table()
    {
        var schema = ((WeirSchema)house.Host.Services.GetService(typeof(WeirSchema))!).Engine.Schema;
        AssertTable(
            "| field | asks for |\n|---|---|\n",
            schema
                .Types.OfType<ObjectType>()
                .SelectMany(type => type.Fields.Select(field => (Type: type, Field: field)))
                .Where(one => one.Field.Note is not null || one.Type == schema.Query)
                .Select(one =>
                    $"| `{one.Type.Name}.{one.Field.Name}` | {(one.Field.Note is ApiAccess access ? Asks(access) : "any key or session")} |"
                )
                .Order(StringComparer.Ordinal)
        );
    }

    private static void AssertTable(string head, IEnumerable<string> rows)
    {
        var expected = new StringBuilder(head);
        foreach (var row in rows)
        {
            expected.Append(row).Append('\n');
        }

        var text = File.ReadAllText(Path.Combine(Programs.Repository, "docs", "operations", "access.md"));
        Assert.True(text.Contains(expected.ToString(), StringComparison.Ordinal), $"access.md lacks:\n{expected}");
    }

    private static string Implied(PermissionInfo info) =>
        info.Includes.IsEmpty ? "" : $"; with it {Words(info.Includes.Select(permission => permission.Name()))}";

    private static string Words(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"`{name}`"));

    private static string Asks(ApiAccess access) =>
        access.ForSessions ? "a session"
        : access.ForCallers ? "any key or session"
        : access.IsOpen ? "nothing"
        : access.OpenOnLoopback ? $"{Words(access.Needs.Names())}; nothing on this machine"
        : !access.Or.IsEmpty ? $"{Words(access.Needs.Names())} or {Words(access.Or.Names())}"
        : !access.InDefault.IsEmpty
            ? $"{Words(access.Needs.Names())}; in `default` {Words(access.InDefault.Names())} too"
        : access.TakesGrants ? $"{Words(access.Needs.Names())}, or it for single things"
        : Words(access.Needs.Names());
}

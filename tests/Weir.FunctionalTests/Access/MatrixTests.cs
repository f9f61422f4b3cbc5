using System.Net;
using System.Text.RegularExpressions;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.FunctionalTests.Access;

/// <summary>Every role at every route, both as the program itself lists them: let in when the role permits, and only then.</summary>
public sealed partial class MatrixTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly AccessHouse house = new();
    private readonly Dictionary<string, string> keys = new(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        await house.PrepareAsync(async identity =>
        {
            foreach (
                var role in new[]
                {
                    new Role
                    {
                        Name = "auditor",
                        Parents = ["viewer"],
                        Own = PermissionSet.Of(Permission.AuditView),
                    },
                    new Role
                    {
                        Name = "chief",
                        Parents = ["auditor", "billing-admin"],
                        Own = PermissionSet.Of(Permission.PrivacyManage),
                    },
                }
            )
            {
                Assert.True(
                    (await identity.Roles.SetAsync(Actor.LocalCommand, role, true, CancellationToken.None)).IsDone
                );
            }
        });
        foreach (var role in BuiltInRoles.All.Select(role => role.Name).Append("auditor").Append("chief"))
        {
            keys[role] = await house.PersonAsync(WorkspaceId.Default, role, role);
        }

        // One for each permission alone, in a workspace where nothing is masked.
        await house.PrepareAsync(async identity =>
        {
            foreach (var info in PermissionTable.All)
            {
                var made = await identity.Keys.CreateAsync(
                    Actor.LocalCommand,
                    new NewApiKey { Name = info.Name.Replace(':', '-'), Scopes = [info.Name] },
                    CancellationToken.None
                );
                keys[info.Name] = made.Text!;
            }
        });
        await house.StartAsync();
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task Every_role_and_permission_is_let_in_where_it_may_and_nowhere_else()
    {
        var roles = house.Host.Modules.Identity.Roles;
        var wrong = new List<string>();
        var (letIn, refused) = (0, 0);
        foreach (var (method, route, access) in house.Routes)
        {
            var path = Parameters().Replace("/" + route.RoutePattern.RawText!.TrimStart('/'), "none");
            foreach (var (who, key) in keys)
            {
                var permissions = who.Contains(':', StringComparison.Ordinal)
                    ? PermissionSet.Of(PermissionTable.Find(who)!.Value)
                    : roles.Permits(WorkspaceId.Default, who)!.Value;
                var principal = new Principal { Workspace = WorkspaceId.Default, Permissions = permissions };
                // What a person does about himself takes no key.
                var may = !access.ForSessions && (access.OpenOnLoopback || access.Missing(principal).IsEmpty);
                var (status, text) = await house.SendAsync(
                    method,
                    path,
                    key,
                    HasBody(method) ? "{\"no\":1}" : null,
                    AccessHouse.TypeOf(route)
                );
                var isRefused =
                    status == HttpStatusCode.Forbidden
                    && (
                        text.Contains("This needs the permission", StringComparison.Ordinal)
                        || text.Contains("a person who is signed in", StringComparison.Ordinal)
                    );
                if (status is HttpStatusCode.Unauthorized or HttpStatusCode.InternalServerError || may == isRefused)
                {
                    wrong.Add($"{who} {method} {path}: {(int)status}, and may is {may}: {text}");
                }

                (letIn, refused) = may ? (letIn + 1, refused) : (letIn, refused + 1);
            }
        }

        output.WriteLine(
            $"{house.Routes.Length} routes × {keys.Count} roles and permissions: {letIn} let in, {refused} refused"
        );
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(30)));
        Assert.True(house.Routes.Length > 50 && refused > 500 && letIn > 300);
    }

    [Fact]
    public async Task Nobody_without_a_credential_is_let_in_where_one_is_asked_for()
    {
        foreach (var (method, route, access) in house.Routes.Where(r => !r.Access.IsOpen && !r.Access.OpenOnLoopback))
        {
            var path = Parameters().Replace("/" + route.RoutePattern.RawText!.TrimStart('/'), "none");
            foreach (var key in new[] { null, "wk_nonsense", "sk-other" })
            {
                var (status, _) = await house.SendAsync(
                    method,
                    path,
                    key,
                    HasBody(method) ? "{}" : null,
                    AccessHouse.TypeOf(route)
                );
                Assert.True(status == HttpStatusCode.Unauthorized, $"{method} {path} with {key}: {status}");
            }
        }
    }

    [Fact]
    public async Task Who_lacks_the_factor_that_his_workspace_asks_for_is_let_in_to_set_one_up_and_nowhere_else()
    {
        await house.StopAsync();
        var token = await house.SessionAsync("ida", requiresSecondFactor: true, "admin");
        await house.StartAsync();
        var letIn = new SortedSet<string>(StringComparer.Ordinal);
        var wrong = new List<string>();
        // Signing out ends what the others are tried with.
        foreach (
            var (method, route, access) in house
                .Routes.Where(r => !r.Access.IsOpen && !r.Access.OpenOnLoopback)
                .OrderBy(r => r.Route.RoutePattern.RawText!.EndsWith("sign-out", StringComparison.Ordinal))
        )
        {
            var pattern = "/" + route.RoutePattern.RawText!.TrimStart('/');
            var (status, text) = await house.SendAsync(
                method,
                Parameters().Replace(pattern, "none"),
                null,
                HasBody(method) ? "{\"no\":1}" : null,
                AccessHouse.TypeOf(route),
                ("Cookie", $"weir={token}"),
                ("Origin", house.Address.GetLeftPart(UriPartial.Authority)),
                ("x-weir-csrf", AuthSessions.CsrfToken(token))
            );
            if (
                status != HttpStatusCode.Forbidden
                || !text.Contains("asks for a second factor", StringComparison.Ordinal)
            )
            {
                letIn.Add($"{method} {pattern}");
                if (status is HttpStatusCode.Unauthorized or HttpStatusCode.InternalServerError)
                {
                    wrong.Add($"{method} {pattern}: {status} {text}");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(
            [
                "GET /api/v1/auth/credentials",
                "GET /api/v1/auth/session",
                "POST /api/v1/auth/passkeys",
                "POST /api/v1/auth/passkeys/options",
                "POST /api/v1/auth/sign-out",
                "POST /api/v1/auth/totp",
                "POST /api/v1/auth/totp/confirm",
            ],
            letIn
        );
        // Keys are not affected.
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync("GET", "/api/v1/users", keys["admin"])).Status);
    }

    [Fact]
    public void Every_permission_opens_something()
    {
        var asked = house.Routes.Aggregate(
            PermissionSet.Of(Permission.GatewayUse),
            (set, route) => set.Or(route.Access.Needs).Or(route.Access.Or).Or(route.Access.InDefault)
        );
        Assert.All(PermissionTable.All, info => Assert.True(asked.Has(info.Permission), info.Permission.ToString()));
    }

    private static bool HasBody(string method) => method is "POST" or "PUT" or "PATCH";

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameters();
}

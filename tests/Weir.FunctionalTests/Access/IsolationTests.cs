using System.CommandLine;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Cli;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Identity;
using Weir.Testing;

namespace Weir.FunctionalTests.Access;

/// <summary>
/// A walk through every route and every command, as the program itself lists them, with the credentials of another workspace:
/// nothing of the first one is seen and nothing of it changes. A new route, and a new command, is walked without being added
/// here; one with a new kind of parameter fails until it is said what of the first workspace it could name.
/// </summary>
public sealed partial class IsolationTests(ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>Stands in every name of the first workspace.</summary>
    private const string Mark = "hidden";

    private readonly AccessHouse house = new();
    private readonly Dictionary<string, string[]> named = new(StringComparer.Ordinal);
    private string own = "";
    private string foreign = "";

    public async ValueTask InitializeAsync()
    {
        await house.PrepareAsync(async identity =>
        {
            var other = await identity.Workspaces.CreateAsync(
                Actor.LocalCommand,
                new NewWorkspace("other"),
                CancellationToken.None
            );
            foreign = other.Value!.KeyText;
            var made = await identity.Keys.CreateAsync(
                Actor.LocalCommand,
                new NewApiKey { Name = "hidden-key", Project = "hidden-project" },
                CancellationToken.None
            );
            named["idOrName"] = [made.Key!.Id, "hidden-key"];
            await identity.Roles.SetAsync(
                Actor.LocalCommand,
                new Role { Name = "hidden-role", Parents = ["viewer"] },
                mustBeNew: true,
                CancellationToken.None
            );
            var team = await identity.Teams.CreateAsync(
                Actor.LocalCommand,
                "hidden-team",
                "hidden purpose",
                CancellationToken.None
            );
            named["team"] = [team.Value!.Id, "hidden-team"];
        });
        own = await house.PersonAsync(WorkspaceId.Default, "hidden-admin", "admin");
        named["user"] = ["usr_hidden-admin", "hidden-admin"];
        named["idOrName"] = [.. named["idOrName"], .. named["user"]];
        await house.StartAsync(
            "routes: [{ name: hidden-route, match: { model: hidden-model }, targets: [hidden-provider] }]\n"
        );
        var activity = house.Host.Modules.Activity;
        activity.Publish(
            WorkspaceId.Default,
            new ActivitySubject { Provider = "hidden-provider", User = "hidden-admin" },
            new BreakerClosedDetails(1)
        );
        activity.Publish(null, ActivitySubject.None, new JournalFullDetails("hidden reason of the instance"));
        await activity.FlushAsync(CancellationToken.None);
        var (status, answer) = await house.SendAsync(
            "POST",
            "/v1/messages",
            own,
            """{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""",
            headers: ("x-claude-code-session-id", "hidden-session")
        );
        Assert.True(status == HttpStatusCode.OK, answer);
        string? request = null;
        for (var i = 0; request is null && i < 500; i++)
        {
            var (_, page) = await house.SendAsync("GET", "/api/v1/usage/requests", own);
            using var json = JsonDocument.Parse(page);
            request = json
                .RootElement.GetProperty("items")
                .EnumerateArray()
                .Select(item => item.GetProperty("id").GetString())
                .FirstOrDefault();
            await Task.Delay(20);
        }

        named["id"] = [request!, "hidden-session", .. named["user"]];
        named["name"] = ["hidden-role", "default", "hidden-provider", .. named["idOrName"], .. named["team"]];
        named["budget"] = named["name"];
        named["limit"] = named["name"];
        named["provider"] = ["hidden-provider"];
        named["route"] = ["hidden-route"];
        named["grant"] = named["idOrName"];
        named["n"] = ["1"];
        named["backup"] = ["weir-20260702T120000000Z"];
        named["upkeep"] = ["upkeep-20260702T120000000Z"];
        var (_, begun) = await house.SendAsync(
            "POST",
            "/api/v1/exports",
            own,
            """{"filters":{"session":["hidden-session"]}}"""
        );
        using var export = JsonDocument.Parse(begun);
        var (_, board) = await house.SendAsync(
            "POST",
            "/api/v1/dashboards",
            own,
            """{"title":"hidden-board","visibility":"shared","widgets":[]}"""
        );
        using var dashboard = JsonDocument.Parse(board);
        named["id"] = [.. named["id"], dashboard.RootElement.GetProperty("id").GetString()!];
        named["export"] = [export.RootElement.GetProperty("id").GetString()!];
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task No_route_shows_or_changes_anything_of_another_workspace()
    {
        var before = await PictureAsync();
        var calls = 0;
        var seen = new List<string>();
        foreach (var (method, route, access) in house.Routes)
        {
            foreach (var path in Paths("/" + route.RoutePattern.RawText!.TrimStart('/'), out var isNamed))
            {
                var body = method is "POST" or "PUT" or "PATCH" ? "{}" : null;
                foreach (
                    var query in isNamed
                        ? [""]
                        : new[]
                        {
                            "",
                            "?key=hidden-key&session=hidden-session",
                            "?by=session&values=hidden-session,other&key.prefix=hid",
                            "?by=session",
                        }
                )
                {
                    var (status, text) = await house.SendAsync(
                        method,
                        path + query,
                        foreign,
                        body,
                        AccessHouse.TypeOf(route)
                    );
                    calls++;
                    var isOpen = access.IsOpen || access.OpenOnLoopback;
                    if (!isOpen && Shows(text, path + query))
                    {
                        seen.Add($"{method} {path}{query}: {(int)status} {text}");
                    }

                    // What is named is not there, whoever says so first.
                    if (
                        isNamed
                        && !isOpen
                        && (int)status is >= 200 and < 300
                        && !IsEmptyFor(route.RoutePattern.RawText!)
                    )
                    {
                        seen.Add($"{method} {path}: {(int)status} {text}");
                    }
                }
            }
        }

        output.WriteLine($"{house.Routes.Length} routes, {calls} calls with another workspace's key");
        Assert.True(seen.Count == 0, string.Join('\n', seen));
        Assert.Equal(before, await PictureAsync());
        Assert.True(calls > 80);
    }

    [Fact]
    public async Task No_gateway_route_serves_from_another_workspaces_providers()
    {
        foreach (
            var path in new[]
            {
                "/v1/models",
                "/v1/models/hidden-model",
                "/v1beta/models",
                "/p/hidden-provider/v1/models",
                "/p/hidden-provider/v1/files",
            }
        )
        {
            var (status, text) = await house.SendAsync("GET", path, foreign);
            Assert.False(Shows(text, path), $"{path}: {(int)status} {text}");
        }

        foreach (var model in new[] { "hidden-model", "hidden-provider/hidden-model" })
        {
            var (status, text) = await house.SendAsync(
                "POST",
                "/v1/chat/completions",
                foreign,
                $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hello"}]}"""
            );
            Assert.InRange((int)status, 400, 499);
            Assert.DoesNotContain("hidden-secret", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_command_shows_or_changes_anything_of_another_workspace()
    {
        using var folder = new TemporaryFolder();
        var before = await PictureAsync();
        var calls = 0;
        var seen = new List<string>();
        foreach (var (words, command) in Commands(WeirCommandLine.Root(), []))
        {
            if (!command.Options.Any(option => option.Name == "--server") || words[0] == "serve")
            {
                continue;
            }

            foreach (var arguments in Arguments(command, folder))
            {
                string[] line = [.. words, .. arguments, "--server", house.Address.ToString(), "--key", foreign];
                if (command.Options.Any(option => option.Name == "--once"))
                {
                    line = [.. line, "--once"];
                }

                var run = await ProgramRun.RunAsync(
                    WeirProcess.Executable,
                    line,
                    new Dictionary<string, string> { ["HOME"] = folder.Path },
                    input: "{}"
                );
                calls++;
                if (Shows(run.Output + run.Errors, string.Join(' ', arguments)))
                {
                    seen.Add($"weir {string.Join(' ', line)}: {run}");
                }
            }
        }

        output.WriteLine($"{calls} command lines with another workspace's key");
        Assert.True(seen.Count == 0, string.Join('\n', seen));
        Assert.Equal(before, await PictureAsync());
        Assert.True(calls > 30);
    }

    /// <summary>The first workspace as its own admin sees it, without what a look itself changes.</summary>
    private async Task<string> PictureAsync()
    {
        var parts = new List<string>();
        foreach (
            var path in new[]
            {
                "/api/v1/keys?includeRevoked=true",
                "/api/v1/roles",
                "/api/v1/teams",
                "/api/v1/usage/summary?groupBy=session",
                "/api/v1/config",
                "/api/v1/workspaces/current",
                "/api/v1/audit",
                "/api/v1/activity",
                "/api/v1/overrides",
                "/api/v1/routes",
                $"/api/v1/exports/{named["export"][0]}",
            }
        )
        {
            var (status, text) = await house.SendAsync("GET", path, own);
            Assert.Equal(HttpStatusCode.OK, status);
            parts.Add(Volatile().Replace(text, ""));
        }

        return string.Join('\n', parts);
    }

    /// <summary>Whether an answer tells of the first workspace what the question did not say itself.</summary>
    private bool Shows(string text, string asked)
    {
        var rest = text;
        foreach (var word in named.Values.SelectMany(values => values).Where(asked.Contains))
        {
            rest = rest.Replace(word, "", StringComparison.Ordinal);
        }

        return rest.Contains(Mark, StringComparison.Ordinal)
            || named["idOrName"].Concat(named["team"]).Concat(named["user"]).Any(rest.Contains)
            || rest.Contains(own[..8], StringComparison.Ordinal);
    }

    // Routes that answer about a name whatever it is, with nothing in it.
    private static bool IsEmptyFor(string route) => route is "/docs/{name}" or "/openapi/{documentName}.json";

    private string[] Paths(string pattern, out bool isNamed)
    {
        var paths = new[] { pattern };
        isNamed = false;
        foreach (Match parameter in Parameters().Matches(pattern))
        {
            var name = parameter.Groups["name"].Value;
            if (name == "documentName")
            {
                paths = [.. paths.Select(path => path.Replace(parameter.Value, "v1", StringComparison.Ordinal))];
                continue;
            }

            isNamed = true;
            Assert.True(
                named.TryGetValue(name, out var values),
                $"{pattern}: what of another workspace could {name} name?"
            );
            paths =
            [
                .. paths.SelectMany(path =>
                    values.Select(value => path.Replace(parameter.Value, value, StringComparison.Ordinal))
                ),
            ];
        }

        return paths;
    }

    private static IEnumerable<(string[] Words, Command Command)> Commands(Command command, string[] words)
    {
        if (command.Subcommands.Count == 0)
        {
            yield return (words, command);
        }

        foreach (var below in command.Subcommands)
        {
            foreach (var found in Commands(below, [.. words, below.Name]))
            {
                yield return found;
            }
        }
    }

    private string[][] Arguments(Command command, TemporaryFolder folder)
    {
        string[][] lines =
        [
            [],
        ];
        foreach (var argument in command.Arguments)
        {
            var values = argument.Name switch
            {
                // What the walk makes itself is not what it looks for.
                "name" or "team" or "NAME" when command.Name is "create" or "invite" or "set" => ["walked"],
                "name" or "budget" => named["name"],
                "team" => named["team"],
                "provider" => named["provider"],
                "route" => named["route"],
                "user" => named["user"],
                "roles" => ["viewer"],
                "grants" => ["viewer:team=hidden-team"],
                "ID" or "id" or "session" or "grant" => named["id"],
                "from" or "to" or "version" => ["1"],
                "file" or "path" or "PATH" or "FILE" => [folder.At("none")],
                "text" or "search" => ["sim-small"],
                _ => throw new InvalidOperationException(
                    $"weir {command.Name}: what of another workspace could {argument.Name} name?"
                ),
            };
            lines = [.. lines.SelectMany(line => values.Select(value => (string[])[.. line, value]))];
        }

        return lines;
    }

    [GeneratedRegex(@"\{\*{0,2}(?<name>\w+)[^}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameters();

    // The activity feed counts the events of all workspaces.
    [GeneratedRegex(
        @"""(lastUsedAt|acceptedAt|from|to)"":""[^""]*"",?|""cursor"":[0-9]+,?",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Volatile();
}

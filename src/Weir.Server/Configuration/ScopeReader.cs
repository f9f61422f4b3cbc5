using Weir.Gateway.Admission;

namespace Weir.Server.Configuration;

/// <summary>Reads the map <c>scope</c> of a budget or a limit.</summary>
internal static class ScopeReader
{
    private const string TagPrefix = "tag.";

    /// <summary>The scope; empty where none is written.</summary>
    /// <param name="rule">The budget or the limit.</param>
    /// <param name="isServers">Whether it stands in the server's document, which speaks for all workspaces.</param>
    public static AdmissionScope Read(MapReader rule, bool isServers)
    {
        if (rule.Map("scope") is not { } map)
        {
            return new AdmissionScope();
        }

        if (!isServers)
        {
            foreach (var key in new[] { "organisation", "workspace" })
            {
                map.Refuse(key, "a workspace's document speaks for its own requests alone", "leave it out");
            }
        }

        var scope = new AdmissionScope
        {
            Organisation = isServers ? map.Text("organisation") : null,
            Workspace = isServers ? map.Text("workspace") : null,
            Team = map.Text("team"),
            User = map.Text("user"),
            Key = map.Text("key"),
            Model = map.Text("model"),
            Provider = map.Text("provider"),
        };
        foreach (var key in map.Keys.Where(k => k.StartsWith(TagPrefix, StringComparison.Ordinal)).ToArray())
        {
            var value = map.Text(key);
            if (key.Length == TagPrefix.Length)
            {
                map.Fault(key, "names no tag", "write it as tag.project");
            }
            else if (scope.TagName is not null)
            {
                map.Fault(key, "a scope has one tag", $"the first is {TagPrefix}{scope.TagName}");
            }
            else
            {
                scope = scope with { TagName = key[TagPrefix.Length..], Tag = value };
            }
        }

        map.Finish();
        return scope.Tag is null ? scope with { TagName = null } : scope;
    }
}

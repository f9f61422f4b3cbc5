using Dapper;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Testing;

namespace Weir.Identity.Tests;

/// <summary>A store over a folder of one test.</summary>
internal sealed class IdentityHouse : IDisposable
{
    public static readonly CancellationToken Never = CancellationToken.None;

    public IdentityHouse() => Store = Open();

    public DataFolder Folder { get; } = new();

    public FakeClock Clock { get; } = new();

    public IdentityStore Store { get; private set; }

    /// <summary>Closes the store and opens it again.</summary>
    public void Reopen()
    {
        Store.Dispose();
        Store = Open();
    }

    /// <summary>Writes rows as somebody would who has the file and no respect.</summary>
    public void Tamper(string sql, object? parameters = null)
    {
        using var connection = new SqliteDatabase(Folder.File("control.db")).OpenWriter();
        connection.Execute(sql, parameters);
    }

    /// <summary>A person who is there, with roles.</summary>
    public string Person(string name, WorkspaceId workspace, params ReadOnlySpan<string> roles)
    {
        var id = $"usr_{name}{workspace}";
        Tamper(
            """
            INSERT INTO user (id, workspace, name, folded, kind, state, created_at, updated_at)
            VALUES (@id, @Workspace, @name, @name, 'person', 'active', 1, 1)
            """,
            new
            {
                id,
                Workspace = workspace.Value,
                name,
            }
        );
        foreach (var role in roles)
        {
            Tamper(
                "INSERT INTO user_role (workspace, user, role) VALUES (@Workspace, @id, @role)",
                new
                {
                    Workspace = workspace.Value,
                    id,
                    role,
                }
            );
        }

        Reopen();
        return id;
    }

    public async Task<WorkspaceId> WorkspaceAsync(string name)
    {
        var made = await Store.Workspaces.CreateAsync(Actors.Admin, new NewWorkspace(name), Never);
        return made.Value!.Workspace.Id;
    }

    public void Dispose()
    {
        Store.Dispose();
        Folder.Dispose();
    }

    private IdentityStore Open()
    {
        var opened = IdentityStore.Open(Folder.Path, Clock);
        Assert.Null(opened.Refusal);
        return opened.Store!;
    }
}

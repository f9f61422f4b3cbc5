using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;
using Weir.Identity.SignOn;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>
/// Who may do what: workspaces, people, roles, keys and the audit trail of a data folder (<c>control.db</c>). Thread-safe. The
/// folder has one owner at a time: a change that another process stores is not seen until the store is opened again.
/// </summary>
public sealed class IdentityStore : IDisposable
{
    private readonly ControlDb database;
    private readonly PasswordDesk passwords;

    private IdentityStore(ControlDb database, string dataFolder, SecretKeys keys, PasswordHasher hasher)
    {
        this.database = database;
        Keys = new KeyRing(database, dataFolder);
        Workspaces = new WorkspaceRegistry(database);
        Roles = new RoleBook(database);
        Teams = new TeamBook(database);
        Audit = new AuditTrail(database);
        Secrets = new SecretStore(database, dataFolder, keys);
        Versions = new DocumentVersions(database, Secrets);
        Grants = new BudgetGrants(database);
        Overrides = new OverrideBook(database);
        Dashboards = new DashboardBook(database);
        using var transaction = ControlTransaction.Look(database);
        Sessions = new AuthSessions(database, SessionTable.All(transaction));
        passwords = new PasswordDesk(database, hasher, CredentialTable.Failures(transaction));
        Users = new UserBook(database, Sessions);
        SignIn = new SignInDesk(database, Sessions, passwords, Secrets);
        Own = new OwnDesk(database, Sessions, passwords, Secrets);
    }

    /// <summary>The API keys.</summary>
    public KeyRing Keys { get; }

    /// <summary>The tenants and the organisations above them.</summary>
    public WorkspaceRegistry Workspaces { get; }

    /// <summary>The roles.</summary>
    public RoleBook Roles { get; }

    /// <summary>The people and service accounts.</summary>
    public UserBook Users { get; }

    /// <summary>Where people sign in.</summary>
    public SignInDesk SignIn { get; }

    /// <summary>What people do with their own credentials.</summary>
    public OwnDesk Own { get; }

    /// <summary>Who is signed in.</summary>
    public AuthSessions Sessions { get; }

    /// <summary>The teams.</summary>
    public TeamBook Teams { get; }

    /// <summary>Who did what.</summary>
    public AuditTrail Audit { get; }

    /// <summary>What is kept sealed.</summary>
    public SecretStore Secrets { get; }

    /// <summary>What was granted to budgets.</summary>
    public BudgetGrants Grants { get; }

    /// <summary>What is set in the place of what the documents say.</summary>
    public OverrideBook Overrides { get; }

    /// <summary>What people laid out to look at.</summary>
    public DashboardBook Dashboards { get; }

    /// <summary>The accepted texts of configuration documents.</summary>
    public DocumentVersions Versions { get; }

    /// <summary>
    /// Migrates and opens <c>control.db</c> in the data folder; both are made when absent. A file that a newer version
    /// wrote, that is no database or that cannot be reached is a refusal, not an exception.
    /// </summary>
    /// <param name="dataFolder">The folder.</param>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="keys">Where master keys come from; null for the file in the folder alone.</param>
    public static IdentityOpenResult Open(string dataFolder, TimeProvider clock, SecretKeys? keys = null) =>
        Open(dataFolder, clock, keys ?? SecretKeys.File, new PasswordHasher());

    internal static IdentityOpenResult Open(
        string dataFolder,
        TimeProvider clock,
        SecretKeys keys,
        PasswordHasher hasher
    )
    {
        try
        {
            Directory.CreateDirectory(dataFolder);
            var file = new SqliteDatabase(Path.Combine(dataFolder, "control.db"));
            var steps = Migration.Embedded(typeof(IdentityStore).Assembly, "Weir.Identity.Migrations.");
            var migrated = SqliteMigrator.Migrate(file, steps, clock);
            if (!migrated.IsUsable)
            {
                return new IdentityOpenResult(null, $"{file.Path}: {migrated.Reason}");
            }

            var heads = AuditHeads.Open(dataFolder);
            try
            {
                return new IdentityOpenResult(
                    new IdentityStore(new ControlDb(file, heads, clock), dataFolder, keys, hasher),
                    null
                );
            }
            catch
            {
                heads.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return new IdentityOpenResult(null, $"{dataFolder}: {e.Message}");
        }
        catch (SqliteException e)
        {
            return new IdentityOpenResult(null, $"{Path.Combine(dataFolder, "control.db")}: {e.Message}");
        }
    }

    /// <summary>Lets go of what it holds; files are open only while they are used.</summary>
    public void Dispose()
    {
        Secrets.Dispose();
        passwords.Dispose();
        database.Dispose();
    }
}

/// <summary>What <see cref="IdentityStore.Open(string, TimeProvider, SecretKeys)"/> came to: a store, or the reason why there is none.</summary>
public sealed record IdentityOpenResult(IdentityStore? Store, string? Refusal);

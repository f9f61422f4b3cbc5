using System.Runtime.Versioning;
using System.Text;
using Dapper;
using Weir.Foundation.Storage;
using Weir.Identity.Secrets;
using Weir.Identity.SignOn;

namespace Weir.Identity.Tests.SignOn;

/// <summary>The secrets of one-time codes at rest.</summary>
[SupportedOSPlatform("linux")]
public sealed class SealedCodesTests : IDisposable
{
    private readonly People people = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => people.Dispose();

    [Fact]
    public async Task Neither_the_bytes_nor_the_text_of_a_secret_are_in_the_files()
    {
        await people.PersonAsync();
        var session = await people.SignInAsync();
        var begun = await people.Store.Own.BeginCodesAsync(people.Who(session), People.Password, People.Home, Token);
        AssertNowhere(begun.Value!.Secret);

        var (_, secret, _) = await people.WithCodesAsync();

        AssertNowhere(Base32.Encode(secret));
        AssertNowhere(secret);
        Assert.Equal(SignInOutcome.SignedIn, (await SignInAsync(secret)).Outcome);
        AssertNowhere(secret);
    }

    [Fact]
    public async Task Codes_open_the_door_before_and_after_the_master_key_is_rotated()
    {
        await people.PersonAsync();
        var (_, secret, _) = await people.WithCodesAsync();
        Assert.Equal(SignInOutcome.SignedIn, (await SignInAsync(secret)).Outcome);
        var before = Stored("ada");

        var rotation = await people.Store.Secrets.RotateAsync(Actor.LocalCommand, Token);

        Assert.Equal((1, 0, 1), (rotation.Value!.Resealed, rotation.Value.Unopened, rotation.Value.Dropped));
        Assert.NotEqual(before, Stored("ada"));
        Assert.Equal(SignInOutcome.SignedIn, (await SignInAsync(secret)).Outcome);
        people.Restart();
        await people.Store.Secrets.LoadAsync(Token);
        Assert.Equal(SignInOutcome.SignedIn, (await SignInAsync(secret)).Outcome);
        Assert.Equal((0, null), people.Store.Secrets.UnopenedCodes());
    }

    [Fact]
    public async Task A_rotation_that_was_broken_off_goes_on_with_the_codes_that_wait()
    {
        await people.PersonAsync();
        var (_, secret, _) = await people.WithCodesAsync();
        var old = MasterKeyFile.Read(KeyFile).Keys!;
        MasterKeyFile.Write(KeyFile, new MasterKeys([MasterKey.New(), .. old.All]), first: false);
        people.Restart();

        var rotation = (await people.Store.Secrets.RotateAsync(Actor.LocalCommand, Token)).Value!;

        Assert.Equal((1, true), (rotation.Resealed, rotation.Resumed));
        Assert.Equal(SignInOutcome.SignedIn, (await SignInAsync(secret)).Outcome);
    }

    [Fact]
    public async Task What_an_older_version_left_unsealed_opens_and_is_sealed_at_the_next_start()
    {
        await people.PersonAsync();
        await people.PersonAsync("bob");
        var (_, secret, _) = await people.WithCodesAsync();
        Write("ada", secret);
        File.Delete(KeyFile);
        people.Restart();
        Assert.Equal(SignInOutcome.SignedIn, (await SignInAsync(secret)).Outcome);
        Assert.Equal(secret, Stored("ada"));

        people.Restart();
        await people.Store.Secrets.LoadAsync(Token);

        AssertNowhere(secret);
        Assert.True(File.Exists(KeyFile));
        Assert.Equal(SignInOutcome.SignedIn, (await SignInAsync(secret)).Outcome);
        var first = Stored("ada");
        people.Restart();
        await people.Store.Secrets.LoadAsync(Token);
        Assert.Equal(first, Stored("ada"));
    }

    [Fact]
    public async Task Of_many_that_were_unsealed_nothing_is_left_in_the_files()
    {
        var secrets = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var i = 0; i < 40; i++)
        {
            var name = $"p{i}";
            await people.InviteAsync(name);
            secrets[name] = Totp.NewSecret();
        }

        // Another connection keeps the log from being taken into the file each time that one is closed.
        await using var open = new SqliteDatabase(people.File).OpenReader();
        await open.ExecuteScalarAsync<long>("SELECT count(*) FROM user");
        foreach (var (name, secret) in secrets)
        {
            Write(name, secret);
        }

        Assert.Contains(
            Directory.GetFiles(Path.GetDirectoryName(people.File)!, "control.db*"),
            file => File.ReadAllBytes(file).AsSpan().IndexOf(secrets["p0"]) >= 0
        );
        await people.Store.Secrets.LoadAsync(Token);

        var ring = MasterKeyFile.Read(KeyFile).Keys!;
        Assert.All(
            secrets,
            pair =>
            {
                AssertNowhere(pair.Value);
                Assert.Equal(pair.Value, SealedCodes.Open(ring, new CredentialRowOf(people.File).Read(pair.Key)));
            }
        );
    }

    [Fact]
    public async Task A_secret_that_is_copied_to_another_person_or_workspace_does_not_open()
    {
        await people.PersonAsync();
        await people.PersonAsync("bob");
        var (_, secret, _) = await people.WithCodesAsync();
        var (_, own, recovery) = await people.WithCodesAsync("bob");
        Write("bob", Stored("ada"));

        Assert.Equal(SignInOutcome.Sealed, (await SignInAsync(secret, "bob")).Outcome);
        Assert.Equal(SignInOutcome.Sealed, (await SignInAsync(own, "bob")).Outcome);
        Assert.Equal(1, people.Store.Secrets.UnopenedCodes().People);
        var ticket = (await people.TryAsync("bob")).Ticket!;
        var recovered = await people.Desk.CodeAsync(ticket, recovery[0], People.Home, Token);
        Assert.Equal(SignInOutcome.SignedIn, recovered.Outcome);

        // Nobody else's row hinders a rotation, nor is it changed by one.
        var rotation = (await people.Store.Secrets.RotateAsync(Actor.LocalCommand, Token)).Value!;
        Assert.Equal((1, 1), (rotation.Resealed, rotation.Unopened));
        Assert.Equal(SignInOutcome.SignedIn, (await SignInAsync(secret)).Outcome);
        var row = new CredentialRowOf(people.File).Read("ada");
        var ring = MasterKeyFile.Read(KeyFile).Keys!;
        Assert.Equal(secret, SealedCodes.Open(ring, row));
        Assert.Null(SealedCodes.Open(ring, row with { Workspace = row.Workspace + 1 }));
        Assert.Null(SealedCodes.Open(ring, row with { User = row.User + "x" }));
    }

    [Fact]
    public async Task Without_the_master_keys_codes_are_not_checked_and_nothing_is_lost()
    {
        await people.PersonAsync();
        await people.PersonAsync("bob");
        var (_, secret, recovery) = await people.WithCodesAsync();
        var stored = Stored("ada");
        var bob = await people.SignInAsync("bob");
        File.Move(KeyFile, KeyFile + ".away");
        people.Restart();
        await people.Store.Secrets.LoadAsync(Token);

        var (locked, trouble) = people.Store.Secrets.UnopenedCodes();
        Assert.Equal(1, locked);
        Assert.Contains("the master keys are gone", trouble, StringComparison.Ordinal);
        for (var i = 0; i < 10; i++)
        {
            // No guess was wrong: nobody is made to wait.
            Assert.Equal(SignInOutcome.Sealed, (await SignInAsync(secret)).Outcome);
        }

        var begun = await people.Store.Own.BeginCodesAsync(people.Who(bob), People.Password, People.Home, Token);
        Assert.Equal(ChangeOutcome.Refused, begun.Outcome);
        Assert.DoesNotContain(Path.GetDirectoryName(KeyFile)!, begun.Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(KeyFile));
        var rotation = await people.Store.Secrets.RotateAsync(Actor.LocalCommand, Token);
        Assert.Equal(ChangeOutcome.Refused, rotation.Outcome);
        var ticket = (await people.TryAsync()).Ticket!;
        var recovered = await people.Desk.CodeAsync(ticket, recovery[0], People.Home, Token);
        Assert.Equal(SignInOutcome.SignedIn, recovered.Outcome);
        Assert.Equal(stored, Stored("ada"));

        File.Move(KeyFile + ".away", KeyFile);
        people.Restart();
        await people.Store.Secrets.LoadAsync(Token);
        Assert.Equal(SignInOutcome.SignedIn, (await SignInAsync(secret)).Outcome);
    }

    private string KeyFile => Path.Combine(Path.GetDirectoryName(people.File)!, "secrets.key");

    private async Task<SignInResult> SignInAsync(byte[] secret, string name = "ada")
    {
        // A code is good once.
        people.Clock.Advance(TimeSpan.FromSeconds(30));
        var ticket = (await people.TryAsync(name)).Ticket!;
        return await people.Desk.CodeAsync(ticket, people.Code(secret), People.Home, Token);
    }

    private byte[] Stored(string name) => new CredentialRowOf(people.File).Read(name).TotpSecret!;

    private void Write(string name, byte[] secret)
    {
        using var connection = new SqliteDatabase(people.File).OpenWriter();
        connection.Execute(
            "UPDATE credential SET totp_secret = @secret WHERE user = (SELECT id FROM user WHERE name = @name)",
            new { name, secret }
        );
    }

    private void AssertNowhere(string text) => AssertNowhere(Encoding.ASCII.GetBytes(text));

    private void AssertNowhere(byte[] bytes)
    {
        var files = Directory.GetFiles(Path.GetDirectoryName(people.File)!, "control.db*");
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(bytes)));
    }

    private sealed class CredentialRowOf(string file)
    {
        public Storage.CredentialRow Read(string name)
        {
            using var connection = new SqliteDatabase(file).OpenReader();
            return connection.QuerySingle<Storage.CredentialRow>(
                """
                SELECT c.user AS User, c.workspace AS Workspace, c.totp_secret AS TotpSecret
                FROM credential c JOIN user u ON u.id = c.user WHERE u.name = @name
                """,
                new { name }
            );
        }
    }
}

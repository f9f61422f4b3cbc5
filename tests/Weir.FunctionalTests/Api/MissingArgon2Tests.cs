using System.Text.Json;
using Weir.Foundation.Storage;
using Weir.Testing;

namespace Weir.FunctionalTests.Api;

/// <summary>A system without <c>libargon2</c>: passwords are kept the second best way, and better once it is there.</summary>
public sealed class MissingArgon2Tests : IDisposable
{
    private const string Password = "correct horse battery staple";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_password_goes_over_to_the_better_hash_when_the_library_is_there_and_the_loss_of_it_is_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The library is hidden by the loader's search path.");
        Assert.SkipUnless(Weir.Identity.SignInDesk.HasArgon2, "This system has no libargon2.");
        await using (var weir = await StartAsync(isHidden: true))
        {
            using var invited = await weir.PostAsync("/api/v1/users", """{"name":"ada","roles":["viewer"]}""");
            using var made = JsonDocument.Parse(await invited.Content.ReadAsStringAsync());
            var token = made.RootElement.GetProperty("invitation").GetString()!.Split('#')[1];
            var accepted = await new Browser(weir).PostAsync(
                "/auth/invitation",
                $$"""{"token":"{{token}}","password":"{{Password}}"}"""
            );
            Assert.Equal(200, accepted.Status);
            await weir.StopAsync();
        }

        Assert.StartsWith("$pbkdf2-sha512$", Stored(), StringComparison.Ordinal);
        await using (var weir = await StartAsync(isHidden: false))
        {
            Assert.Equal(200, (await new Browser(weir).SignInAsync("ada", Password)).Status);
            await weir.StopAsync();
        }

        Assert.StartsWith("$argon2id$", Stored(), StringComparison.Ordinal);
        await using (var weir = await StartAsync(isHidden: true))
        {
            (await new Browser(weir).SignInAsync("ada", Password)).Problem(401);
            Assert.Contains("libargon2-1", weir.Log, StringComparison.Ordinal);
        }
    }

    private Task<WeirProcess> StartAsync(bool isHidden)
    {
        // The loader finds this one first, and it is none.
        var hidden = folder.Make("hidden");
        File.WriteAllText(Path.Combine(hidden, "libargon2.so.1"), "no library");
        return WeirProcess.StartAsync(
            folder.At("data"),
            environment: isHidden ? new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = hidden } : null
        );
    }

    private string Stored()
    {
        using var reader = new SqliteDatabase(Path.Combine(folder.At("data"), "control.db")).OpenReader();
        using var command = reader.CreateCommand();
        command.CommandText = "SELECT password FROM credential";
        return (string)command.ExecuteScalar()!;
    }
}

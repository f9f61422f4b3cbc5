namespace Weir.Identity.Tests.SignOn;

/// <summary>A workspace that asks its people for a second factor.</summary>
public sealed class SecondFactorTests : IDisposable
{
    private readonly People people = new();

    public void Dispose() => people.Dispose();

    [Fact]
    public async Task Who_showed_a_password_alone_is_permitted_nothing_until_he_has_a_factor()
    {
        await people.PersonAsync("ada", "admin");
        var before = await people.SignInAsync();
        Assert.False(people.Who(before).LacksFactor);

        await RequireAsync();

        Assert.True(people.Who(before).LacksFactor);
        Assert.True(people.Who(before).Principal.Permissions.IsEmpty);
        people.Restart();
        Assert.True(people.Who(await people.SignInAsync()).LacksFactor);
        var (with, _, _) = await people.WithCodesAsync();
        Assert.False(people.Who(with).LacksFactor);
        Assert.True(people.Who(with).Principal.Permissions.Has(Permission.UsersManage));
        people.Restart();
        Assert.False(people.Who(with).LacksFactor);
    }

    [Fact]
    public async Task Who_gives_his_last_factor_up_is_asked_for_another()
    {
        await people.PersonAsync("ada", "admin");
        await RequireAsync();
        var (mine, _, _) = await people.WithCodesAsync();

        var removed = await people.Store.Own.RemoveCodesAsync(
            people.Who(mine),
            People.Password,
            People.Home,
            CancellationToken.None
        );

        Assert.True(people.Who(removed.Value!.Opened).LacksFactor);
    }

    [Fact]
    public async Task Nobody_puts_a_factor_of_his_own_beside_the_one_that_he_did_not_show()
    {
        await people.PersonAsync("ada", "admin");
        var added = await people.Store.Own.AddPasskeyAsync(
            people.Who(await people.SignInAsync()),
            Passkey([1, 2, 3]),
            People.Home,
            CancellationToken.None
        );
        Assert.True(added.IsDone, added.Reason);
        await RequireAsync();
        Assert.False(people.Who(added.Value!.Opened).LacksFactor);
        // He who stole the password.
        var stranger = people.Who(await people.SignInAsync());
        Assert.True(stranger.LacksFactor);

        var codes = await people.Store.Own.BeginCodesAsync(
            stranger,
            People.Password,
            People.Home,
            CancellationToken.None
        );
        var passkey = await people.Store.Own.AddPasskeyAsync(
            stranger,
            Passkey([4, 5, 6]),
            People.Home,
            CancellationToken.None
        );

        Assert.Equal(ChangeOutcome.Refused, codes.Outcome);
        Assert.Equal(ChangeOutcome.Refused, passkey.Outcome);
        Assert.Contains("sign in with your passkey", passkey.Reason, StringComparison.Ordinal);
        var opened = (await people.PasskeyAsync([1, 2, 3], 1)).Opened!;
        Assert.False(people.Who(opened).LacksFactor);
    }

    [Fact]
    public async Task The_demand_is_in_the_trail_and_is_taken_back()
    {
        await people.PersonAsync("ada", "admin");
        var mine = await people.SignInAsync();

        await RequireAsync();
        await RequireAsync(false);

        Assert.False(people.Who(mine).LacksFactor);
        var entries = people.Audited().Where(entry => entry.Action == "workspace.change").ToList();
        Assert.Equal(2, entries.Count);
        Assert.Contains(
            entries,
            entry => entry.After!.Contains("\"requiresSecondFactor\":true", StringComparison.Ordinal)
        );
    }

    private async Task RequireAsync(bool required = true)
    {
        var change = await people.Store.Workspaces.ChangeAsync(
            Actors.Admin,
            "default",
            new WorkspaceChange(RequiresSecondFactor: required),
            CancellationToken.None
        );
        Assert.Equal(required, change.Value?.RequiresSecondFactor);
    }

    private static Passkey Passkey(byte[] credential) =>
        new()
        {
            Id = "",
            Name = "the one of the desk",
            Credential = credential,
            PublicKey = [1],
            Attestation = [1],
            ClientData = [1],
            Transports = [],
            SignCount = 0,
            IsBackupEligible = true,
            IsBackedUp = true,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
}

using System.Net;
using Weir.Foundation;

namespace Weir.Identity.Tests.ApiKeys;

public sealed class KeyBoundsTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly IdentityHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "::1", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8::/32", "2001:db8:1::9", true)]
    [InlineData("2001:db8::/32", "2001:db9::9", false)]
    [InlineData("2001:db8::/32", "192.0.2.7", false)]
    public async Task A_key_is_used_from_its_networks_alone(string network, string address, bool allowed)
    {
        var bounds = await BoundsAsync(new NewApiKey { Name = "k", Networks = [network] });
        Assert.Equal(allowed, bounds!.AllowsAddress(IPAddress.Parse(address)));
        Assert.False(bounds.AllowsAddress(null));
        Assert.True(bounds.AllowsModel("anything"));
        Assert.True(bounds.AllowsOrigin(null));
    }

    [Fact]
    public async Task A_key_asks_for_its_models_alone()
    {
        var bounds = await BoundsAsync(new NewApiKey { Name = "k", Models = ["claude-haiku-*", "gpt-5"] });
        Assert.True(bounds!.HasModels);
        Assert.True(bounds.AllowsModel("claude-haiku-4-5"));
        Assert.True(bounds.AllowsModel("GPT-5"));
        Assert.False(bounds.AllowsModel("gpt-5-pro"));
        Assert.False(bounds.AllowsModel(""));
        Assert.True(bounds.AllowsAddress(null));
    }

    [Fact]
    public async Task A_key_for_pages_is_used_by_its_pages_alone()
    {
        var bounds = await BoundsAsync(new NewApiKey { Name = "k", Origins = ["https://example.com:8443"] });
        Assert.True(bounds!.AllowsOrigin("https://Example.com:8443"));
        Assert.False(bounds.AllowsOrigin("https://example.com"));
        Assert.False(bounds.AllowsOrigin("https://example.com:8443.evil.test"));
        Assert.False(bounds.AllowsOrigin(null));
    }

    [Fact]
    public async Task Without_bounds_there_are_none() => Assert.Null(await BoundsAsync(new NewApiKey { Name = "k" }));

    [Fact]
    public async Task A_network_that_cannot_be_read_lets_nobody_through()
    {
        await BoundsAsync(new NewApiKey { Name = "k", Networks = ["10.0.0.0/8"] });
        house.Tamper("""UPDATE api_key SET networks = '["nonsense"]'""");
        house.Reopen();
        Assert.True(house.Store.Keys.TryVerify(text, out var principal));
        Assert.False(principal.Bounds!.AllowsAddress(IPAddress.Parse("10.0.0.1")));
    }

    public static TheoryData<NewApiKey, string> Unfit() =>
        new()
        {
            {
                new NewApiKey { Name = "k", Models = [""] },
                "models"
            },
            {
                new NewApiKey { Name = "k", Models = ["a\n"] },
                "models"
            },
            {
                new NewApiKey { Name = "k", Models = [.. Enumerable.Repeat("m", 101)] },
                "models"
            },
            {
                new NewApiKey { Name = "k", Networks = ["10.0.0.0/33"] },
                "networks"
            },
            {
                new NewApiKey { Name = "k", Networks = ["example.com"] },
                "networks"
            },
            {
                new NewApiKey { Name = "k", Origins = ["example.com"] },
                "origins"
            },
            {
                new NewApiKey { Name = "k", Origins = ["https://example.com/path"] },
                "origins"
            },
            {
                new NewApiKey { Name = "k", Origins = ["javascript:1"] },
                "origins"
            },
        };

    [Theory]
    [MemberData(nameof(Unfit))]
    public async Task Unfit_bounds_are_refused(NewApiKey key, string field)
    {
        var made = await house.Store.Keys.CreateAsync(Actors.Admin, key, Never);
        Assert.Equal(ChangeOutcome.Invalid, made.Outcome);
        Assert.StartsWith(field + ":", made.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_gives_a_key_what_he_may_not()
    {
        var moderator = Actors.Of(WorkspaceId.Default, Permission.KeysManage, Permission.AnalyticsView);
        async Task<ChangeOutcome> MakeAsync(string name, params string[] scopes) =>
            (
                await house.Store.Keys.CreateAsync(
                    moderator,
                    new NewApiKey { Name = name, Scopes = [.. scopes] },
                    Never
                )
            ).Outcome;
        Assert.Equal(ChangeOutcome.Refused, await MakeAsync("a", "admin"));
        Assert.Equal(ChangeOutcome.Refused, await MakeAsync("a", "gateway"));
        Assert.Equal(ChangeOutcome.Refused, await MakeAsync("a", "analytics:view", "config:write"));
        Assert.Equal(ChangeOutcome.Done, await MakeAsync("a", "analytics:view", "keys:own"));

        await house.Store.Keys.CreateAsync(Actors.Admin, new NewApiKey { Name = "root", Scopes = ["admin"] }, Never);
        var turned = await house.Store.Keys.RotateAsync(moderator, "root", TimeSpan.Zero, Never);
        Assert.Equal(ChangeOutcome.Refused, turned.Outcome);
    }

    [Fact]
    public async Task Who_may_make_keys_of_his_own_alone_reaches_no_others()
    {
        var ada = house.Person("ada", WorkspaceId.Default, "user");
        house.Person("bob", WorkspaceId.Default, "user");
        var self = Actors.Of(WorkspaceId.Default, Permission.KeysOwn, Permission.GatewayUse) with
        {
            Kind = ActorKind.User,
            Id = ada,
            Name = "ada",
        };
        var keys = house.Store.Keys;
        var own = await keys.CreateAsync(self, new NewApiKey { Name = "own" }, Never);
        Assert.Equal(ada, own.Key!.Owner);
        Assert.Equal(
            ChangeOutcome.Invalid,
            (await keys.CreateAsync(self, new NewApiKey { Name = "his", Owner = "bob" }, Never)).Outcome
        );
        await keys.CreateAsync(Actors.Admin, new NewApiKey { Name = "bobs", Owner = "bob" }, Never);
        await keys.CreateAsync(Actors.Admin, new NewApiKey { Name = "nobodys" }, Never);
        foreach (var name in new[] { "bobs", "nobodys" })
        {
            Assert.Equal(ChangeOutcome.NotFound, (await keys.RevokeAsync(self, name, Never)).Outcome);
            Assert.Equal(ChangeOutcome.NotFound, (await keys.RotateAsync(self, name, TimeSpan.Zero, Never)).Outcome);
        }

        Assert.Equal(ChangeOutcome.Done, (await keys.RevokeAsync(self, "own", Never)).Outcome);
    }

    [Fact]
    public async Task The_last_use_is_told_and_outlives_a_restart()
    {
        var made = await house.Store.Keys.CreateAsync(Actors.Admin, new NewApiKey { Name = "k" }, Never);
        Assert.Null((await LastUseAsync()));
        house.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.True(house.Store.Keys.TryVerify(made.Text, out _));
        var at = house.Clock.GetUtcNow();
        Assert.Equal(at, await LastUseAsync());

        await house.Store.Keys.CreateAsync(Actors.Admin, new NewApiKey { Name = "another" }, Never);
        Assert.Equal(at, await LastUseAsync());
        await house.Store.Keys.StoreUsesAsync(Never);
        house.Reopen();
        Assert.Equal(at, await LastUseAsync());
        Assert.Equal(2, house.Store.Audit.List(WorkspaceId.Default, new AuditQuestion()).Length);
    }

    private string text = "";

    private async Task<KeyBounds?> BoundsAsync(NewApiKey key)
    {
        var made = await house.Store.Keys.CreateAsync(Actors.Admin, key, Never);
        Assert.Null(made.Reason);
        text = made.Text!;
        Assert.True(house.Store.Keys.TryVerify(text, out var principal));
        return principal.Bounds;
    }

    private async Task<DateTimeOffset?> LastUseAsync() =>
        (await house.Store.Keys.ListAsync(WorkspaceId.Default, false, Never)).Single(key => key.Name == "k").LastUsedAt;
}

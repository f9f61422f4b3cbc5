using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Foundation;
using Weir.Foundation.Network;
using Weir.Gateway;
using Weir.Identity;
using Weir.Server.Configuration;
using Weir.Testing;

namespace Weir.Server.Tests.Configuration;

public sealed class DocumentsTests : IAsyncLifetime
{
    private const string Server =
        "version: 1\nproviders: [{ name: servers, kind: anthropic, share: [acme] }, { name: sim, kind: simulator }]\n";

    private const string Own =
        "version: 1\nproviders: [{ name: own, kind: gemini }]\nroutes: [{ targets: [own, servers] }]\n";
    private const string Secret = "version: 1\nproviders: [{ name: own, kind: gemini, apiKey: secret:key }]\n";
    private const string Google = "https://generativelanguage.googleapis.com";

    private readonly TemporaryFolder folder = new();
    private IdentityStore identity = null!;
    private WorkspaceId acme;
    private Documents documents = null!;
    private WeirConfig taken = null!;
    private ImmutableArray<WorkspaceConfig> others;
    private int times;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        identity = IdentityStore.Open(folder.Path, new FakeClock()).Store!;
        acme = await MakeAsync("acme");
    }

    public ValueTask DisposeAsync()
    {
        identity.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void A_file_of_a_workspace_is_taken_in_with_the_servers()
    {
        Write("acme", Own);

        Start(Server);

        Assert.Equal(["servers", "sim"], taken.Gateway.Providers.Select(p => p.Name));
        var other = Assert.Single(others);
        Assert.Equal((acme, "acme"), (other.Id, other.Name));
        Assert.Equal(["own"], other.Providers.Select(p => p.Name));
        Assert.Equal(["own", "servers"], other.Routes[0].Targets.Select(t => t.Provider));
        Assert.Equal(["own", "servers", "sim"], documents.ProvidersOf(acme).Select(p => p.Name));
        Assert.Equal(1, times);
    }

    [Fact]
    public void Where_a_workspace_may_connect_to_the_server_says_now()
    {
        const string Near = "version: 1\nproviders: [{ name: near, kind: anthropic, baseUrl: \"http://10.0.0.5\" }]\n";
        Write("acme", Near);
        Start(Server);
        Assert.Empty(Assert.Single(others).Providers);
        Assert.Contains(
            "it is in a private network",
            Assert.Single(documents.Of(acme)!.Current.PendingFaults).Message,
            StringComparison.Ordinal
        );

        WriteServer(Server + "server: { network: { allow: [10.0.0.0/8] } }\n");
        documents.Look();
        var listed = AddressPolicy.PublicOnly.Allowing(["10.0.0.0/8"]);
        Assert.Equal(listed, Assert.Single(others[0].Providers).Network);
        Assert.Equal(listed with { AllowsPrivate = true }, taken.Gateway.Providers[0].Network);

        // What is in force keeps its text and loses its way.
        WriteServer(Server);
        documents.Look();
        Assert.All(others[0].Providers, provider => Assert.Equal(AddressPolicy.PublicOnly, provider.Network));
    }

    [Fact]
    public void New_changed_and_removed_files_take_force()
    {
        Start(Server);
        Assert.Empty(Assert.Single(others).Providers);
        Assert.Equal("none", documents.Of(acme)!.Current.ETag);

        Write("acme", Own);
        documents.Look();
        Assert.Equal(["own"], others[0].Providers.Select(p => p.Name));

        Write("acme", Own.Replace("own", "mine", StringComparison.Ordinal));
        documents.Look();
        Assert.Equal(["mine"], others[0].Providers.Select(p => p.Name));

        File.Delete(PathOf("acme"));
        documents.Look();
        // Once is no news: an editor takes a file away before it puts the new one in its place.
        Assert.Equal(["mine"], others[0].Providers.Select(p => p.Name));
        documents.Look();
        Assert.Empty(others[0].Providers);
        Assert.Equal("none", documents.Of(acme)!.Current.ETag);
        Assert.Equal(0, documents.PendingFaults);
    }

    [Fact]
    public void A_bad_file_is_told_and_the_old_one_stays_in_force()
    {
        Write("acme", Own);
        Start(Server);

        Write("acme", "version: 1\nproviders: [{ name: x, kind: nothing }]\nroutes: [{ targets: [nobody] }]\n");
        documents.Look();

        Assert.Equal(["own"], others[0].Providers.Select(p => p.Name));
        Assert.Equal(["providers[0].kind", "routes[0].targets[0]"], Pending(acme).Select(f => f.Key));
        Assert.Equal(2, documents.PendingFaults);
    }

    [Fact]
    public void A_bad_file_at_the_start_hinders_neither_the_server_nor_other_workspaces()
    {
        Write("acme", "nonsense: 1\n");

        Assert.Empty(Start(Server));

        Assert.Empty(others[0].Providers);
        Assert.NotEmpty(Pending(acme));
    }

    [Fact]
    public void What_is_shared_no_more_is_told_and_what_is_shared_again_heals()
    {
        Write("acme", Own);
        Start(Server);

        WriteServer(Server.Replace("[acme]", "false", StringComparison.Ordinal));
        documents.Look();
        Assert.Equal("routes[0].targets[1]", Assert.Single(Pending(acme)).Key);
        Assert.Equal(["own"], others[0].Providers.Select(p => p.Name));

        WriteServer(Server);
        documents.Look();
        Assert.Empty(Pending(acme));
    }

    [Fact]
    public void A_file_that_was_refused_for_what_it_leans_on_takes_force_when_that_is_there()
    {
        Write("acme", Own);
        Start(Server.Replace("[acme]", "false", StringComparison.Ordinal));
        Assert.NotEmpty(Pending(acme));

        WriteServer(Server);
        documents.Look();

        Assert.Empty(Pending(acme));
        Assert.Equal(["own"], others[0].Providers.Select(p => p.Name));
    }

    [Fact]
    public void Where_a_workspaces_providers_may_stand_is_what_the_server_grants_now()
    {
        const string Granted = "server: { network: { allow: [\"10.1.2.3\"] } }\n";
        Write("acme", "version: 1\nproviders: [{ name: own, kind: gemini, baseUrl: \"http://10.1.2.3\" }]\n");
        Start(Server + Granted);
        Assert.Null(others[0].Providers[0].Network.WhyRefused(new Uri("http://10.1.2.3")));

        WriteServer(Server);
        documents.Look();

        Assert.NotNull(others[0].Providers[0].Network.WhyRefused(new Uri("http://10.1.2.3")));
        Assert.Equal("providers[0].baseUrl", Assert.Single(Pending(acme)).Key);
    }

    [Fact]
    public async Task A_workspace_that_is_made_or_archived_is_there_or_gone_at_once()
    {
        Start(Server);
        identity.Workspaces.Tell(documents.Sync);
        Write("beta", "version: 1\nproviders: [{ name: betas, kind: gemini }]\n");

        var beta = await MakeAsync("beta");
        Assert.Equal(["betas"], others.Single(o => o.Id == beta).Providers.Select(p => p.Name));

        await identity.Workspaces.ChangeAsync(
            Actor.LocalCommand,
            "beta",
            new WorkspaceChange(State: WorkspaceState.Archived),
            Token
        );
        Assert.DoesNotContain(others, o => o.Id == beta);
        Assert.Null(documents.Of(beta));
        Assert.Empty(documents.ProvidersOf(beta));
    }

    [Fact]
    public void The_first_document_is_made_with_the_etag_none_and_each_next_one_with_its_own()
    {
        Start(Server);
        var store = documents.Of(acme)!;

        Assert.Equal(ConfigReplacementOutcome.Changed, documents.Replace(store, Own, "something").Outcome);
        Assert.Equal(ConfigReplacementOutcome.Done, documents.Replace(store, Own, "none").Outcome);
        Assert.Equal(Own, File.ReadAllText(PathOf("acme")));
        Assert.Equal(["own"], others[0].Providers.Select(p => p.Name));

        Assert.Equal(ConfigReplacementOutcome.Changed, documents.Replace(store, Own, "none").Outcome);
        var faulty = documents.Replace(store, Own + "server: {}\n", store.Current.ETag);
        Assert.Equal((ConfigReplacementOutcome.Faulty, "server"), (faulty.Outcome, Assert.Single(faulty.Faults).Key));
        Assert.Equal(
            ConfigReplacementOutcome.Done,
            documents.Replace(store, "version: 1\n", store.Current.ETag).Outcome
        );
        Assert.Empty(others[0].Providers);
    }

    [Fact]
    public void A_text_on_disk_that_was_refused_can_be_replaced_and_one_that_was_not_seen_cannot()
    {
        Start(Server);
        var store = documents.Of(acme)!;
        Write("acme", Own);

        Assert.Equal(ConfigReplacementOutcome.Changed, documents.Replace(store, "version: 1\n", "none").Outcome);
        Assert.Equal(Own, File.ReadAllText(PathOf("acme")));

        Write("acme", "nonsense: 1\n");
        documents.Look();
        Assert.NotEmpty(Pending(acme));
        Assert.Equal(ConfigReplacementOutcome.Done, documents.Replace(store, Own, "none").Outcome);
        Assert.Empty(Pending(acme));
    }

    [Fact]
    public async Task Each_of_several_keys_is_opened()
    {
        Write(
            "acme",
            Secret.Replace("apiKey: secret:key", "apiKeys: [secret:key, secret:spare]", StringComparison.Ordinal)
        );
        await SetAsync(acme, "key", "sk-1", Google);
        await SetAsync(acme, "spare", "sk-2", Google);

        Start(Server);

        Assert.Equal(["sk-1", "sk-2"], others[0].Providers[0].ApiKeys.Select(key => key.Key));
        Assert.Single(documents.UsesOf(acme, "spare"));
    }

    [Fact]
    public async Task A_secret_is_filled_in_where_it_is_used_and_nowhere_else()
    {
        Write("acme", Secret);
        await SetAsync(acme, "key", "sk-1", Google);
        await SetAsync(WorkspaceId.Default, "key", "sk-servers", Google);

        Start(Server);

        Assert.Equal("sk-1", others[0].Providers[0].ApiKey);
        Assert.Null(documents.ProvidersOf(acme)[0].ApiKey);
        Assert.Equal("own", Assert.Single(documents.UsesOf(acme, "key")).Provider);
        Assert.Empty(documents.UsesOf(WorkspaceId.Default, "key"));
    }

    [Fact]
    public async Task Another_value_takes_force_at_once()
    {
        Write("acme", Secret);
        await SetAsync(acme, "key", "sk-1", Google);
        Start(Server);

        await SetAsync(acme, "key", "sk-2");
        documents.TakeSecrets();

        Assert.Equal("sk-2", others[0].Providers[0].ApiKey);
    }

    [Fact]
    public async Task A_document_that_waits_for_a_secret_takes_force_when_it_is_given()
    {
        Write("acme", Secret);
        Start(Server);
        var fault = Assert.Single(Pending(acme));
        Assert.Equal("there is no secret \"key\"", fault.Message);
        Assert.Equal($"weir secrets set key --origin {Google}", fault.Hint);

        await SetAsync(acme, "key", "sk-1", Google);
        documents.TakeSecrets();

        Assert.Empty(Pending(acme));
        Assert.Equal("sk-1", others[0].Providers[0].ApiKey);
    }

    [Fact]
    public async Task A_secret_goes_to_no_other_address_than_the_one_it_was_given_for()
    {
        await SetAsync(acme, "key", "sk-1", Google);
        Start(Server);
        var store = documents.Of(acme)!;
        Assert.Equal(ConfigReplacementOutcome.Done, documents.Replace(store, Secret, "none").Outcome);

        var moved = documents.Replace(
            store,
            Secret.Replace(
                "kind: gemini",
                "kind: gemini, baseUrl: \"https://thief.example\"",
                StringComparison.Ordinal
            ),
            store.Current.ETag
        );

        Assert.Equal(ConfigReplacementOutcome.Faulty, moved.Outcome);
        var fault = Assert.Single(moved.Faults);
        Assert.Equal("providers[0].apiKey", fault.Key);
        Assert.Contains(
            $"was given for {Google} and is not sent to https://thief.example",
            fault.Message,
            StringComparison.Ordinal
        );
        Assert.Equal("sk-1", others[0].Providers[0].ApiKey);
    }

    [Fact]
    public async Task A_secret_cannot_be_sent_to_two_addresses_at_once()
    {
        await SetAsync(acme, "key", "sk-1", Google);
        Start(Server);

        var two = documents.Replace(
            documents.Of(acme)!,
            "version: 1\nproviders: [{ name: a, kind: gemini, apiKey: secret:key }, { name: b, kind: openai, apiKey: secret:key }]\n",
            "none"
        );

        Assert.Equal("providers[1].apiKey", Assert.Single(two.Faults).Key);
    }

    [Theory]
    [InlineData("two words", "is no key")]
    [InlineData("wk_0123456789", "is a Weir key")]
    public async Task A_secret_that_is_no_providers_key_is_not_sent(string value, string word)
    {
        await SetAsync(acme, "key", value, Google);
        Start(Server);

        var replaced = documents.Replace(documents.Of(acme)!, Secret, "none");

        Assert.Contains(word, Assert.Single(replaced.Faults).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, replaced.Faults[0].ToText("f"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_server_does_not_start_with_a_secret_that_is_not_there()
    {
        var faults = Start("version: 1\nproviders: [{ name: a, kind: anthropic, apiKey: secret:missing }]\n");

        Assert.Equal("there is no secret \"missing\"", Assert.Single(faults).Message);
    }

    [Fact]
    public async Task A_key_in_use_goes_on_when_its_row_opens_no_more()
    {
        Write("acme", Secret);
        await SetAsync(acme, "key", "sk-1", Google);
        Start(Server);

        await identity.Secrets.RemoveAsync(Actor.System(acme), "key", null, Token);
        documents.TakeSecrets();

        Assert.Equal("sk-1", others[0].Providers[0].ApiKey);
    }

    [Fact]
    public async Task A_secret_that_is_being_removed_is_none_that_a_document_can_come_to_use()
    {
        await SetAsync(acme, "key", "sk-1", Google);
        Start(Server);
        ConfigReplacement? between = null;

        var removed = await identity.Secrets.RemoveAsync(
            Actor.System(acme),
            "key",
            () =>
            {
                // The moment after the last look at who uses it.
                var use = documents.UseOf(acme, "key");
                between = documents.Replace(documents.Of(acme)!, Secret, "none");
                return use?.Provider;
            },
            Token
        );

        Assert.True(removed.IsDone);
        Assert.Equal(ConfigReplacementOutcome.Faulty, between!.Outcome);
        Assert.Equal("there is no secret \"key\"", Assert.Single(between.Faults).Message);
        Assert.Empty(documents.UsesOf(acme, "key"));
    }

    [Fact]
    public async Task A_document_that_came_first_keeps_its_secret()
    {
        await SetAsync(acme, "key", "sk-1", Google);
        Start(Server);
        Assert.Equal(ConfigReplacementOutcome.Done, documents.Replace(documents.Of(acme)!, Secret, "none").Outcome);

        var removed = await identity.Secrets.RemoveAsync(
            Actor.System(acme),
            "key",
            () => documents.UseOf(acme, "key")?.Provider,
            Token
        );

        Assert.Equal((ChangeOutcome.Refused, "own"), (removed.Outcome, removed.Reason));
        documents.TakeSecrets();
        Assert.Equal("sk-1", others[0].Providers[0].ApiKey);
        Assert.Empty(Pending(acme));
    }

    [Fact]
    public async Task Of_a_removal_and_a_document_at_the_same_time_one_is_refused()
    {
        Start(Server);
        var store = documents.Of(acme)!;
        for (var round = 0; round < 60; round++)
        {
            await SetAsync(acme, "key", "sk-1", Google);
            var etag = store.Current.ETag;
            using var both = new Barrier(2);
            var put = Task.Run(
                () =>
                {
                    both.SignalAndWait(Token);
                    return documents.Replace(store, $"{Secret}# {round}\n", etag);
                },
                Token
            );
            var removal = Task.Run(
                async () =>
                {
                    both.SignalAndWait(Token);
                    return await identity.Secrets.RemoveAsync(
                        Actor.System(acme),
                        "key",
                        () => documents.UseOf(acme, "key")?.Provider,
                        Token
                    );
                },
                Token
            );

            var (taken, removed) = ((await put).Outcome, (await removal).Outcome);

            Assert.True(
                (taken, removed)
                    is
                        (ConfigReplacementOutcome.Done, ChangeOutcome.Refused)
                        or
                        (ConfigReplacementOutcome.Faulty, ChangeOutcome.Done),
                $"{round}: {taken}, {removed}"
            );
            Assert.Equal(
                documents.UsesOf(acme, "key").IsEmpty,
                identity.Secrets.Find(acme, "key", Google).Outcome == SecretOutcome.Missing
            );
            if (taken == ConfigReplacementOutcome.Done)
            {
                Assert.Equal(
                    ConfigReplacementOutcome.Done,
                    documents.Replace(store, $"version: 1\n# {round}\n", store.Current.ETag).Outcome
                );
            }
        }
    }

    [Fact]
    public async Task A_removal_that_is_refused_in_between_hides_nothing_afterwards()
    {
        await SetAsync(acme, "key", "sk-1", Google);
        Start(Server);

        var removed = await identity.Secrets.RemoveAsync(Actor.System(acme), "key", () => "stays", Token);

        Assert.Equal(ChangeOutcome.Refused, removed.Outcome);
        Assert.Equal("sk-1", identity.Secrets.Find(acme, "key", Google).Value);
    }

    private ImmutableArray<ConfigFault> Start(string server)
    {
        WriteServer(server);
        var options = new WeirHostOptions
        {
            DataFolder = folder.Path,
            Clock = new FakeClock(),
            Variable = _ => null,
        };
        var (store, faults) = ConfigStore.Open(options, NullLogger.Instance);
        Assert.Empty(faults);
        documents = new Documents(store!, NullLogger.Instance);
        return documents.Start(
            (config, workspaces) =>
            {
                (taken, others) = (config, workspaces);
                times++;
            },
            () => identity.Workspaces.All,
            new DocumentSecrets(identity.Secrets)
        );
    }

    private ImmutableArray<ConfigFault> Pending(WorkspaceId workspace) =>
        documents.Of(workspace)!.Current.PendingFaults;

    private string PathOf(string workspace) => Path.Combine(folder.Path, "weir.d", workspace + ".yaml");

    private void Write(string workspace, string text)
    {
        Directory.CreateDirectory(folder.At("weir.d"));
        File.WriteAllText(PathOf(workspace), text);
    }

    private void WriteServer(string text) => File.WriteAllText(folder.At("weir.yaml"), text);

    private async Task<WorkspaceId> MakeAsync(string name) =>
        (await identity.Workspaces.CreateAsync(Actor.LocalCommand, new NewWorkspace(name), Token)).Value!.Workspace.Id;

    private async Task SetAsync(WorkspaceId workspace, string name, string value, string? origin = null) =>
        Assert.True(
            (await identity.Secrets.SetAsync(Actor.System(workspace), new NewSecret(name, value, origin), Token)).IsDone
        );
}

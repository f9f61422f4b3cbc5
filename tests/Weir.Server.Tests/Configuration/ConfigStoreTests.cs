using Microsoft.Extensions.Logging.Abstractions;
using Weir.Server.Configuration;
using Weir.Testing;

namespace Weir.Server.Tests.Configuration;

public sealed class ConfigStoreTests : IDisposable
{
    private const string One = "version: 1\nproviders: [{ name: one, kind: simulator }]\n";
    private const string Two = "version: 1\nproviders: [{ name: two, kind: simulator }]\n";
    private const string Bad = "version: 1\nproviders: [{ name: bad, kind: nothing }]\n";

    private readonly TemporaryFolder folder = new();
    private readonly List<string> applied = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_changed_file_takes_force_and_an_unchanged_one_does_not_again()
    {
        var store = Start(One);
        Write(Two);

        store.Reload();
        store.Reload();

        Assert.Equal(["one", "two"], applied);
        Assert.Equal("two", store.Current.Config.Gateway.Providers[0].Name);
    }

    [Fact]
    public void A_bad_change_leaves_the_old_one_in_force_and_tells_its_faults()
    {
        var store = Start(One);
        Write(Bad);

        store.Reload();

        Assert.Equal(["one"], applied);
        Assert.Equal("one", store.Current.Config.Gateway.Providers[0].Name);
        Assert.Equal("providers[0].kind", Assert.Single(store.Current.PendingFaults).Key);

        Write(One);
        store.Reload();

        Assert.Empty(store.Current.PendingFaults);
        Assert.Equal(["one"], applied);
    }

    [Fact]
    public void A_file_that_goes_away_changes_nothing_but_is_told()
    {
        var store = Start(One);
        File.Delete(PathOf);

        store.Reload();

        Assert.Equal(["one"], applied);
        Assert.Equal("there is no such file", Assert.Single(store.Current.PendingFaults).Message);
    }

    [Fact]
    public void A_file_that_comes_later_takes_force()
    {
        var store = Start(null);
        Write(Two);

        store.Reload();

        Assert.Equal(["anthropic", "two"], applied);
    }

    [Fact]
    public void What_needs_a_restart_is_told()
    {
        var store = Start(One);
        Write(One + "server: { urls: [\"http://127.0.0.1:1\"] }\n");

        store.Reload();

        Assert.Equal(["server.urls"], store.Current.RestartNeededFor);
    }

    [Fact]
    public void A_replacement_is_written_and_in_force()
    {
        var store = Start(One);

        var outcome = store.Replace(Two, store.Current.ETag).Outcome;

        Assert.Equal(ConfigReplacementOutcome.Done, outcome);
        Assert.Equal(Two, File.ReadAllText(PathOf));
        Assert.Equal(["one", "two"], applied);
        Assert.Equal(["weir.yaml"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_replacement_of_another_text_than_the_one_read_is_refused()
    {
        var store = Start(One);
        var etag = store.Current.ETag;
        Assert.Equal(ConfigReplacementOutcome.Done, store.Replace(Two, etag).Outcome);

        Assert.Equal(ConfigReplacementOutcome.Changed, store.Replace(One, etag).Outcome);
        Write(One);
        Assert.Equal(ConfigReplacementOutcome.Changed, store.Replace(One, store.Current.ETag).Outcome);
    }

    [Fact]
    public void A_faulty_replacement_changes_neither_file_nor_force()
    {
        var store = Start(One);

        var replacement = store.Replace(Bad, store.Current.ETag);

        Assert.Equal(ConfigReplacementOutcome.Faulty, replacement.Outcome);
        Assert.Equal("providers[0].kind", Assert.Single(replacement.Faults).Key);
        Assert.Equal(One, File.ReadAllText(PathOf));
        Assert.Equal(["one"], applied);
    }

    [Fact]
    public void A_replacement_is_told_all_its_faults_at_once_and_nothing_of_the_environment()
    {
        var store = Start(One);

        var replacement = store.Replace(
            """
            version: 1
            providers:
              - name: bad
                kind: nothing
                apiKey: ${SECRET}
              - name: ${SECRET}
                kind: nonsense
            """,
            store.Current.ETag
        );

        Assert.Equal(
            ["providers[0].kind", "providers[0].apiKey", "providers[1].name", "providers[1].kind"],
            replacement.Faults.Select(fault => fault.Key)
        );
        Assert.DoesNotContain("not set", string.Concat(replacement.Faults.Select(fault => fault.Message)));
    }

    [Fact]
    public void Without_a_file_nothing_can_be_replaced()
    {
        var store = Start(null);

        Assert.Equal(ConfigReplacementOutcome.NoFile, store.Replace(One, store.Current.ETag).Outcome);
        Assert.True(store.IsReadOnly);
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        var real = folder.At("real.yaml");
        File.WriteAllText(real, One);
        File.CreateSymbolicLink(PathOf, real);
        var store = Open();

        Assert.Equal(ConfigReplacementOutcome.Done, store.Replace(Two, store.Current.ETag).Outcome);

        Assert.Equal(Two, File.ReadAllText(real));
        Assert.NotNull(new FileInfo(PathOf).LinkTarget);
    }

    [Fact]
    public void A_file_that_is_no_text_is_a_fault()
    {
        File.WriteAllBytes(PathOf, [0xff, 0xfe, 0x00, 0xff]);

        var (store, faults) = ConfigStore.Open(Options(), NullLogger.Instance);

        Assert.Null(store);
        Assert.Contains("the file is not UTF-8 text", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_named_must_be_there()
    {
        var (store, faults) = ConfigStore.Open(
            Options() with
            {
                ConfigPath = folder.At("other.yaml"),
            },
            NullLogger.Instance
        );

        Assert.Null(store);
        Assert.Contains("there is no such file", Assert.Single(faults), StringComparison.Ordinal);
    }

    private string PathOf => folder.At("weir.yaml");

    private void Write(string text) => File.WriteAllText(PathOf, text);

    private ConfigStore Start(string? text)
    {
        if (text is not null)
        {
            Write(text);
        }

        return Open();
    }

    private ConfigStore Open()
    {
        var (store, faults) = ConfigStore.Open(Options(), NullLogger.Instance);
        Assert.Empty(faults);
        store!.Start(config =>
        {
            applied.Add(config.Gateway.Providers[0].Name);
            return [];
        });
        return store;
    }

    private WeirHostOptions Options() =>
        new()
        {
            DataFolder = folder.Path,
            Clock = new FakeClock(),
            Variable = _ => null,
        };
}

using System.Collections.Immutable;
using System.Runtime.Versioning;
using Weir.Identity.Secrets;
using Weir.Testing;

namespace Weir.Identity.Tests.Secrets;

[SupportedOSPlatform("linux")]
public sealed class MasterKeySourceTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder folder = new();

    private string FilePath => Path.Combine(folder.Path, "secrets.key");

    public void Dispose() => folder.Dispose();

    private MasterKeySource Source(string? variable = null, params ImmutableArray<string> command) =>
        new(folder.Path, variable, command, TimeProvider.System);

    private static Task<MasterKeyReading> ReadAsync(MasterKeySource source) =>
        source.ReadAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task The_first_key_is_made_in_a_file_that_its_owner_alone_may_use()
    {
        var source = Source();
        Assert.Equal(new MasterKeyReading(null, null), await ReadAsync(source));

        var made = source.MakeFirst();

        var read = (await ReadAsync(Source())).Keys!;
        Assert.Equal(made.Newest.Name, Assert.Single(read.All).Name);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(FilePath));
        Assert.Equal([FilePath], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task The_first_key_never_takes_the_place_of_another()
    {
        var first = Source().MakeFirst();

        Assert.Throws<IOException>(() => Source().MakeFirst());

        Assert.Equal(first.Newest.Name, (await ReadAsync(Source())).Keys!.Newest.Name);
        Assert.Equal([FilePath], Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "0640")]
    [InlineData(UnixFileMode.OtherRead, "0604")]
    [InlineData(UnixFileMode.GroupWrite, "0620")]
    [InlineData(UnixFileMode.OtherExecute, "0601")]
    public async Task A_file_that_others_may_use_is_refused_with_what_to_do(UnixFileMode more, string mode)
    {
        Source().MakeFirst();
        File.SetUnixFileMode(FilePath, OwnerOnly | more);

        var reading = await ReadAsync(Source());

        Assert.Null(reading.Keys);
        Assert.Contains(mode, reading.Refusal, StringComparison.Ordinal);
        Assert.Contains($"chmod 600 {FilePath}", reading.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_without_a_key_is_a_refusal_and_not_the_place_for_a_new_one()
    {
        Source().MakeFirst();
        await File.WriteAllTextAsync(FilePath, "canary", TestContext.Current.CancellationToken);

        var reading = await ReadAsync(Source());

        Assert.Contains("key 1 is not 32 bytes", reading.Refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", reading.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_variable_seals_and_the_files_keys_open_beside_it()
    {
        var kept = Source().MakeFirst();
        var (newer, older) = (MasterKey.New(), MasterKey.New());

        var source = Source($"{newer.ToBase64()},{older.ToBase64()},{kept.Newest.ToBase64()}");

        Assert.False(source.IsFile);
        Assert.Equal(
            [newer.Name, older.Name, kept.Newest.Name],
            (await ReadAsync(source)).Keys!.All.Select(key => key.Name)
        );
        Assert.Throws<InvalidOperationException>(() => source.MakeFirst());
        Assert.Throws<InvalidOperationException>(() => source.Replace(kept));
    }

    [Fact]
    public async Task A_variable_without_a_key_is_refused_even_when_there_is_a_file()
    {
        Source().MakeFirst();

        var reading = await ReadAsync(Source("no key at all"));

        Assert.Null(reading.Keys);
        Assert.StartsWith(
            "the variable WEIR_SECRETS_KEY holds no master keys",
            reading.Refusal,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_command_is_asked_before_the_variable_with_its_arguments_as_they_are()
    {
        var (told, other) = (MasterKey.New(), MasterKey.New());

        var reading = await ReadAsync(Source(other.ToBase64(), "printf", "%s\n", told.ToBase64()));
        var literal = await ReadAsync(Source(null, "printf", "%s", "$(echo canary)"));

        Assert.Equal(told.Name, Assert.Single(reading.Keys!.All).Name);
        Assert.Contains("key 1 is not 32 bytes", literal.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cannot be started", "/there/is/no/such/program")]
    [InlineData("ended with exit code 3", "sh", "-c", "echo canary; echo canary >&2; exit 3")]
    [InlineData("holds no master keys", "echo", "canary")]
    [InlineData("holds no master keys", "true")]
    [InlineData("wrote more than a key ring can hold", "yes", "canary")]
    public async Task A_command_that_fails_is_a_refusal_that_shows_nothing_of_what_it_wrote(
        string expected,
        params string[] command
    )
    {
        var reading = await ReadAsync(Source(null, [.. command]));

        Assert.Null(reading.Keys);
        Assert.Contains(expected, reading.Refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", reading.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_does_not_end_is_ended()
    {
        var clock = new FakeClock();
        var pid = Path.Combine(folder.Path, "pid");
        var running = KeyCommand.RunAsync(
            ["sh", "-c", $"echo $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 600"],
            clock,
            TestContext.Current.CancellationToken
        );
        while (!File.Exists(pid))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        clock.Advance(KeyCommand.Patience);
        var (text, failure) = await running;

        Assert.Null(text);
        Assert.Equal("sh did not end within 20 seconds", failure);
        var id = (await File.ReadAllTextAsync(pid, TestContext.Current.CancellationToken)).Trim();
        while (Directory.Exists($"/proc/{id}"))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}

using Weir.Foundation.Storage;
using Weir.Server.DataFolder;
using Weir.Testing;

namespace Weir.Server.Tests.DataFolder;

public sealed class DataFolderTests : IDisposable
{
    private static readonly Holder Holder = new(
        4711,
        "http://127.0.0.1:8082",
        new DateTimeOffset(2026, 7, 2, 0, 0, 0, default)
    );
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_is_held_once_and_the_holder_can_be_read_meanwhile()
    {
        using (var first = DataFolderLock.TryTake(folder.Path))
        {
            Assert.NotNull(first);
            first.Describe(new Holder(1, null, default));
            first.Describe(Holder);

            Assert.Null(DataFolderLock.TryTake(folder.Path));
            Assert.Equal(Holder, DataFolderLock.ReadHolder(folder.Path));
        }

        Assert.Null(DataFolderLock.ReadHolder(folder.Path));
        using var second = DataFolderLock.TryTake(folder.Path);
        Assert.NotNull(second);
    }

    [Fact]
    public void What_a_killed_holder_left_does_not_hold_the_folder()
    {
        File.WriteAllBytes(folder.At("lock"), Holder.ToBytes());

        using var taken = DataFolderLock.TryTake(folder.Path);

        Assert.NotNull(taken);
    }

    [Fact]
    public void The_servers_file_is_written_read_and_removed()
    {
        Assert.Null(ServerFile.Read(folder.Path));
        ServerFile.Write(folder.Path, Holder);
        Assert.Equal(Holder, ServerFile.Read(folder.Path));
        ServerFile.Remove(folder.Path);
        ServerFile.Remove(folder.Path);
        Assert.Null(ServerFile.Read(folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    public void Rubbish_in_the_servers_file_is_no_server(string text)
    {
        File.WriteAllText(folder.At("server.json"), text);

        Assert.Null(ServerFile.Read(folder.Path));
    }

    [Fact]
    public void The_folder_is_the_variables_else_the_platforms()
    {
        Assert.Equal(Path.GetFullPath("/somewhere"), DataFolders.Default(Environment(("WEIR_DATA", "/somewhere"))));
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The rest is Linux's own.");
        Assert.Equal("/xdg/weir", DataFolders.Default(Environment(("XDG_DATA_HOME", "/xdg"), ("HOME", "/home/a"))));
        Assert.Equal(
            "/home/a/.local/share/weir",
            DataFolders.Default(Environment(("XDG_DATA_HOME", "not/absolute"), ("HOME", "/home/a")))
        );
    }

    [Fact]
    public void A_new_folder_and_its_files_are_their_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // modes are a Unix thing
        }

        var path = folder.At("a", "b");
        DataFolders.Create(path);
        ServerFile.Write(path, Holder);
        using var taken = DataFolderLock.TryTake(path);

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(path)
        );
        Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(Path.Combine(path, "server.json")));
        Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(Path.Combine(path, "lock")));
    }

    private static Func<string, string?> Environment(params (string Name, string Value)[] variables) =>
        variables.ToDictionary(v => v.Name, v => v.Value).GetValueOrDefault;
}

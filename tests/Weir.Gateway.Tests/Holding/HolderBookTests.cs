using Microsoft.Extensions.Logging.Abstractions;
using Weir.Foundation;
using Weir.Gateway.Holding;
using Weir.Testing;

namespace Weir.Gateway.Tests.Holding;

public sealed class HolderBookTests : IDisposable
{
    private static readonly Holder Ada = new("account-a", new WorkspaceId(1));
    private static readonly Holder Bob = new("account-b", new WorkspaceId(2));

    private readonly TemporaryFolder folder = new();
    private readonly FakeClock clock = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_told_a_second_ago_is_in_the_file_whatever_becomes_of_the_process()
    {
        using var book = Open();
        book.TableOf(WorkspaceId.Default, "https://a").Keep("resp_1", Ada, isNew: true);
        book.TableOf(WorkspaceId.Default, "https://b").Keep("resp_1", Bob, isNew: true);
        clock.Advance(TimeSpan.FromSeconds(1));
        book.TableOf(WorkspaceId.Default, "https://a").Keep("resp_2", Ada, isNew: true);

        // A second reader of the same file, as after a kill.
        using var next = Open();
        Assert.Equal(Ada, next.TableOf(WorkspaceId.Default, "https://a").Of("resp_1"));
        Assert.Equal(Bob, next.TableOf(WorkspaceId.Default, "https://b").Of("resp_1"));
        Assert.Null(next.TableOf(new WorkspaceId(2), "https://a").Of("resp_1"));
        Assert.Null(next.TableOf(WorkspaceId.Default, "https://a").Of("resp_2"));
    }

    [Fact]
    public void Who_has_made_it_last_holds_it_and_who_only_speaks_of_it_does_not()
    {
        using (var book = Open())
        {
            var table = book.TableOf(WorkspaceId.Default, "https://a");
            table.Keep("made", Ada, isNew: true);
            table.Keep("made", Bob, isNew: true);
            table.Keep("told", Ada, isNew: false);
            table.Keep("told", Bob, isNew: false);
        }

        using var next = Open();
        Assert.Equal(Bob, next.TableOf(WorkspaceId.Default, "https://a").Of("made"));
        Assert.Equal(Ada, next.TableOf(WorkspaceId.Default, "https://a").Of("told"));
    }

    [Fact]
    public void The_oldest_are_forgotten_in_memory_and_in_the_file()
    {
        using (var book = Open())
        {
            var table = book.TableOf(WorkspaceId.Default, "https://a");
            for (var i = 0; i < HolderTable.MostIds + 2; i++)
            {
                table.Keep($"id-{i}", Ada, isNew: true);
            }

            Assert.Null(table.Of("id-1"));
            Assert.NotNull(table.Of("id-2"));
        }

        using var next = Open();
        var known = next.TableOf(WorkspaceId.Default, "https://a");
        Assert.Null(known.Of("id-1"));
        Assert.NotNull(known.Of("id-2"));
        known.Keep("another", Ada, isNew: true);
        Assert.Null(known.Of("id-2"));
    }

    [Fact]
    public void What_belongs_to_a_workspace_that_is_gone_is_forgotten()
    {
        using (var book = Open())
        {
            book.TableOf(WorkspaceId.Default, "https://a").Keep("mine", Ada, isNew: true);
            book.TableOf(WorkspaceId.Default, "https://a").Keep("guests", Bob, isNew: true);
            book.TableOf(new WorkspaceId(2), "https://a").Keep("own", Bob, isNew: true);
            book.Retain([WorkspaceId.Default]);
            Assert.Null(book.TableOf(WorkspaceId.Default, "https://a").Of("guests"));
        }

        using var next = Open();
        Assert.Equal(Ada, next.TableOf(WorkspaceId.Default, "https://a").Of("mine"));
        Assert.Null(next.TableOf(WorkspaceId.Default, "https://a").Of("guests"));
        Assert.Null(next.TableOf(new WorkspaceId(2), "https://a").Of("own"));
    }

    [Fact]
    public void The_file_holds_no_id_as_it_was_told()
    {
        using (var book = Open())
        {
            book.TableOf(WorkspaceId.Default, "https://a").Keep("what-ada-called-it", Ada, isNew: true);
        }

        foreach (var file in Directory.EnumerateFiles(folder.Path))
        {
            Assert.DoesNotContain("what-ada", File.ReadAllText(file), StringComparison.Ordinal);
        }
    }

    private HolderBook Open() => new(folder.Path, clock, NullLogger.Instance);
}

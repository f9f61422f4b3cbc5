using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Weir.Foundation;

namespace Weir.Identity.Tests.Versions;

/// <summary>Versions of documents: numbered, bounded, keys sealed beside what is shown.</summary>
public sealed class DocumentVersionsTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly IdentityHouse house = new();

    private DocumentVersions Versions => house.Store.Versions;

    public void Dispose() => house.Dispose();

    [Fact]
    public async Task Each_text_has_the_next_number_its_author_and_its_entry_in_the_trail()
    {
        Assert.Null(Versions.Newest(WorkspaceId.Default));
        Assert.Equal(1, await AddAsync("one"));
        house.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, await AddAsync("two", comment: "why"));
        Assert.Null(await AddAsync("two", same: "etag-two"));

        house.Reopen();
        var listed = Versions.List(WorkspaceId.Default, before: null, most: 10);
        Assert.Equal([2L, 1L], listed.Select(version => version.Number));
        Assert.All(listed, version => Assert.Empty(version.Text));
        var newest = Versions.Find(WorkspaceId.Default, 2)!;
        Assert.Equal(
            ("two", "etag-two", "why", "local", "api"),
            (newest.Text, newest.Etag, newest.Comment, newest.ActorName, newest.Source)
        );
        Assert.Equal(TimeSpan.FromHours(1), newest.At - listed[1].At);
        Assert.Equal(1, Versions.Before(WorkspaceId.Default, 2));
        Assert.Null(Versions.Before(WorkspaceId.Default, 1));
        Assert.Null(Versions.Find(new WorkspaceId(2), 1));

        var entries = house.Store.Audit.List(
            WorkspaceId.Default,
            new AuditQuestion { Action = DocumentVersions.Action, Limit = 10 }
        );
        Assert.Equal(
            ["{\"version\":null}", "{\"version\":2}", "{\"version\":1}"],
            entries.Select(entry => entry.After)
        );
        Assert.True((await house.Store.Audit.VerifyAsync(WorkspaceId.Default, Token)).IsSound);
    }

    [Fact]
    public async Task A_key_in_the_clear_is_sealed_and_comes_back_whole()
    {
        await AddAsync("apiKey: sk-canary-1\n# two\n", masked: "apiKey: \"********\"\n# two\n");
        var stored = Versions.Find(WorkspaceId.Default, 1)!;

        Assert.True(stored.IsMasked);
        Assert.Equal("apiKey: \"********\"\n# two\n", stored.Text);
        Assert.Equal("apiKey: sk-canary-1\n# two\n", await Versions.OpenAsync(stored, Token));
        Assert.DoesNotContain("sk-canary-1", await FilesAsync(), StringComparison.Ordinal);

        // Under another master key, too; one that was rotated away opens nothing.
        var rotation = (await house.Store.Secrets.RotateAsync(Actor.LocalCommand, Token)).Value!;
        Assert.Equal((1, 0), (rotation.Resealed, rotation.Unopened));
        house.Reopen();
        Assert.Equal("apiKey: sk-canary-1\n# two\n", await Versions.OpenAsync(stored, Token));

        // A row that is put in another's place does not open.
        await AddAsync("apiKey: sk-canary-2\n", masked: "apiKey: \"********\"\n");
        house.Tamper(
            "UPDATE config_version SET sealed = (SELECT sealed FROM config_version WHERE number = 1) WHERE number = 2"
        );
        Assert.Null(await Versions.OpenAsync(Versions.Find(WorkspaceId.Default, 2)!, Token));
    }

    [Fact]
    public async Task Without_the_master_keys_a_version_is_kept_and_its_keys_do_not_open()
    {
        await AddAsync("apiKey: sk-canary-1\n", masked: "apiKey: \"********\"\n");
        File.Delete(house.Folder.File("secrets.key"));
        house.Reopen();

        Assert.Null(await Versions.OpenAsync(Versions.Find(WorkspaceId.Default, 1)!, Token));
        await AddAsync("apiKey: sk-canary-2\n", masked: "apiKey: \"********\"\n");
        Assert.Equal("apiKey: sk-canary-2\n", await Versions.OpenAsync(Versions.Find(WorkspaceId.Default, 2)!, Token));
    }

    [Fact]
    public async Task Versions_are_bounded_in_number_size_and_age_and_numbers_are_never_given_twice()
    {
        Fill(1, DocumentVersions.Most + 5, "x", house.Clock.GetUtcNow());
        var number = await AddAsync("newest");
        Assert.Equal(DocumentVersions.Most + 6, number);
        Assert.Equal(
            Enumerable.Range(0, DocumentVersions.Most).Select(i => number!.Value - i),
            Versions.List(WorkspaceId.Default, null, 1000).Select(version => version.Number)
        );

        house.Clock.Advance(DocumentVersions.Longest + TimeSpan.FromDays(1));
        var later = await AddAsync("later");
        Assert.Equal(number + 1, later);
        Assert.Equal(DocumentVersions.AlwaysKept, Versions.List(WorkspaceId.Default, null, 1000).Length);

        var large = new string('x', (int)(DocumentVersions.MostText / 12) - 10);
        Fill((int)later! + 1, 20, large, house.Clock.GetUtcNow());
        await AddAsync("small");
        Assert.Equal(13, Versions.List(WorkspaceId.Default, null, 1000).Length);
    }

    [Fact]
    public async Task A_person_who_is_erased_is_no_versions_author_any_more_and_others_are()
    {
        await AddAsync("one", by: Actors.Admin with { Kind = ActorKind.User, Id = "usr_1", Name = "ada" });
        await AddAsync("two", by: Actors.Admin with { Id = "key_1", Name = "adas-key" });
        await AddAsync("three", by: Actors.Admin with { Kind = ActorKind.User, Id = "usr_2", Name = "grace" });
        // A key may be called as she is.
        await AddAsync("four", by: Actors.Admin with { Id = "key_2", Name = "ada" });

        await house.Store.Users.EraseAsync(
            Actors.Admin,
            new PersonErasure
            {
                Pseudonym = "erased-1",
                Names = ImmutableDictionary<string, string>.Empty.Add("ada", "erased-1"),
                Keys = ImmutableDictionary<string, string>.Empty.Add("key_1", "erased-1-key-1"),
            },
            Token
        );

        house.Reopen();
        Assert.Equal(
            ["ada", "grace", "erased-1-key-1", "erased-1"],
            Versions.List(WorkspaceId.Default, null, 10).Select(version => version.ActorName)
        );
    }

    private void Fill(int first, int count, string text, DateTimeOffset at) =>
        house.Tamper(
            """
            WITH RECURSIVE n(i) AS (SELECT @first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @first + @count)
            INSERT INTO config_version (workspace, number, at, actor_kind, actor_name, source, etag, text, is_masked)
            SELECT 1, i, @at, 'system', 'file', 'file', 'e' || i, @text, 0 FROM n
            """,
            new
            {
                first,
                count,
                text,
                at = at.ToUnixTimeMilliseconds(),
            }
        );

    private Task<long?> AddAsync(
        string text,
        string? masked = null,
        string? comment = null,
        string? same = null,
        Actor? by = null
    ) =>
        Versions.AddAsync(
            by ?? Actor.LocalCommand,
            new NewDocumentVersion("api", comment, null, $"etag-{masked ?? text}", text, masked ?? text),
            same,
            before: null,
            number => $"{{\"version\":{(number is { } own ? own.ToString(CultureInfo.InvariantCulture) : "null")}}}",
            Token
        );

    private async Task<string> FilesAsync()
    {
        var all = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(house.Folder.File("control.db"))!))
        {
            all.Append(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Token)));
        }

        return all.ToString();
    }
}

using Weir.Foundation.Storage;

namespace Weir.Capture.Tests.Agents.OpenCode;

/// <summary>
/// One home of OpenCode's through its versions: each lays its messages otherwise and leaves the older files where they are. Every
/// request is counted once, whichever copies of it are there.
/// </summary>
public sealed class OpenCodeLayoutsTests : CaptureTest
{
    /// <summary>Input tokens by request: the upstream told another number with every answer.</summary>
    private const string First = "1003";
    private const string Second = "1003 1005 1006";

    private string Place => Path.Combine(Home, ".local", "share", "opencode");

    [Theory]
    [InlineData("0.1.174", First)]
    [InlineData("0.5.29", Second)]
    [InlineData("1.0.61", Second)]
    public async Task Each_layout_is_read_by_itself(string version, string requests)
    {
        Lay(version);

        await CatchUpAsync();

        Assert.Equal(requests, await RequestsAsync());
        Assert.All(
            await RecordsAsync(),
            r =>
            {
                Assert.Equal(("opencode", "anthropic"), (r.Client, r.Provider));
                Assert.Equal("claude-sonnet-4-20250514", r.Model);
                Assert.Equal("engine", r.Project);
            }
        );
        await using var open = await OpenAsync();
        var source = open.Capture.Sources().Single(s => s.Agent == "opencode");
        Assert.Empty(source.Problems);
        Assert.Empty(source.Skipped);
    }

    [Fact]
    public async Task What_a_newer_version_takes_over_or_copies_is_counted_once()
    {
        Lay("0.1.174");
        Assert.Equal(1, (await CatchUpAsync()).Requests);
        Lay("0.5.29");
        Assert.Equal(2, (await CatchUpAsync()).Requests);
        Lay("1.0.61");
        Assert.Equal(0, (await CatchUpAsync()).Requests);
        MakeDatabase();
        Assert.Equal(0, (await CatchUpAsync()).Requests);

        Assert.Equal(Second, await RequestsAsync());
    }

    [Fact]
    public async Task A_database_alone_tells_of_every_step_of_a_message()
    {
        Lay("1.0.61");
        MakeDatabase();
        Directory.Delete(Path.Combine(Place, "storage"), recursive: true);
        Directory.Delete(Path.Combine(Place, "project"), recursive: true);

        await CatchUpAsync();

        Assert.Equal(Second, await RequestsAsync());
    }

    [Fact]
    public async Task A_tool_of_a_message_in_a_file_is_an_event()
    {
        Lay("0.5.29");
        await CatchUpAsync();

        await using var reader = new SqliteDatabase(Path.Combine(Data, "capture.db")).OpenReader();
        await using var command = reader.CreateCommand();
        command.CommandText = "SELECT count(*) FROM event WHERE name = 'bash' AND succeeded = 1";
        Assert.Equal(2L, await command.ExecuteScalarAsync(Cancel));
    }

    private void Lay(string version)
    {
        var fixture = Path.Combine(AgentFiles.Fixtures(), "opencode-layouts", version);
        foreach (var path in Directory.EnumerateFiles(fixture, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Place, Path.GetRelativePath(fixture, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy, overwrite: true);
        }
    }

    /// <summary>Takes the files over as the first version with a database does: a row each, under the file's name.</summary>
    private void MakeDatabase()
    {
        using var connection = new SqliteDatabase(Path.Combine(Place, "opencode.db")).OpenWriter();
        Run(
            """
            CREATE TABLE session (id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT, version TEXT, time_created INTEGER,
                time_updated INTEGER);
            CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
            CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, data TEXT);
            """
        );
        var storage = Path.Combine(Place, "storage");
        foreach (
            var path in Directory.EnumerateFiles(Path.Combine(storage, "message"), "*", SearchOption.AllDirectories)
        )
        {
            Run(
                "INSERT INTO message VALUES ($id, json_extract($data, '$.sessionID'), 1795305000000, 1795305000000, json($data))",
                ("$id", Path.GetFileNameWithoutExtension(path)),
                ("$data", File.ReadAllText(path))
            );
        }

        foreach (var path in Directory.EnumerateFiles(Path.Combine(storage, "part"), "*", SearchOption.AllDirectories))
        {
            Run(
                """
                INSERT INTO part VALUES ($id, $message, json_extract($data, '$.sessionID'),
                    json_remove($data, '$.id', '$.messageID', '$.sessionID'))
                """,
                ("$id", Path.GetFileNameWithoutExtension(path)),
                ("$message", Path.GetFileName(Path.GetDirectoryName(path))!),
                ("$data", File.ReadAllText(path))
            );
        }

        void Run(string sql, params (string Name, string Value)[] values)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, value) in values)
            {
                command.Parameters.AddWithValue(name, value);
            }

            command.ExecuteNonQuery();
        }
    }

    private async Task<string> RequestsAsync() =>
        string.Join(' ', (await RecordsAsync()).Select(r => r.Usage.Input).Order());
}

namespace Weir.FunctionalTests.Limits;

/// <summary>Blocks from an agent's files to the command's answer.</summary>
public sealed class BlocksTests : IDisposable
{
    private readonly AgentHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task The_command_tells_the_blocks_of_the_agents_files()
    {
        var ten = new DateTimeOffset(home.Now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-2).AddHours(10);
        home.Request(ten.AddMinutes(20))
            .Request(ten.AddHours(5)) // the very end of the first block: still in it
            .Request(ten.AddHours(5).AddMilliseconds(1))
            .Request(ten.AddHours(20))
            .Request(home.Now.AddMinutes(-1))
            .Write();

        var told = (await home.RunAsync(null, "blocks", "--gaps", "--json")).Json();

        var blocks = told.GetProperty("blocks").EnumerateArray().ToArray();
        Assert.Equal(300, told.GetProperty("blockMinutes").GetInt32());
        var first = blocks[0];
        Assert.Equal(ten, first.GetProperty("start").GetDateTimeOffset());
        Assert.Equal(ten.AddHours(5), first.GetProperty("end").GetDateTimeOffset());
        Assert.Equal(ten.AddHours(5), first.GetProperty("lastAt").GetDateTimeOffset());
        Assert.Equal(2, first.GetProperty("requests").GetInt32());
        Assert.Equal(3000, first.GetProperty("totalTokens").GetInt32());
        Assert.Equal("0.021", first.GetProperty("costUsd").GetString());
        Assert.Equal(ten.AddHours(5), blocks[1].GetProperty("start").GetDateTimeOffset());
        Assert.True(blocks[2].GetProperty("isGap").GetBoolean());
        Assert.Equal(ten.AddHours(10).AddMilliseconds(1), blocks[2].GetProperty("start").GetDateTimeOffset());
        Assert.Equal(ten.AddHours(20), blocks[2].GetProperty("end").GetDateTimeOffset());
        Assert.True(blocks[^1].GetProperty("isActive").GetBoolean());

        var active = (await home.RunAsync(null, "blocks", "--active", "--json")).Json();
        Assert.Equal(
            blocks[^1].GetProperty("start").GetString(),
            Assert.Single(active.GetProperty("blocks").EnumerateArray()).GetProperty("start").GetString()
        );
        // The range begins in the middle of the first block: it is told whole.
        var later = (
            await home.RunAsync(
                null,
                "blocks",
                "--json",
                "--since",
                ten.AddHours(4).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")
            )
        ).Json();
        Assert.Equal(2, later.GetProperty("blocks")[0].GetProperty("requests").GetInt32());
        var table = await home.RunAsync(null, "blocks");
        Assert.Contains($"{ten:yyyy-MM-dd} 10:00 – 15:00", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_programs_count_when_they_are_asked_for_and_nothing_is_said_of_nothing()
    {
        home.Request(home.Now.AddHours(-1)).Write();

        Assert.Equal(0, Count(await home.RunAsync(null, "blocks", "--client", "codex", "--json")));
        Assert.Equal(1, Count(await home.RunAsync(null, "blocks", "--client", "claude-code", "--json")));
        var none = await home.RunAsync(null, "blocks", "--client", "codex");
        Assert.Equal((0, ""), (none.ExitCode, none.Output));
        Assert.Equal(2, (await home.RunAsync(null, "blocks", "--since", "yesterday")).ExitCode);

        static int Count(Weir.Testing.ProgramResult result) => result.Json().GetProperty("blocks").GetArrayLength();
    }
}

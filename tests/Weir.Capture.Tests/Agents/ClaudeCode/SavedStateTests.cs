using FsCheck;
using FsCheck.Fluent;
using Weir.Bench.AgentLogs;
using Weir.Capture.Agents;
using Weir.Testing;

namespace Weir.Capture.Tests.Agents.ClaudeCode;

public class SavedStateTests
{
    [Fact]
    public void A_file_read_in_two_at_any_line_tells_what_it_tells_at_once()
    {
        using var folder = new TemporaryFolder();
        HomeWriter.Write(
            new HomeOptions
            {
                Out = folder.Path,
                Files = 3,
                Bytes = 300_000,
                Projects = 1,
            }
        );
        var made = Directory
            .EnumerateFiles(folder.Path, "*.jsonl", SearchOption.AllDirectories)
            .Select(f => ("projects/p/" + Path.GetFileName(f), f));
        foreach (var (path, file) in made.Concat(Transcripts.Files.Select(f => (Transcripts.HomePath(f), f))))
        {
            var bytes = File.ReadAllBytes(file);
            var whole = new Catch();
            Transcripts.Read(Transcripts.Open(path), bytes, whole);
            for (var at = 0; at >= 0 && at < bytes.Length; at = Next(bytes, at))
            {
                var caught = new Catch();
                var first = Transcripts.Open(path);
                Transcripts.Read(first, bytes.AsSpan(0, at), caught);
                Transcripts.Read(Transcripts.Open(path, first.Save()), bytes.AsSpan(at), caught);

                Assert.Equal(whole.Sightings, caught.Sightings);
                Assert.Equal(whole.Events, caught.Events);
                Assert.Equal(whole.Limits, caught.Limits);
                Assert.Equal(whole.Sessions, caught.Sessions);
                Assert.Equal(whole.Skipped, caught.Skipped);
            }
        }
    }

    [Fact]
    public void A_call_is_remembered_over_a_pause()
    {
        var reader = Transcripts.Open();
        Transcripts.Read(
            reader,
            Transcripts.Answer(content: """[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"x"}}]""")
        );

        var caught = Transcripts.Read(
            Transcripts.Open(saved: reader.Save()),
            Transcripts.User("""[{"tool_use_id":"t1","type":"tool_result","content":"x"}]"""),
            Transcripts.Answer()
        );

        Assert.Equal("Bash", Assert.Single(caught.Events).Name);
        Assert.Empty(caught.Sightings);
    }

    [Fact]
    public void What_is_saved_stays_small()
    {
        var reader = Transcripts.Open();
        for (var i = 0; i < 1000; i++)
        {
            Transcripts.Read(
                reader,
                Transcripts.Answer(
                    content: $$"""[{"type":"tool_use","id":"toolu_{{i}}{{new string('x', 240)}}","name":"{{new string(
                        'n',
                        250
                    )}}","input":null}]"""
                )
            );
        }

        Assert.InRange(reader.Save()!.Length, 1, 64 * 1024);
    }

    [Fact]
    public void A_state_that_is_none_is_as_no_state()
    {
        var reader = Transcripts.Open();
        Transcripts.Read(
            reader,
            Transcripts.Answer(content: """[{"type":"tool_use","id":"t1","name":"Bash","input":{}}]""")
        );
        var good = reader.Save()!;
        var gen = Gen.OneOf(
            Gen.ArrayOf(Gen.Choose(0, 255)).Select(a => a.Select(b => (byte)b).ToArray()),
            from at in Gen.Choose(0, good.Length - 1)
            from to in Gen.Choose(0, 255)
            select Changed(good, at, (byte)to),
            Gen.Choose(0, good.Length - 1).Select(length => good[..length])
        );

        Prop.ForAll(
                gen.ToArbitrary(),
                saved =>
                    Transcripts
                        .Read(Transcripts.Open(saved: saved), Transcripts.Answer(id: "msg_other"))
                        .Sightings.Count == 1
            )
            .QuickCheckThrowOnFailure();
    }

    private static byte[] Changed(byte[] bytes, int at, byte to)
    {
        var copy = bytes.ToArray();
        copy[at] = to;
        return copy;
    }

    private static int Next(byte[] bytes, int at)
    {
        var end = bytes.AsSpan(at).IndexOf((byte)'\n');
        return end < 0 ? -1 : at + end + 1;
    }
}

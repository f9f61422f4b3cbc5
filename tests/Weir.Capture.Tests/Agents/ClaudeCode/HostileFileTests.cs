using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weir.Capture.Agents;

namespace Weir.Capture.Tests.Agents.ClaudeCode;

public class HostileFileTests
{
    [Theory]
    [InlineData("not json at all", "not json")]
    [InlineData("{\"type\":\"assistant\"", "not json")]
    [InlineData("{} {}", "not json")]
    [InlineData("{\"type\":\"assistant\",}", "not json")]
    [InlineData("\"a text\"", "not an object")]
    [InlineData("[1, 2]", "not an object")]
    [InlineData("42", "not an object")]
    [InlineData("null", "not an object")]
    [InlineData("{\"type\":\"something-new\",\"message\":{}}", "unknown type")]
    [InlineData("{}", "unknown type")]
    public void What_cannot_be_read_is_counted_by_kind(string line, string kind)
    {
        var caught = Transcripts.Read(line, Transcripts.Answer());

        Assert.Equal(1, Assert.Single(caught.Skipped, s => s.Key == kind).Value);
        Assert.Single(caught.Sightings);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-13-13T12:00:00Z")]
    [InlineData("2026-02-30T12:00:00Z")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    [InlineData("2026-05-13T12:00:00")]
    [InlineData("2026-05-13T12:00:00.Z")]
    [InlineData("2026-05-13T12:00:00.000")]
    [InlineData("2026-05-13T25:00:00Z")]
    public void An_answer_of_no_moment_is_counted(string at)
    {
        var caught = Transcripts.Read(Transcripts.Answer(at: at));

        Assert.Equal(1, caught.Skipped["no time"]);
        Assert.Empty(caught.Sightings);
    }

    [Fact]
    public void A_bomb_of_brackets_is_counted_and_the_next_line_read()
    {
        var bomb = "{\"message\":" + new string('[', 1_000_000) + new string(']', 1_000_000) + "}";

        var caught = Transcripts.Read(bomb, Transcripts.Answer());

        Assert.Equal(1, caught.Skipped["too deep"]);
        Assert.Single(caught.Sightings);
    }

    [Fact]
    public void A_line_of_megabytes_is_read()
    {
        var text = new string('x', 3_000_000) + "\\\\\\\"" + new string('y', 3_000_000);

        var caught = Transcripts.Read(Transcripts.Answer(content: $$"""[{"type":"text","text":"{{text}}"}]"""));

        Assert.Single(caught.Sightings);
        Assert.Empty(caught.Skipped);
    }

    [Fact]
    public void Texts_that_are_no_texts_are_unknown()
    {
        var caught = Transcripts.Read(
            Transcripts.Answer(model: "\\ud800").Replace("/home/ada/project", "\\udc00", StringComparison.Ordinal)
        );
        var latin = Encoding.Latin1.GetBytes(Transcripts.Answer(id: "msg_2", model: "clé"));
        Transcripts.Read(Transcripts.Open(), latin, caught);

        Assert.All(caught.Sightings, s => Assert.Null(s.Model));
        Assert.Equal([null, "/home/ada/project"], caught.Sightings.Select(s => s.Folder));
        Assert.Empty(caught.Skipped);
    }

    [Fact]
    public void Escapes_are_read_where_names_stand()
    {
        var line = Transcripts.Answer(id: "msg_\\u0031").Replace("/home/ada", "C:\\\\ada", StringComparison.Ordinal);

        var seen = Assert.Single(Transcripts.Read(line, Transcripts.Answer(id: "msg_1")).Sightings);

        Assert.Equal(("msg_1", @"C:\ada/project"), (seen.MessageId, seen.Folder));
    }

    [Fact]
    public void A_mark_at_the_files_beginning_and_ends_of_windows_are_no_fault()
    {
        var bytes = Encoding.UTF8.GetBytes("\uFEFF" + Transcripts.Answer() + "\r\n\r\n");
        var caught = new Catch();

        Transcripts.Read(Transcripts.Open(), bytes, caught);

        Assert.Single(caught.Sightings);
        Assert.Empty(caught.Skipped);
    }

    [Fact]
    public void Cut_off_anywhere_no_file_stops_the_reader()
    {
        foreach (var file in Transcripts.Files)
        {
            foreach (var line in File.ReadLines(file).Select(Encoding.UTF8.GetBytes))
            {
                // The reader is the same throughout: what a cut line leaves behind must not hurt the next.
                var reader = Transcripts.Open(Transcripts.HomePath(file));
                var caught = new Catch();
                for (var length = 0; length < line.Length; length++)
                {
                    reader.Line(line.AsSpan(0, length), caught);
                }

                Assert.Empty(caught.Sightings);
                Assert.Empty(caught.Limits);
            }
        }
    }

    [Fact]
    public void Damaged_anywhere_no_file_stops_the_reader()
    {
        var lines = Transcripts
            .Files.Select(f => (Path: Transcripts.HomePath(f), Lines: File.ReadAllLines(f)))
            .SelectMany(f => f.Lines.Select(l => (f.Path, Bytes: Encoding.UTF8.GetBytes(l))))
            .ToArray();
        var gen =
            from line in Gen.Elements(lines)
            from changes in Gen.ArrayOf(
                from at in Gen.Choose(0, 1_000_000)
                from to in Gen.OneOf(
                    Gen.Choose(0, 255),
                    Gen.Elements<int>('"', '\\', '{', '}', '[', ']', ',', ':', '9', '-')
                )
                select (at, to)
            )
            from cut in Gen.Choose(0, 1_000_000)
            select (line.Path, Bytes: Damage(line.Bytes, changes, cut));

        Prop.ForAll(
                gen.ToArbitrary(),
                damaged =>
                {
                    var reader = Transcripts.Open(damaged.Path);
                    var caught = new Catch();
                    Transcripts.Read(reader, damaged.Bytes, caught);
                    var again = Transcripts.Open(damaged.Path, reader.Save());
                    Transcripts.Read(again, damaged.Bytes, caught);
                    return caught.Sightings.All(s =>
                        s.Usage.Total >= 0
                        && s.At.Year is >= 2000 and < 3000
                        && s.MessageId is not ""
                        && s.Model is not ""
                        && s.Session is not (null or "")
                    );
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static byte[] Damage(byte[] line, (int At, int To)[] changes, int cut)
    {
        var bytes = line.ToArray();
        foreach (var (at, to) in changes)
        {
            if (bytes.Length > 0)
            {
                bytes[at % bytes.Length] = (byte)to;
            }
        }

        return cut % 4 == 0 ? bytes[..(cut % (bytes.Length + 1))] : bytes;
    }
}

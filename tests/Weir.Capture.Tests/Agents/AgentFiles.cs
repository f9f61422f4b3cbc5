using System.Runtime.CompilerServices;
using System.Text;
using Weir.Capture.Agents;
using Weir.Foundation;

namespace Weir.Capture.Tests.Agents;

/// <summary>What a group of requests came to.</summary>
public sealed record Tally(string Model, string Day, string Session)
{
    public long Requests { get; init; }
    public long Input { get; init; }
    public long CacheRead { get; init; }
    public long CacheWrite { get; init; }
    public long Output { get; init; }
    public long Reasoning { get; init; }

    public static Tally Of(string? model, DateTimeOffset at, string? session, TokenUsage usage) =>
        new(model ?? "?", at.UtcDateTime.ToString("yyyy-MM-dd"), session ?? "?")
        {
            Requests = 1,
            Input = usage.Input ?? 0,
            CacheRead = usage.CacheRead ?? 0,
            CacheWrite = usage.CacheWrite5m ?? 0,
            Output = usage.Output ?? 0,
            Reasoning = usage.Reasoning ?? 0,
        };

    /// <summary>Sums by model, day and session.</summary>
    public static IReadOnlyList<Tally> Sum(IEnumerable<Tally> requests) =>
        [
            .. requests
                .GroupBy(r => (r.Model, r.Day, r.Session))
                .OrderBy(g => g.Key)
                .Select(g => new Tally(g.Key.Model, g.Key.Day, g.Key.Session)
                {
                    Requests = g.Sum(r => r.Requests),
                    Input = g.Sum(r => r.Input),
                    CacheRead = g.Sum(r => r.CacheRead),
                    CacheWrite = g.Sum(r => r.CacheWrite),
                    Output = g.Sum(r => r.Output),
                    Reasoning = g.Sum(r => r.Reasoning),
                }),
        ];
}

/// <summary>Reads agents' files as whoever follows them does.</summary>
internal static class AgentFiles
{
    /// <summary>The folder of the fixtures of agents' logs.</summary>
    public static string Fixtures() =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../fixtures/agent-logs"));

    /// <summary>The files below a fixture that the agent claims, by their path below it.</summary>
    public static IReadOnlyDictionary<string, byte[]> Of(CodingAgent agent, string fixture)
    {
        var home = Path.Combine(Fixtures(), fixture);
        return Directory
            .EnumerateFiles(home, "*", SearchOption.AllDirectories)
            .Select(path => (Relative: Path.GetRelativePath(home, path).Replace('\\', '/'), path))
            .Where(file => agent.Claims(file.Relative) is not null)
            .OrderBy(file => file.Relative, StringComparer.Ordinal)
            .ToDictionary(file => file.Relative, file => File.ReadAllBytes(file.path));
    }

    /// <summary>Reads a file, from its beginning to its end.</summary>
    /// <param name="agent">Whose it is.</param>
    /// <param name="path">Below the home.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="reopenEvery">After so many lines the reader is saved and another goes on; 0 for never.</param>
    /// <param name="caught">Where to put it; a new one where there is none.</param>
    public static Catch Read(
        CodingAgent agent,
        string path,
        ReadOnlySpan<byte> content,
        int reopenEvery = 0,
        Catch? caught = null
    )
    {
        caught ??= new Catch();
        var claim = agent.Claims(path)!.Value;
        var reader = agent.Open(new FileToRead(path, claim.Kind, null, _ => null));
        if (claim.Form == FileForm.Whole)
        {
            reader.Line(content, caught);
            return caught;
        }

        var lines = 0;
        while (!content.IsEmpty)
        {
            var end = content.IndexOf((byte)'\n');
            reader.Line(end < 0 ? content : content[..end], caught);
            content = end < 0 ? default : content[(end + 1)..];
            if (reopenEvery > 0 && ++lines % reopenEvery == 0)
            {
                var saved = reader.Save();
                Assert.True(saved is null || saved.Length <= 64 * 1024);
                reader = agent.Open(new FileToRead(path, claim.Kind, saved, _ => null));
            }
        }

        return caught;
    }

    /// <summary>The same of text.</summary>
    public static Catch Read(CodingAgent agent, string path, params string[] lines) =>
        Read(agent, path, Encoding.UTF8.GetBytes(string.Join('\n', lines)));

    /// <summary>One of each request, as the joiner keeps it: the copy with most output, of equals the first.</summary>
    public static IReadOnlyList<Sighting> Distinct(IEnumerable<Sighting> sightings) =>
        [
            .. sightings
                .GroupBy(s => s.MessageId ?? s.RequestId ?? s.OwnId!)
                .Select(copies => copies.MaxBy(s => s.Usage.Output ?? 0)!),
        ];

    /// <summary>The sums of one of each request.</summary>
    public static IReadOnlyList<Tally> Sums(IEnumerable<Sighting> sightings) =>
        Tally.Sum(Distinct(sightings).Select(s => Tally.Of(s.Model, s.At, s.Session, s.Usage)));

    /// <summary>Everything a catch says, as text: to look for what must not be in it.</summary>
    public static string Text(Catch caught) =>
        string.Join(
            '\n',
            caught
                .Sightings.Select(s => s.ToString())
                .Concat(caught.Events.Select(e => e.ToString()))
                .Concat(caught.Sessions.Values.Select(f => f.ToString()))
                .Concat(caught.Limits.Select(l => l.ToString()))
                .Concat(caught.Skipped.Keys)
        );

    private static string Here([CallerFilePath] string path = "") => path;
}

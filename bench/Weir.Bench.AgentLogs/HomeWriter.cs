using System.Text;

namespace Weir.Bench.AgentLogs;

/// <summary>
/// Writes a home. Sessions are independent of each other, each with its own seed, so that the files are the same however
/// many threads write them.
/// </summary>
internal static class HomeWriter
{
    private const int RequestsInAFile = 1000;

    /// <summary>Writes the files and returns what they hold.</summary>
    public static Truth Write(HomeOptions options)
    {
        var random = new Random(options.Seed);
        var pool = new TextPool(options.Seed);
        var projects = Projects(options, random);
        var plans =
            options.Records > 0
                ? PlanRecords(options, projects, random)
                : Plan(Sizes.Make(options.Files, options.Bytes, random), projects, options, random);

        var truth = new Truth();
        var parts = new Truth[plans.Count];
        Parallel.For(0, plans.Count, i => parts[i] = new SessionWriter(plans[i], pool).Write());
        foreach (var part in parts)
        {
            truth.Add(part);
        }

        return truth;
    }

    private static List<SessionPlan> Plan(
        long[] sizes,
        IReadOnlyList<Project> projects,
        HomeOptions options,
        Random random
    )
    {
        var plans = new List<SessionPlan>();
        for (var next = 0; next < sizes.Length; )
        {
            var main = sizes[next++];
            var subagents = random.Next(100) < 35 ? random.Next(1, 7) : 0;
            var agents = new List<long>();
            for (; subagents > 0 && next < sizes.Length; subagents--)
            {
                agents.Add(sizes[next++]);
            }

            long? fork = random.Next(100) < 12 && next < sizes.Length ? sizes[next++] : null;
            plans.Add(
                NewPlan(projects, options, random) with
                {
                    MainBytes = main,
                    AgentBytes = agents,
                    ForkBytes = fork,
                }
            );
        }

        return plans;
    }

    private static List<SessionPlan> PlanRecords(HomeOptions options, IReadOnlyList<Project> projects, Random random)
    {
        var plans = new List<SessionPlan>();
        for (var left = options.Records; left > 0; left -= RequestsInAFile)
        {
            plans.Add(NewPlan(projects, options, random) with { Records = Math.Min(left, RequestsInAFile) });
        }

        return plans;
    }

    private static SessionPlan NewPlan(IReadOnlyList<Project> projects, HomeOptions options, Random random)
    {
        // Few projects have most of the sessions; most of the work is done in the day.
        var project = projects[(int)(projects.Count * Math.Pow(random.NextDouble(), 2.5))];
        var start = HomeOptions
            .LastDay.AddDays(-random.Next(options.Days))
            .AddSeconds((8 + (random.NextDouble() * random.NextDouble() * 14)) * 3600)
            .AddMilliseconds(random.Next(1000));
        return new SessionPlan(project, start, random.Next());
    }

    private static List<Project> Projects(HomeOptions options, Random random)
    {
        var projects = new List<Project>();
        for (var i = 0; i < options.Projects; i++)
        {
            var folder = $"/home/ada/src/project-{i}";
            var name = new StringBuilder(folder).Replace('/', '-').ToString();
            projects.Add(
                new Project(
                    Path.Combine(options.Out, "projects", name),
                    folder,
                    random.Next(3) == 0 ? "main" : $"feature/{i}"
                )
            );
        }

        return projects;
    }
}

/// <summary>A project: where its transcripts lie, where it is, what is checked out.</summary>
internal sealed record Project(string Transcripts, string Folder, string Branch);

/// <summary>One session and what belongs to it.</summary>
internal sealed record SessionPlan(Project Project, DateTime Start, int Seed)
{
    /// <summary>The main transcript's size.</summary>
    public long MainBytes { get; init; }

    /// <summary>The subagents' transcripts' sizes.</summary>
    public IReadOnlyList<long> AgentBytes { get; init; } = [];

    /// <summary>The size of a session that was forked from it; null for none.</summary>
    public long? ForkBytes { get; init; }

    /// <summary>When above 0: that many requests in short lines, and nothing else.</summary>
    public int Records { get; init; }
}

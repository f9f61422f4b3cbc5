using System.Globalization;

namespace Weir.Fuzz.Engine;

/// <summary>What a target has had: in one run, and with a corpus in all runs that kept it.</summary>
internal sealed record RunTally(string Target, long Inputs, TimeSpan Processor)
{
    /// <summary>Adds it to what a corpus says of the runs before, and gives the sum; itself without a corpus.</summary>
    public RunTally Kept(string? corpus)
    {
        if (corpus is null)
        {
            return this;
        }

        var path = Path.Combine(Directory.CreateDirectory(corpus).FullName, Target + ".tally");
        var before = File.Exists(path) ? File.ReadAllText(path).Split(' ') : ["0", "0"];
        var sum = this with
        {
            Inputs = Inputs + long.Parse(before[0], CultureInfo.InvariantCulture),
            Processor = Processor + TimeSpan.FromMilliseconds(long.Parse(before[1], CultureInfo.InvariantCulture)),
        };
        File.WriteAllText(
            path,
            string.Create(CultureInfo.InvariantCulture, $"{sum.Inputs} {(long)sum.Processor.TotalMilliseconds}")
        );
        return sum;
    }
}

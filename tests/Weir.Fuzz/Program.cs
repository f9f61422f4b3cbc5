// Feeds mutated bytes to everything in Weir that reads bytes from outside.
//   Weir.Fuzz                                          lists the targets
//   Weir.Fuzz --target NAME|GROUP|all [--seconds N | --cpu-seconds N] [--seed N] [--corpus DIR]
//   Weir.Fuzz --target NAME --input FILE               one input again
// A name or group may have stars. --seconds (60) is for each group, whose targets share it; --cpu-seconds is processor time, for each
// target. At the end stands what each has had: with a corpus in all runs that kept it, so that long runs can be made in pieces.
// Exit codes: 0 all passed, 1 a fault, 2 wrong use.
using System.Globalization;
using Weir.Foundation;
using Weir.Fuzz;
using Weir.Fuzz.Engine;

var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 0; i < args.Length; i += 2)
{
    if (
        args[i] is not ("--target" or "--seconds" or "--cpu-seconds" or "--seed" or "--corpus" or "--input")
        || i + 1 == args.Length
    )
    {
        return Usage($"what is {args[i]}?");
    }

    options[args[i]] = args[i + 1];
}

if (args.Length == 0)
{
    foreach (var target in Registry.Targets)
    {
        Console.WriteLine($"{target.Group, -10} {target.Name}");
    }

    return 0;
}

var name = options.GetValueOrDefault("--target", "all");
var pattern = new NamePattern(name);
var chosen = Registry.Targets.Where(t => name == "all" || pattern.Matches(t.Name) || pattern.Matches(t.Group)).ToList();
if (
    chosen.Count == 0
    || !Number("--seconds", 60, out var seconds)
    || !Number("--cpu-seconds", 0, out var processorSeconds)
    || !Number("--seed", Random.Shared.Next(), out var seed)
)
{
    return Usage(chosen.Count == 0 ? $"there is no target {name}" : "a whole number was expected");
}

if (options.TryGetValue("--input", out var file))
{
    var fault = Runner.Try(chosen[0], File.ReadAllBytes(file), out var shape);
    Console.WriteLine(fault?.ToString() ?? $"passes: {shape}");
    return fault is null ? 0 : 1;
}

Console.WriteLine($"   seed {seed}");
var failed = 0;
using (var runner = new Runner(seed, options.GetValueOrDefault("--corpus")))
{
    foreach (var group in chosen.GroupBy(target => target.Group))
    {
        var budget =
            processorSeconds > 0
                ? new Budget(TimeSpan.FromSeconds(processorSeconds), IsProcessorTime: true)
                : new Budget(TimeSpan.FromSeconds(seconds) / group.Count(), IsProcessorTime: false);
        failed += group.Count(target => !runner.Fuzz(target, budget));
    }

    foreach (var tally in runner.Tallies)
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"   {tally.Target, -44} {tally.Inputs, 12} inputs {tally.Processor.TotalSeconds, 9:0.0} s of processor time"
            )
        );
    }
}

// The words of the other suites' last line, which ./test.sh adds up.
Console.WriteLine($"   Total: {chosen.Count}, Errors: 0, Failed: {failed}, Skipped: 0, Not Run: 0");
return failed == 0 ? 0 : 1;

bool Number(string option, int otherwise, out int value)
{
    value = otherwise;
    return !options.TryGetValue(option, out var text)
        || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

static int Usage(string fault)
{
    Console.Error.WriteLine($"Weir.Fuzz: {fault}. See the head of Program.cs.");
    return 2;
}
